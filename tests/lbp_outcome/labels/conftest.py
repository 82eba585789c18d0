import numpy as np
import pytest

from lbp_outcome.image import Image
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around

ANATOMY = AnalyticSpine(
    segments=(Segment(wedge_deg=8), Segment(wedge_deg=5), Segment(), Segment()),
    gap_mm=0.5,
)
"""Four vertebrae, 1 to 4 from the lowest up, the discs below them, and the canal."""


@pytest.fixture(scope="session")
def spider_mask():
    """A spine with the numbers of SPIDER, drawn obliquely on thick slices."""
    grid = grid_around(ANATOMY, (4.0, 1.3, 1.3), axes="PIR", turn_deg=(0.0, 4.0, 6.0))
    return ANATOMY.mask(grid)


@pytest.fixture(scope="session")
def in_other_numbers():
    """Write a mask in other numbers; what is not named becomes background."""

    def rewritten(mask, numbers):
        table = np.zeros(65_536, np.uint16)
        table[list(numbers)] = list(numbers.values())
        return Image(table[mask.values], mask.affine)

    return rewritten
