"""Depth of a focal displacement of a disc."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._bulge import HERNIATED, remarked
from lbp_outcome.measurements._herniation import focal
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, for the herniations of doi:10.1016/j.spinee.2014.04.022",
    phantom=Example(
        anatomy=HERNIATED, at=Place(disc=HERNIATED.disc), value=5.0, tolerance=0.35
    ),
)
def herniation_depth_mm(spine: Spine, disc: Disc) -> float | Remarked:
    """How far the disc stands out focally beyond the rest of its back [mm].

    The largest distance beyond the endplates within 70 degrees of the midline behind,
    less the median of the disc's back within 75 degrees of it, so that a general bulge
    does not count. Without a herniation it reaches 1.1 mm in one disc of twenty. The
    remark says where it lies.

    Raises:
        NotMeasurable: The disc or its endplates are not segmented.
    """
    found = focal(spine, disc)
    return remarked(found.depth_mm, found.where if found.present else "")
