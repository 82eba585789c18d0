"""Listhesis as a share of the endplate below."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.endplate import End
from lbp_outcome.geometry.listhesis import endplate_depth_mm, forward_slip_mm
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.listhesis_mm import SLIPPED
from lbp_outcome.place import Place
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.PERCENT,
    reference="lbp-outcome, for the slip that Meyerding grades",
    phantom=Example(
        anatomy=SLIPPED,
        at=Place(disc=Disc.parse("L4-L5")),
        value=100 * 6.0 / SLIPPED.body_mm[1],
        tolerance=1.5,
    ),
    normal=ReferenceRange(
        source="a slip of 5 % counts (uncertain)", high=5.0, uncertain=True
    ),
)
def listhesis_percent(spine: Spine, disc: Disc) -> float:
    """Forward slip as a share of the upper endplate of the lower vertebra [%].

    The slip in millimetres over the length of that endplate from front to back in the
    midline, osteophytes left out. Negative for a vertebra that stands further back, as
    most do a little (see `listhesis_mm`).

    Raises:
        NotMeasurable: One of the two vertebral bodies is not visible.
    """
    length = endplate_depth_mm(spine, disc.lower, End.UPPER)
    return 100 * forward_slip_mm(spine, disc) / length
