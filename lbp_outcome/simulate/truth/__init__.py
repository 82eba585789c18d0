"""What is true of a simulated patient, from the formulas of the shapes alone."""

from lbp_outcome.simulate.truth.findings import true_findings
from lbp_outcome.simulate.truth.measurements import (
    true_disc_height,
    true_listhesis,
    true_measurements,
    true_wedge,
)

__all__ = [
    "true_disc_height",
    "true_findings",
    "true_listhesis",
    "true_measurements",
    "true_wedge",
]
