"""Label schemes: what the numbers in a segmentation stand for, one scheme a file."""

from lbp_outcome.labels._files import read_spine
from lbp_outcome.labels._shelf import (
    LABEL_SCHEMES,
    Kind,
    LabelScheme,
    Naming,
    Part,
    counted_upwards,
)

__all__ = [
    "LABEL_SCHEMES",
    "Kind",
    "LabelScheme",
    "Naming",
    "Part",
    "counted_upwards",
    "read_spine",
]
