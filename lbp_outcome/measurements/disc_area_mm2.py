"""Area of a disc seen along the spine."""

import math

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.disc_section import disc_section
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.disc_height_mm import TILTED
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

ELLIPSE_MM2 = math.pi / 4 * TILTED.body_mm[0] * TILTED.body_mm[1]


@measurement(
    unit=Unit.SQUARE_MILLIMETRE,
    reference="lbp-outcome: cross-section half way between the endplates",
    phantom=Example(
        anatomy=TILTED,
        at=Place(disc=Disc.parse("L4-L5")),
        value=ELLIPSE_MM2,
        tolerance=0.015 * ELLIPSE_MM2,
    ),
)
def disc_area_mm2(spine: Spine, disc: Disc) -> float:
    """Area of the disc's cross-section half way between the endplates [mm2].

    Bulges and herniations count. It is what areas of muscles and of the canal are set
    in relation to, and no measure of degeneration.

    Raises:
        NotMeasurable: The disc or an endplate beside it is not segmented.
    """
    return disc_section(spine, disc).area_mm2
