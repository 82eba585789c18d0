"""Fat share of a muscle at a disc, from a mixture of two tissues on T1 or T2."""

from lbp_outcome.anatomy import Disc, Muscle, Side
from lbp_outcome.geometry.muscle_section import Scans
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._muscle_signal import signal_fat
from lbp_outcome.measurements.muscle_area_cm2 import LEFT_MULTIFIDUS
from lbp_outcome.phantoms.muscles import MUSCLES
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.PERCENT,
    reference="lbp-outcome, after github.com/MuscleMap/MuscleMap",
    phantom=Example(anatomy=MUSCLES, at=LEFT_MULTIFIDUS, value=30.0, tolerance=2.0),
)
def muscle_fat_gmm2_percent(
    spine: Spine, muscles: Scans, disc: Disc, muscle: Muscle, side: Side
) -> Remarked:
    """Share of the brightest of two tissues in a muscle's signal on T1 or T2 [%].

    A mixture of two normal distributions, as in MuscleMap, is fitted to the voxels
    within 6 mm of the disc's plane; fat is what is brighter than muscle, streaks that
    fill a voxel only partly included. Reliability against Dixon is moderate (ICC 0.63
    or more; Wesselink, NASSJ 2024). Where there is hardly any fat, the mixture divides
    the muscle itself. Compare with the same method only, never with Dixon.

    Raises:
        NotMeasurable: It is the psoas, whose signal does not show fat; there is no T1
            or T2 image; or no series shows the whole muscle.
    """
    return signal_fat(spine, muscles, disc, muscle, side, 2).remarked(muscle)
