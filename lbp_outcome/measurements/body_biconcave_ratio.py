"""How much a vertebral body has sunk in its middle."""

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.geometry.body_heights import body_heights
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms.vertebra import COLLAPSED
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome: middle over posterior height",
    phantom=Example(
        anatomy=COLLAPSED,
        at=Place(vertebra=Vertebra.L3),
        value=21.0 / 26.0,
        tolerance=0.025,
    ),
)
def body_biconcave_ratio(spine: Spine, vertebra: Vertebra) -> float:
    """Height of a vertebral body in its middle over its height behind.

    Healthy endplates are hollow too, so that one is not the usual value.

    Raises:
        NotMeasurable: An endplate of the vertebra is not visible.
    """
    heights = body_heights(spine, vertebra)
    return heights.middle_mm / heights.posterior_mm
