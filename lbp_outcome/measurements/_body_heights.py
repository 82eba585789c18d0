"""Heights of the bodies beside a disc, to compare the disc with."""

from dataclasses import dataclass

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.geometry.body_heights import body_heights
from lbp_outcome.geometry.once import once
from lbp_outcome.spine import Spine


@dataclass(frozen=True, slots=True)
class AdjacentHeights:
    """How high the bodies above and below a disc are.

    Attributes:
        mean_mm: Mean of the heights in front, in the middle and behind, of both [mm].
        remark: What a reader should know; empty where both bodies count.
    """

    mean_mm: float
    remark: str


@once
def adjacent_heights(spine: Spine, disc: Disc) -> AdjacentHeights:
    """Return the mean height of the bodies beside a disc; the sacrum is not counted.

    Raises:
        NotMeasurable: An endplate of a body is not visible.
    """
    upper = body_heights(spine, disc.upper).mean_mm
    if disc.lower is Vertebra.S1:
        return AdjacentHeights(upper, f"compared with {disc.upper} alone")
    lower = body_heights(spine, disc.lower).mean_mm
    return AdjacentHeights((upper + lower) / 2, "")
