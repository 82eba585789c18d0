"""Mean bulge of a disc."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._bulge import HERNIATED, mean_bulge
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, for the disc bulging of doi:10.1016/j.spinee.2014.04.022",
    phantom=Example(
        anatomy=HERNIATED,
        at=Place(disc=HERNIATED.disc),
        value=HERNIATED.mean_mm(),
        tolerance=0.15,
    ),
    normal=ReferenceRange(
        high=1.0, source="planning sheet 1.3, from memory; uncertain", uncertain=True
    ),
)
def disc_bulge_mean_mm(spine: Spine, disc: Disc) -> float | Remarked:
    """Mean distance that the disc stands out beyond its endplates [mm].

    All the way around, in the plane of the disc; where it lies within an endplate the
    distance counts as zero.

    Raises:
        NotMeasurable: The disc or its endplates are not segmented, or lie outside the
            scan.
    """
    return mean_bulge(spine, disc)
