"""Predict and explain the outcome of lumbar spine surgery; for research only."""

__version__ = "0.1.0"

BANNER = (
    "For scientific research and software evaluation only. Not a medical device, "
    "not CE-marked under Regulation (EU) 2017/745. Must not be used to diagnose, to "
    "select or exclude treatment, or to inform care of an individual patient. "
    "Trained on simulated data unless the model card states otherwise."
)
"""Stands on every report, page, model card and version text."""
