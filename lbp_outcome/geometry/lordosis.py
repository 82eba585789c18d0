"""Angles between endplates in the sagittal plane."""

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.geometry.endplate import End, endplate
from lbp_outcome.geometry.frame import Vector, rough_frame
from lbp_outcome.spine import Spine


def lordosis_deg(
    spine: Spine, top: tuple[Vertebra, End], bottom: tuple[Vertebra, End]
) -> float:
    """Return the angle between two endplates, a lordosis positive [deg].

    Raises:
        NotMeasurable: One of the endplates is not visible.
    """
    frame = rough_frame(spine)  # refuses a doubtful header before anything else
    above, below = (frame.sagittal_deg(_normal(spine, *end)) for end in (top, bottom))
    return above - below


def _normal(spine: Spine, vertebra: Vertebra, end: End) -> Vector:
    return endplate(spine, vertebra, end).plane.normal
