"""Over how much of its circumference a disc bulges."""

import numpy as np

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.disc_outline import disc_outline
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._bulge import HERNIATED, remarked, require_seen, toward
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

BULGING_MM = 1.5
"""Less than this may be the grain of the voxels [mm]."""


@measurement(
    unit=Unit.DEGREE,
    reference="lbp-outcome, for the disc bulging of doi:10.1016/j.spinee.2014.04.022",
    phantom=Example(
        anatomy=HERNIATED,
        at=Place(disc=HERNIATED.disc),
        value=HERNIATED.extent_deg(BULGING_MM),
        tolerance=6.0,
    ),
    normal=ReferenceRange(
        high=90.0,
        source="more than a quarter of the circumference is called bulging, "
        "doi:10.1016/j.spinee.2014.04.022; the 1.5 mm are lbp-outcome's own",
    ),
)
def disc_bulge_angle_deg(spine: Spine, disc: Disc) -> float | Remarked:
    """Part of the circumference where the disc stands out by over 1.5 mm [deg].

    More than 90 degrees is called bulging, less a herniation, if it is deep enough.

    Raises:
        NotMeasurable: The disc or its endplates are not segmented, or lie outside the
            scan.
    """
    outline = disc_outline(spine, disc)
    require_seen(outline, toward(0.0, 180.0), disc)
    beyond = outline.beyond[outline.seen] > BULGING_MM
    return remarked(360.0 * float(np.mean(beyond)), outline.remark)
