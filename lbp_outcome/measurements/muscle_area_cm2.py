"""Cross-sectional area of a muscle at a disc."""

from lbp_outcome.anatomy import Disc, Muscle, Side
from lbp_outcome.geometry.muscle_section import Scans, muscle_section
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms.muscles import MUSCLES
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

LEFT_MULTIFIDUS = Place(
    disc=Disc.parse("L4-L5"), muscle=Muscle.MULTIFIDUS, side=Side.LEFT
)
AREA_CM2 = MUSCLES.cylinders[0].area_cm2


@measurement(
    unit=Unit.SQUARE_CENTIMETRE,
    reference="lbp-outcome, after github.com/MuscleMap/MuscleMap",
    phantom=Example(
        anatomy=MUSCLES, at=LEFT_MULTIFIDUS, value=AREA_CM2, tolerance=0.03 * AREA_CM2
    ),
)
def muscle_area_cm2(
    spine: Spine, muscles: Scans, disc: Disc, muscle: Muscle, side: Side
) -> Remarked:
    """Area of a muscle with the fat in it, in the plane of the disc [cm2].

    The area in that plane times the cosine of the angle between the plane's normal and
    the muscle's axis, so that it is square to the muscle. Taken from the axial stack at
    the disc, else from a Dixon series, else from a sagittal one, and only where that
    shows the whole muscle. A large area may be fat: see the lean area.

    Raises:
        NotMeasurable: The disc is not visible, or no series shows the whole muscle.
    """
    section = muscle_section(spine, muscles, disc, muscle, side)
    return Remarked(section.area_cm2, section.remark)
