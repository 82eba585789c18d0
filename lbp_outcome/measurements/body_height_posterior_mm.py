"""Height of a vertebral body behind."""

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.geometry.body_heights import body_heights
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms.vertebra import COLLAPSED
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome: between smooth endplates, along the axis of the body",
    phantom=Example(
        anatomy=COLLAPSED, at=Place(vertebra=Vertebra.L3), value=26.0, tolerance=0.5
    ),
)
def body_height_posterior_mm(spine: Spine, vertebra: Vertebra) -> float:
    """Height of a vertebral body at its back rim, in the midline [mm].

    Along the axis that halves the angle between the endplates; osteophytes, pits and
    rounded rims are bridged.

    Raises:
        NotMeasurable: An endplate of the vertebra is not visible.
    """
    return body_heights(spine, vertebra).posterior_mm
