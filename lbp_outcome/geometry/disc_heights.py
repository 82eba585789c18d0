"""Heights of a disc space in front, in the middle and behind."""

from dataclasses import dataclass

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.body_heights import gaps_along
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.endplate import facing_endplates, mean_gap_mm
from lbp_outcome.geometry.endplate_profile import endplate_profile
from lbp_outcome.geometry.once import once
from lbp_outcome.spine import Spine


@dataclass(frozen=True, slots=True)
class DiscHeights:
    """Heights of one disc space in the midline.

    Attributes:
        anterior_mm: At the front end of the endplates' overlap [mm].
        middle_mm: Half way between both ends [mm].
        posterior_mm: At the back end of the overlap [mm].
    """

    anterior_mm: float
    middle_mm: float
    posterior_mm: float


@once
def disc_heights(spine: Spine, disc: Disc) -> DiscHeights:
    """Return the heights of a disc space in the midline.

    Measured along the disc's own axis, which halves the angle between its endplates,
    between the smooth endplates (osteophytes, rims and pits aside). Front and back are
    those of the endplates' overlap: after a slip, the corners of two vertebrae.

    Raises:
        NotMeasurable: An endplate beside the disc is not visible.
    """
    above, below = facing_endplates(spine, disc)
    frame = disc_frame(spine, disc)
    upper = endplate_profile(above, frame, f"endplate above {disc}")
    lower = endplate_profile(below, frame, f"endplate below {disc}")
    return DiscHeights(*gaps_along(upper, lower, (0.0, 0.5, 1.0)))


@once
def mean_height_mm(spine: Spine, disc: Disc) -> float:
    """Return the mean distance between the endplates over their whole overlap [mm].

    Raises:
        NotMeasurable: An endplate beside the disc is not visible.
    """
    upper, lower = facing_endplates(spine, disc)
    return mean_gap_mm(upper, lower, disc_frame(spine, disc))
