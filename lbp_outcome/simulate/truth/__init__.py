"""What is true of a simulated patient, from the formulas of the shapes alone."""

from lbp_outcome.simulate.truth.discs import (
    true_disc_height,
    true_listhesis,
    true_wedge,
)
from lbp_outcome.simulate.truth.findings import true_findings
from lbp_outcome.simulate.truth.measurements import true_measurements

__all__ = [
    "true_disc_height",
    "true_findings",
    "true_listhesis",
    "true_measurements",
    "true_wedge",
]
