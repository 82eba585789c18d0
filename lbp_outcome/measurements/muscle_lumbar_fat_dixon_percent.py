"""Fat share of a muscle along the lower lumbar spine, from a Dixon series."""

from lbp_outcome.anatomy import Muscle, Side
from lbp_outcome.geometry.muscle_section import Scans
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._muscle_signal import lumbar_fat
from lbp_outcome.phantoms.muscles import MUSCLES
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.PERCENT,
    reference="lbp-outcome, after github.com/MuscleMap/MuscleMap",
    phantom=Example(
        anatomy=MUSCLES,
        at=Place(muscle=Muscle.MULTIFIDUS, side=Side.RIGHT),
        value=62.0,
        tolerance=0.5,
    ),
)
def muscle_lumbar_fat_dixon_percent(
    spine: Spine, muscles: Scans, muscle: Muscle, side: Side
) -> Remarked:
    """Mean of fat / (fat + water) over a muscle along the three lowest discs [%].

    From the middle of the third lowest disc to that of the lowest, the outermost voxels
    of each slice left out. 50 % or more in the multifidus is remarked as severe, the
    cut of the FELIX trial. Not interchangeable with the fat share from T1 or T2.

    Raises:
        NotMeasurable: There is no Dixon series, or it does not show the whole range.
    """
    return lumbar_fat(spine, muscles, muscle, side).remarked(muscle)
