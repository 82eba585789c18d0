"""How much lower a vertebral body is behind than its neighbours."""

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.body_heights import body_heights
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms.vertebra import COLLAPSED
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine, column
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome: posterior height over that of the adjacent bodies",
    phantom=Example(
        anatomy=COLLAPSED,
        at=Place(vertebra=Vertebra.L3),
        value=26.0 / 27.0,
        tolerance=0.025,
    ),
)
def body_crush_ratio(spine: Spine, vertebra: Vertebra) -> float:
    """Height of a vertebral body behind over the mean of the adjacent ones.

    The vertebrae directly above and below count, or one of them if the other is not
    visible; the sacrum never does.

    Raises:
        NotMeasurable: An endplate of the vertebra is not visible, or neither neighbour.
    """
    own = body_heights(spine, vertebra).posterior_mm
    names = column(spine.named)
    place = names.index(vertebra)
    beside = [
        _back_mm(spine, name) for name in names[max(0, place - 1) : place + 2 : 2]
    ]
    seen = [height for height in beside if height is not None]
    if not seen:
        raise NotMeasurable(f"neither neighbour of {vertebra} shows its height")
    return own * len(seen) / sum(seen)


def _back_mm(spine: Spine, vertebra: Vertebra) -> float | None:
    if vertebra is Vertebra.S1:
        return None
    try:
        return body_heights(spine, vertebra).posterior_mm
    except NotMeasurable:
        return None
