"""Width of a focal displacement of a disc."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._bulge import HERNIATED
from lbp_outcome.measurements._herniation import FOOT_SHARE, present_focal
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, for the herniations of doi:10.1016/j.spinee.2014.04.022",
    phantom=Example(
        anatomy=HERNIATED,
        at=Place(disc=HERNIATED.disc),
        value=HERNIATED.base_mm(FOOT_SHARE),
        tolerance=1.0,
    ),
)
def herniation_base_mm(spine: Spine, disc: Disc) -> float:
    """Width of a focal displacement at the border of the endplates [mm].

    Taken where it has a quarter of its depth: the very foot is lost in noise, so that
    a parabola is measured a seventh too narrow.

    Raises:
        NotMeasurable: No focal displacement is seen, or the disc or its endplates are
            not segmented.
    """
    return present_focal(spine, disc).base_mm
