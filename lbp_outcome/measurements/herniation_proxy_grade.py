"""Does a disc look herniated?."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._herniation import (
    BEYOND_MM,
    FOCAL_DEG,
    FOCAL_MM,
    MIGRATED,
    PRESENT_MM,
    focal,
)
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.SCORE,
    reference="lbp-outcome, for the herniations of doi:10.1016/j.spinee.2014.04.022",
    phantom=Example(
        anatomy=MIGRATED, at=Place(disc=MIGRATED.disc), value=2.0, tolerance=0.0
    ),
)
def herniation_proxy_grade(spine: Spine, disc: Disc) -> Remarked:
    """Shape of the disc's back: 0 nothing focal, 1 protrusion-, 2 extrusion-like.

    Focal is what stands out by over 2 mm, 1.5 mm further than the rest of the back,
    over no more than 90 degrees. It is extrusion-like if it is deeper than wide, or if
    disc tissue lies over 3 mm beyond an endplate's level. A proxy from the outlines:
    a reader also sees whether annulus and ligament hold.

    Raises:
        NotMeasurable: The disc or its endplates are not segmented.
    """
    found = focal(spine, disc)
    if not found.present:
        return Remarked(
            0.0,
            f"nothing stands out by over {PRESENT_MM:g} mm and {FOCAL_MM:g} mm further "
            f"than the rest, within {FOCAL_DEG:g} degrees",
        )
    deep = found.depth_mm > found.base_mm
    migrated = abs(found.migration_mm) > BEYOND_MM
    return Remarked(2.0 if deep or migrated else 1.0, found.where)
