"""Grade of a collapsed vertebral body after Genant."""

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.geometry.height_loss import height_loss
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._genant import collapse_grade
from lbp_outcome.phantoms.vertebra import COLLAPSED
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.SCORE,
    reference="lbp-outcome, after Genant's limits of height loss",
    phantom=Example(
        anatomy=COLLAPSED, at=Place(vertebra=Vertebra.L3), value=2.0, tolerance=0.01
    ),
)
def genant_grade(spine: Spine, vertebra: Vertebra) -> Remarked:
    """Genant-like grade of a vertebral deformity, from the measured loss of height.

    0 below 20 % loss, 1 (mild) up to 25 %, 2 (moderate) up to 40 %, 3 (severe) beyond,
    where most height is lost: see `body_height_loss_percent`. A proxy: readers also ask
    whether the endplate is broken, and call deformities of other origin none. A loss
    near a limit may fall to either side of it.

    Raises:
        NotMeasurable: The body is not visible, or no two vertebrae near it are.
    """
    found = height_loss(spine, vertebra)
    return Remarked(float(collapse_grade(found.percent)), str(found))
