"""Depth of the spinal canal at a disc, over its width."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.canal_ap_mm import canal_ap_mm
from lbp_outcome.measurements.canal_area_mm2 import NARROW
from lbp_outcome.measurements.canal_width_mm import canal_width_mm
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome, after doi:10.1007/s00330-024-11080-0",
    phantom=Example(
        anatomy=NARROW,
        at=Place(disc=Disc.parse("L4-L5")),
        value=7.0 / 13.0,
        tolerance=0.05,
    ),
)
def canal_ap_to_width_ratio(spine: Spine, disc: Disc) -> float:
    """Smallest depth of the canal at the disc over its width where it is smallest.

    Low values mean a canal flattened from the front or the back.

    Raises:
        NotMeasurable: The canal is not segmented all along the disc.
    """
    width = float(canal_width_mm.function(spine, disc))
    if width <= 0:
        raise NotMeasurable(f"no canal is segmented at {disc}")
    return float(canal_ap_mm.function(spine, disc)) / width
