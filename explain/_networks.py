"""Telling networks apart without loading torch."""

from lbp_outcome.contracts import FittedModel


def looks_at_levels(model: FittedModel) -> bool:
    """Whether the model has a network whose look at the level crops can be traced."""
    return hasattr(getattr(model, "network", None), "level_features")
