"""Cross-sectional area of a muscle without the fat in it."""

from lbp_outcome.anatomy import Disc, Muscle, Side
from lbp_outcome.geometry.muscle_section import Scans, muscle_section
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._muscle_signal import best_fat
from lbp_outcome.measurements.muscle_area_cm2 import AREA_CM2, LEFT_MULTIFIDUS
from lbp_outcome.phantoms.muscles import MUSCLES
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

LEAN_CM2 = AREA_CM2 * (1 - MUSCLES.cylinders[0].fat)


@measurement(
    unit=Unit.SQUARE_CENTIMETRE,
    reference="lbp-outcome, after github.com/MuscleMap/MuscleMap",
    phantom=Example(
        anatomy=MUSCLES, at=LEFT_MULTIFIDUS, value=LEAN_CM2, tolerance=0.03 * LEAN_CM2
    ),
)
def muscle_lean_area_cm2(
    spine: Spine, muscles: Scans, disc: Disc, muscle: Muscle, side: Side
) -> Remarked:
    """Area of a muscle times its share that is not fat, at a disc [cm2].

    Also called functional cross-sectional area. The fat share is that of a Dixon series
    where there is one, else of a mixture of three components on T1 or T2; the remark
    says which. Do not compare one with the other.

    Raises:
        NotMeasurable: Area or fat share cannot be measured.
    """
    section = muscle_section(spine, muscles, disc, muscle, side)
    fat = best_fat(spine, muscles, disc, muscle, side)
    return Remarked(
        section.area_cm2 * (1 - fat.percent / 100),
        f"area {section.remark}; {fat.remark}",
    )
