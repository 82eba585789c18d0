"""Heights of a vertebral body in front, in the middle and behind."""

from collections.abc import Sequence
from dataclasses import dataclass

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.endplate import End, Endplate, bony_endplate
from lbp_outcome.geometry.endplate_profile import EndplateProfile, endplate_profile
from lbp_outcome.geometry.frame import Frame, rough_frame, upright
from lbp_outcome.geometry.once import once
from lbp_outcome.spine import Spine


@dataclass(frozen=True, slots=True)
class BodyHeights:
    """Heights of one vertebral body in the midline.

    Attributes:
        anterior_mm: In front, at the rim [mm].
        middle_mm: Half way between front and back [mm].
        posterior_mm: Behind, at the rim [mm].
    """

    anterior_mm: float
    middle_mm: float
    posterior_mm: float

    @property
    def mean_mm(self) -> float:
        """Mean of the three [mm]."""
        return (self.anterior_mm + self.middle_mm + self.posterior_mm) / 3


@once
def body_heights(spine: Spine, vertebra: Vertebra) -> BodyHeights:
    """Return the heights of a vertebral body in a band around the midline.

    Measured along the axis that halves the angle between its endplates, between the
    smooth endplates (osteophytes, rims and pits aside). A disc never stands in for the
    end of a body here: cartilage left blank would count as bone.

    Raises:
        NotMeasurable: The body is not segmented, an end of it not visible, or its
            endplates meet.
    """
    heights = heights_at(spine, vertebra, (0.0, 0.5, 1.0))
    if min(heights) <= 0:
        raise NotMeasurable(
            f"the endplates of {vertebra} meet inside the body, which no lumbar "
            f"vertebra's do: is it the sacrum, or the mask of two?"
        )
    return BodyHeights(*heights)


def heights_at(
    spine: Spine, vertebra: Vertebra, shares: Sequence[float]
) -> tuple[float, ...]:
    """Return heights of a body at shares of its depth from front to back [mm].

    Raises:
        NotMeasurable: The body is not segmented, or an end of it not visible.
    """
    rough_frame(spine)  # refuses a doubtful header before anything else
    top = bony_endplate(spine, vertebra, End.UPPER)
    bottom = bony_endplate(spine, vertebra, End.LOWER)
    frame = _body_frame(spine, top, bottom)
    upper = endplate_profile(top, frame, f"upper end of {vertebra}")
    lower = endplate_profile(bottom, frame, f"lower end of {vertebra}")
    return gaps_along(upper, lower, shares)


def gaps_along(
    upper: EndplateProfile, lower: EndplateProfile, shares: Sequence[float]
) -> tuple[float, ...]:
    """Return distances between two profiles at shares of their overlap [mm].

    Args:
        upper: The profile above.
        lower: The profile below.
        shares: Places from the front end of the overlap, 0, to its back end, 1.

    Raises:
        NotMeasurable: The profiles do not overlap.
    """
    front, back = max(upper.front, lower.front), min(upper.back, lower.back)
    if front >= back:
        raise NotMeasurable("the endplates do not lie over one another")
    places = [front + share * (back - front) for share in shares]
    return tuple(upper.height_at(y) - lower.height_at(y) for y in places)


def _body_frame(spine: Spine, top: Endplate, bottom: Endplate) -> Frame:
    """The frame between both endplates, level with them."""
    middle = (top.plane.centre + bottom.plane.centre) / 2
    superior = top.plane.normal + bottom.plane.normal
    return upright(middle, superior, rough_frame(spine).posterior)
