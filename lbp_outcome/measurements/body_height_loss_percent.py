"""Height that a vertebral body has lost."""

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.geometry.height_loss import height_loss
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms.vertebra import COLLAPSED
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.PERCENT,
    reference="lbp-outcome: against the trend of the four nearest vertebrae",
    phantom=Example(
        anatomy=COLLAPSED,
        at=Place(vertebra=Vertebra.L3),
        value=100 * (1 - 18.0 / 27.0),
        tolerance=2.0,
    ),
    normal=ReferenceRange(
        source="a loss of 20 % is called a deformity (uncertain)",
        high=20.0,
        uncertain=True,
    ),
)
def body_height_loss_percent(spine: Spine, vertebra: Vertebra) -> Remarked:
    """Height that a vertebral body lacks, where it lacks most [%].

    In front, in the middle or behind, against the trend of the same height of the four
    nearest vertebrae; the remark says where. Being the largest of three, it is about 3
    % in healthy bodies. Says nothing about how old the loss is, or about its cause.

    Raises:
        NotMeasurable: The body is not visible, or no two vertebrae near it are.
    """
    found = height_loss(spine, vertebra)
    return Remarked(found.percent, str(found))
