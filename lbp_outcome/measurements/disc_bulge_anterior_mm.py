"""Bulge of a disc to the front."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._bulge import HERNIATED, QUADRANT_DEG, mean_bulge
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, for the disc bulging of doi:10.1016/j.spinee.2014.04.022",
    phantom=Example(
        anatomy=HERNIATED,
        at=Place(disc=HERNIATED.disc),
        value=HERNIATED.mean_mm(180, QUADRANT_DEG),
        tolerance=0.15,
    ),
)
def disc_bulge_anterior_mm(spine: Spine, disc: Disc) -> float | Remarked:
    """Mean distance that the disc stands out beyond its endplates to the front [mm].

    Osteophytes count as bone, so that behind large ones nothing stands out.

    Raises:
        NotMeasurable: The disc or its endplates are not segmented, or this side lies
            outside the scan.
    """
    return mean_bulge(spine, disc, 180, QUADRANT_DEG)
