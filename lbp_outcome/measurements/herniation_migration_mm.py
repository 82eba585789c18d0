"""Migration of disc tissue."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._herniation import MIGRATED, focal
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, for the herniations of doi:10.1016/j.spinee.2014.04.022",
    phantom=Example(
        anatomy=MIGRATED,
        at=Place(disc=MIGRATED.disc),
        value=MIGRATED.migration_mm,
        tolerance=0.8,
    ),
)
def herniation_migration_mm(spine: Spine, disc: Disc) -> float:
    """How far disc tissue behind the bodies lies beyond an endplate's level [mm].

    Positive above the disc, negative below. Any bulge may overhang by up to 3 mm, which
    is no migration and reads 0.

    Raises:
        NotMeasurable: The disc or its endplates are not segmented.
    """
    return focal(spine, disc).migration_mm
