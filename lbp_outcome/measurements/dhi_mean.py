"""Disc height index, from mean heights."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.disc_heights import mean_height_mm
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._body_heights import adjacent_heights
from lbp_outcome.measurements.disc_height_mm import TILTED
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome: mean disc height over mean height of the adjacent bodies",
    phantom=Example(
        anatomy=TILTED,
        at=Place(disc=Disc.parse("L4-L5")),
        value=TILTED.segments[1].height_mm / TILTED.body_mm[2],
        tolerance=0.012,
    ),
    normal=ReferenceRange(
        source="lbp-outcome: remembered and uncertain; narrowed below about 0.25",
        low=0.30,
        high=0.45,
        uncertain=True,
    ),
)
def dhi_mean(spine: Spine, disc: Disc) -> Remarked:
    """Mean disc height over the mean height of the bodies above and below.

    The height of a body is the mean of its heights in front, in the middle and behind.
    One of several disc height indices, which must not be mixed; see `dhi_three_point`
    and `dhi_farfan`. At the sacrum the body above stands alone.

    Raises:
        NotMeasurable: An endplate of the disc or of a body beside it is not visible.
    """
    bodies = adjacent_heights(spine, disc)
    return Remarked(mean_height_mm(spine, disc) / bodies.mean_mm, bodies.remark)
