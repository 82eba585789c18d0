"""Counting vertebrae from below, as label schemes do."""

from lbp_outcome.anatomy import Vertebra

UPWARDS = tuple(
    Vertebra(name) for name in ("L5", "L4", "L3", "L2", "L1", "T12", "T11", "T10", "T9")
)
"""Simulated people have twelve thoracic and five lumbar vertebrae."""


def number_from_l5(vertebra: Vertebra) -> int:
    """Return 1 for L5, 2 for L4, ... up to 9 for T9, as SPIDER counts."""
    return UPWARDS.index(vertebra) + 1
