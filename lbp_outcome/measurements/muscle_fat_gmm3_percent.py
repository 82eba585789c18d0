"""Fat share of a muscle at a disc, from a mixture of three tissues on T1 or T2."""

from lbp_outcome.anatomy import Disc, Muscle, Side
from lbp_outcome.geometry.muscle_section import Scans
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._muscle_signal import signal_fat
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
        at=Place(disc=Disc.parse("L4-L5"), muscle=Muscle.MULTIFIDUS, side=Side.RIGHT),
        value=20.0,
        tolerance=2.0,
    ),
)
def muscle_fat_gmm3_percent(
    spine: Spine, muscles: Scans, disc: Disc, muscle: Muscle, side: Side
) -> Remarked:
    """Share of the brightest of three tissues in a muscle's signal on T1 or T2 [%].

    A mixture of three normal distributions, as in MuscleMap, is fitted to the voxels
    within 6 mm of the disc's plane; fat begins with the lowest value that belongs to
    the brightest, and what lies between muscle and fat counts as neither. Reliability
    against Dixon is good (ICC 0.77 or more; Wesselink, NASSJ 2024), but the share is
    lower. Where there is hardly any fat, the mixture divides the muscle itself. Compare
    with the same method only, never with Dixon.

    Raises:
        NotMeasurable: It is the psoas, whose signal does not show fat; there is no T1
            or T2 image; or no series shows the whole muscle.
    """
    return signal_fat(spine, muscles, disc, muscle, side, 3).remarked(muscle)
