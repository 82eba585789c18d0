"""Cross-sectional area of the spinal canal at a disc."""

import math

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.canal import canal_sections, sections_at
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms import AnalyticSpine, Segment
from lbp_outcome.place import Place
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

NARROW = AnalyticSpine(
    segments=(Segment(), Segment(canal_mm=(6.5, 3.5), wedge_deg=5.0), Segment()),
    tilt_deg=(12.0, 2.0, 3.0),
)
NARROW_MM2 = math.pi * 6.5 * 3.5
HEALTHY_MM2 = math.pi * 8.0 * 6.0
"""Where nothing narrows the canal of the phantom."""


@measurement(
    unit=Unit.SQUARE_MILLIMETRE,
    reference="lbp-outcome, after doi:10.1007/s00330-024-11080-0",
    phantom=Example(
        anatomy=NARROW,
        at=Place(disc=Disc.parse("L4-L5")),
        value=NARROW_MM2,
        tolerance=0.04 * NARROW_MM2,
    ),
    normal=ReferenceRange(
        source="sac below 100 mm2 called relative, below 75 mm2 absolute stenosis; "
        "remembered, uncertain",
        low=100.0,
        uncertain=True,
    ),
)
def canal_area_mm2(spine: Spine, disc: Disc) -> float:
    """Smallest cross-section of the segmented canal within 8 mm of the disc [mm2].

    Cross-sections are square to the canal's centreline. Whether the mask follows the
    bony canal or the dural sac depends on who segmented it: compare like with like.

    Raises:
        NotMeasurable: The canal is not segmented all along the disc.
    """
    beside = sections_at(spine, disc)
    return float(canal_sections(spine).area_mm2[beside].min())
