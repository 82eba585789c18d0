"""Depth of a vertebral body."""

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.geometry.body_size import depth_of_body_mm
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms.vertebra import COLLAPSED, SIZE_MM
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome: chord in the midline, half way up",
    phantom=Example(
        anatomy=COLLAPSED,
        at=Place(vertebra=Vertebra.L3),
        value=SIZE_MM[1],
        tolerance=0.6,
    ),
)
def body_depth_mm(spine: Spine, vertebra: Vertebra) -> float:
    """Front-to-back size of a vertebral body at its waist, in the midline [mm].

    Half way between the endplates, where a body is 2 to 3 mm shallower than at them:
    not the length of an endplate.

    Raises:
        NotMeasurable: The body is not visible.
    """
    return depth_of_body_mm(spine, vertebra)
