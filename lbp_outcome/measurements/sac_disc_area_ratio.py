"""Area of the dural sac over that of the disc."""

import math

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.disc_section import disc_section
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.canal_area_mm2 import (
    NARROW,
    NARROW_MM2,
    canal_area_mm2,
)
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

DISC_MM2 = math.pi * NARROW.body_mm[0] * NARROW.body_mm[1] / 4


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome, for DDRCA of AJNR 43(10):1530",
    phantom=Example(
        anatomy=NARROW,
        at=Place(disc=Disc.parse("L4-L5")),
        value=NARROW_MM2 / DISC_MM2,
        tolerance=0.05 * NARROW_MM2 / DISC_MM2,
    ),
)
def sac_disc_area_ratio(spine: Spine, disc: Disc) -> float:
    """Cross-section of the dural sac at the disc over that of the disc itself.

    The smallest section of the canal's mask within 8 mm of the disc, over the disc's
    section half way between its endplates. Known as
    DDRCA. Only a mask that follows the dural sac gives the ratio of the paper; its
    thresholds are not known to this project.

    Raises:
        NotMeasurable: The canal is not segmented along the disc, or the disc is not.
    """
    return (
        float(canal_area_mm2.function(spine, disc)) / disc_section(spine, disc).area_mm2
    )
