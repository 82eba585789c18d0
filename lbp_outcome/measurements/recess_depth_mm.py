"""Depth of the lateral recess."""

from lbp_outcome.anatomy import Disc, Side
from lbp_outcome.geometry.facet import recess_mm
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._joint import JOINTED, L4_L5_LEFT
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, for the nerve compression of "
    "doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=JOINTED, at=L4_L5_LEFT, value=JOINTED.recess_mm, tolerance=0.8
    ),
    normal=ReferenceRange(
        low=4.0,
        source="uncertain: commonly used limits, below 3 to 4 mm narrow",
        uncertain=True,
    ),
)
def recess_depth_mm(spine: Spine, disc: Disc, side: Side) -> float:
    """Least distance from the back of the lower body to its articular process [mm].

    The way of the nerve root into the foramen, between bones: ligament and disc may
    narrow it further. From front to back, along the disc.

    Raises:
        NotMeasurable: The superior articular process or the body is not segmented.
    """
    return recess_mm(spine, disc, side)
