"""How much a vertebral body is wedged."""

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.geometry.body_heights import body_heights
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms.vertebra import COLLAPSED
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome: anterior over posterior height",
    phantom=Example(
        anatomy=COLLAPSED,
        at=Place(vertebra=Vertebra.L3),
        value=18.0 / 26.0,
        tolerance=0.025,
    ),
)
def body_wedge_ratio(spine: Spine, vertebra: Vertebra) -> float:
    """Height of a vertebral body in front over its height behind.

    Healthy bodies are not square: L5 is higher in front, T12 and L1 are a little lower
    in front. One limit for all levels calls healthy T12 wedged and misses L5.

    Raises:
        NotMeasurable: An endplate of the vertebra is not visible.
    """
    heights = body_heights(spine, vertebra)
    return heights.anterior_mm / heights.posterior_mm
