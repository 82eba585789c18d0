"""Height of a neural foramen."""

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
        anatomy=JOINTED, at=L4_L5_LEFT, value=JOINTED.foramen_mm[1], tolerance=0.6
    ),
    normal=ReferenceRange(low=11.5, source=NORMAL_SOURCE, uncertain=True),
)
def foramen_height_mm(spine: Spine, disc: Disc, side: Side) -> float:
    """Distance between the pedicles above and below a neural foramen [mm].

    On planes through the middle of both pedicles, along the disc's upward axis; the
    largest distance that is kept up over 2 mm from front to back.

    Raises:
        NotMeasurable: A pedicle or the disc space is not visible. The sacrum is not
            labelled in SPIDER, so L5-S1 has no value there.
    """
    return foramen(spine, disc, side).height_mm
