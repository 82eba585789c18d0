"""Fat share of a muscle at a disc, from a Dixon series."""

from lbp_outcome.anatomy import Disc, Muscle, Side
from lbp_outcome.geometry.muscle_section import Scans
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._muscle_signal import dixon_fat
from lbp_outcome.measurements.muscle_area_cm2 import LEFT_MULTIFIDUS
from lbp_outcome.phantoms.muscles import MUSCLES
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.PERCENT,
    reference="lbp-outcome, after github.com/MuscleMap/MuscleMap",
    phantom=Example(anatomy=MUSCLES, at=LEFT_MULTIFIDUS, value=35.0, tolerance=0.5),
)
def muscle_fat_dixon_percent(
    spine: Spine, muscles: Scans, disc: Disc, muscle: Muscle, side: Side
) -> Remarked:
    """Mean of fat / (fat + water) over a muscle, within 6 mm of the disc's plane [%].

    The outermost voxels of each slice are left out, as in TPTBox: their signal is mixed
    with the fat around the muscle. MuscleMap keeps them and finds 1 to 4 points more.
    Not interchangeable with the fat share from T1 or T2. 50 % or more in the multifidus
    is remarked as severe, the cut of the FELIX trial.

    Raises:
        NotMeasurable: There is no Dixon series, or it does not show the whole muscle.
    """
    return dixon_fat(spine, muscles, disc, muscle, side).remarked(muscle)
