"""Area of a neural foramen."""

from lbp_outcome.anatomy import Disc, Side
from lbp_outcome.geometry.foramen import foramen
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._joint import JOINTED, L4_L5_LEFT
from lbp_outcome.measurements._opening import NORMAL_SOURCE
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.SQUARE_MILLIMETRE,
    reference="lbp-outcome, for the foraminal stenosis of "
    "doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=JOINTED,
        at=L4_L5_LEFT,
        value=JOINTED.foramen_mm[0] * JOINTED.foramen_mm[1],
        tolerance=14.0,
    ),
    normal=ReferenceRange(low=65.0, source=NORMAL_SOURCE, uncertain=True),
)
def foramen_area_mm2(spine: Spine, disc: Disc, side: Side) -> float:
    """Area between the pedicles, the bodies with their disc, and the joint [mm2].

    On planes through the middle of both pedicles. Only bone and disc bound it; the
    yellow ligament is not segmented, so that it is larger than what is left for the
    nerve.

    Raises:
        NotMeasurable: A pedicle, the disc space or the joint behind is not visible.
    """
    return foramen(spine, disc, side).area_mm2
