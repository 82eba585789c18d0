"""Label schemes: what the numbers in a segmentation stand for, one scheme a file."""

from lbp_outcome.labels._alignment import alignment_remark
from lbp_outcome.labels._files import AUTO, read_spine
from lbp_outcome.labels._grid import why_not_same_grid
from lbp_outcome.labels._recognition import recognise, recognise_muscles
from lbp_outcome.labels._shelf import (
    LABEL_SCHEMES,
    Kind,
    LabelScheme,
    Naming,
    Part,
    anatomical,
    counted_upwards,
    without_vertebrae,
)

__all__ = [
    "AUTO",
    "LABEL_SCHEMES",
    "Kind",
    "LabelScheme",
    "Naming",
    "Part",
    "alignment_remark",
    "anatomical",
    "counted_upwards",
    "read_spine",
    "recognise",
    "recognise_muscles",
    "why_not_same_grid",
    "without_vertebrae",
]
