"""Grade of a forward slip after Meyerding."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.endplate import End
from lbp_outcome.geometry.listhesis import endplate_depth_mm, forward_slip_mm
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._slip_grade import slip_grade
from lbp_outcome.phantoms import AnalyticSpine, Segment
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

FAR = AnalyticSpine(
    segments=(Segment(), Segment(slip_mm=12.5, wedge_deg=5.0), Segment()),
    tilt_deg=(12.0, 2.0, 3.0),
)
"""A slip of 37 %, in the middle of the second quarter."""


@measurement(
    unit=Unit.SCORE,
    reference="lbp-outcome, after Meyerding's quarters",
    phantom=Example(
        anatomy=FAR, at=Place(disc=Disc.parse("L4-L5")), value=2.0, tolerance=0.01
    ),
)
def meyerding_grade(spine: Spine, disc: Disc) -> float:
    """Meyerding-like grade of a forward slip, from the measured slip.

    0 for less than 3 mm and less than 5 %; then I below 25 %, II below 50 %, III below
    75 %, IV up to 100 % of the endplate below, V beyond. A slip near a limit may fall
    to either side of it; a vertebra that slipped backwards has grade 0. Lying down
    hides some slips.

    Raises:
        NotMeasurable: One of the two vertebral bodies is not visible.
    """
    slip = forward_slip_mm(spine, disc)
    length = endplate_depth_mm(spine, disc.lower, End.UPPER)
    return float(slip_grade(slip, 100 * slip / length))
