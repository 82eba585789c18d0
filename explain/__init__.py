"""Explanations: one file each, found by name in `EXPLANATIONS`."""

from lbp_outcome.contracts import ImageExplanationMethod, TableExplanationMethod
from lbp_outcome.registry import Shelf

EXPLANATIONS: Shelf[TableExplanationMethod | ImageExplanationMethod] = Shelf(
    "explanation", __name__
)
