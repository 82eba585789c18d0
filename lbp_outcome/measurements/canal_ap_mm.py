"""Front-to-back diameter of the spinal canal at a disc."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.canal import canal_sections, sections_at
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.canal_area_mm2 import NARROW
from lbp_outcome.place import Place
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, after doi:10.1007/s00330-024-11080-0",
    phantom=Example(
        anatomy=NARROW, at=Place(disc=Disc.parse("L4-L5")), value=7.0, tolerance=0.3
    ),
    normal=ReferenceRange(
        source="canal below 12 mm called relatively, below 10 mm absolutely narrow; "
        "remembered, uncertain",
        low=10.0,
        uncertain=True,
    ),
)
def canal_ap_mm(spine: Spine, disc: Disc) -> float:
    """Smallest midline depth of the segmented canal within 8 mm of the disc [mm].

    Raises:
        NotMeasurable: The canal is not segmented all along the disc.
    """
    beside = sections_at(spine, disc)
    return float(canal_sections(spine).depth_mm[beside].min())
