"""Height of a disc behind."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.disc_heights import disc_heights
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.disc_height_anterior_mm import OPENS_MM, SEGMENT
from lbp_outcome.measurements.disc_height_mm import TILTED
from lbp_outcome.place import Place
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome: heights at both ends of the endplates, in the midline",
    phantom=Example(
        anatomy=TILTED,
        at=Place(disc=Disc.parse("L4-L5")),
        value=SEGMENT.height_mm - OPENS_MM,
        tolerance=0.4,
    ),
    normal=ReferenceRange(
        source="Hasegawa 1995, remembered and uncertain: below 4 mm the nerve root may "
        "be squeezed in its foramen",
        low=4.0,
        uncertain=True,
    ),
)
def disc_height_posterior_mm(spine: Spine, disc: Disc) -> float:
    """Distance between the endplates at their back end, in the midline [mm].

    As `disc_height_anterior_mm`, at the back end of the endplates' overlap.

    Raises:
        NotMeasurable: An endplate is not visible.
    """
    return disc_heights(spine, disc).posterior_mm
