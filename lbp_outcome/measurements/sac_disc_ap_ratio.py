"""Depth of the dural sac over that of the disc."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.disc_section import disc_section
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.canal_ap_mm import canal_ap_mm
from lbp_outcome.measurements.canal_area_mm2 import NARROW
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

DISC_DEPTH_MM = NARROW.body_mm[1]


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome, for DDRDIA of AJNR 43(10):1530",
    phantom=Example(
        anatomy=NARROW,
        at=Place(disc=Disc.parse("L4-L5")),
        value=7.0 / DISC_DEPTH_MM,
        tolerance=0.06 * 7.0 / DISC_DEPTH_MM,
    ),
)
def sac_disc_ap_ratio(spine: Spine, disc: Disc) -> float:
    """Depth of the dural sac at the disc over that of the disc itself.

    The smallest midline depth of the canal's mask within 8 mm of the disc, over the
    disc's depth from front to back half way between its endplates. Known as
    DDRDIA. Only a mask that follows the dural sac gives the ratio of the paper; its
    thresholds are not known to this project.

    Raises:
        NotMeasurable: The canal is not segmented along the disc, or the disc is not.
    """
    return float(canal_ap_mm.function(spine, disc)) / disc_section(spine, disc).depth_mm
