"""Heights of a vertebral body in front, in the middle and behind."""

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
        NotMeasurable: The body is not segmented, or an end of it not visible.
    """
    rough_frame(spine)  # refuses a doubtful header before anything else
    top = bony_endplate(spine, vertebra, End.UPPER)
    bottom = bony_endplate(spine, vertebra, End.LOWER)
    frame = _body_frame(spine, top, bottom)
    upper = endplate_profile(top, frame, f"upper end of {vertebra}")
    lower = endplate_profile(bottom, frame, f"lower end of {vertebra}")
    return BodyHeights(*gaps_along(upper, lower))


def gaps_along(
    upper: EndplateProfile, lower: EndplateProfile
) -> tuple[float, float, float]:
    """Return the distances between two profiles in front, in the middle and behind.

    "In front" and "behind" are the ends of their overlap [mm].

    Raises:
        NotMeasurable: The profiles do not overlap.
    """
    front, back = max(upper.front, lower.front), min(upper.back, lower.back)
    if front >= back:
        raise NotMeasurable("the endplates do not lie over one another")
    places = front, (front + back) / 2, back
    ahead, between, behind = (upper.height_at(y) - lower.height_at(y) for y in places)
    return ahead, between, behind


def _body_frame(spine: Spine, top: Endplate, bottom: Endplate) -> Frame:
    """The frame between both endplates, level with them."""
    middle = (top.plane.centre + bottom.plane.centre) / 2
    superior = top.plane.normal + bottom.plane.normal
    return upright(middle, superior, rough_frame(spine).posterior)
