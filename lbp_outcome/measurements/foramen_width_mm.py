"""Depth of a neural foramen from front to back."""

from lbp_outcome.anatomy import Disc, Side
from lbp_outcome.geometry.foramen import foramen
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._joint import JOINTED, L4_L5_LEFT
from lbp_outcome.measurements._opening import NORMAL_SOURCE
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, for the foraminal stenosis of "
    "doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=JOINTED, at=L4_L5_LEFT, value=JOINTED.foramen_mm[0], tolerance=0.5
    ),
    normal=ReferenceRange(low=3.5, source=NORMAL_SOURCE, uncertain=True),
)
def foramen_width_mm(spine: Spine, disc: Disc, side: Side) -> float:
    """Distance from body or disc to the joint behind, in the middle third [mm].

    The mean over the middle third of the foramen's height, on planes through the middle
    of both pedicles. Only bone and disc bound it; the yellow ligament is not segmented.

    Raises:
        NotMeasurable: A pedicle, the disc space or the joint behind is not visible.
    """
    return foramen(spine, disc, side).width_mm
