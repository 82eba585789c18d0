"""Depth of a focal displacement over its width."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._bulge import HERNIATED
from lbp_outcome.measurements._herniation import FOOT_SHARE, present_focal
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome, for the herniations of doi:10.1016/j.spinee.2014.04.022",
    phantom=Example(
        anatomy=HERNIATED,
        at=Place(disc=HERNIATED.disc),
        value=5.0 / HERNIATED.base_mm(FOOT_SHARE),
        tolerance=0.06,
    ),
)
def herniation_ratio(spine: Spine, disc: Disc) -> float:
    """Depth of a focal displacement over its width at the border of the endplates.

    Above 1 it is deeper than wide, which is called an extrusion.

    Raises:
        NotMeasurable: No focal displacement is seen, or the disc or its endplates are
            not segmented.
    """
    found = present_focal(spine, disc)
    return found.depth_mm / found.base_mm
