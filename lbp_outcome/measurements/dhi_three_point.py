"""Disc height index, from three heights in the midline."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.disc_heights import disc_heights
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._body_heights import adjacent_heights
from lbp_outcome.measurements.disc_height_mm import TILTED
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome: 2 (DHa + DHm + DHp) / sum of six heights of the bodies",
    phantom=Example(
        anatomy=TILTED,
        at=Place(disc=Disc.parse("L4-L5")),
        value=TILTED.segments[1].height_mm / TILTED.body_mm[2],
        tolerance=0.015,
    ),
)
def dhi_three_point(spine: Spine, disc: Disc) -> Remarked:
    """Three heights of the disc in the midline over those of the adjacent bodies.

    Twice the sum of the disc's heights in front, in the middle and behind, over the sum
    of the same heights of the bodies above and below. At the sacrum the sum of the
    disc's heights over that of the body above alone. Not to be mixed with `dhi_mean`.

    Raises:
        NotMeasurable: An endplate of the disc or of a body beside it is not visible.
    """
    bodies, heights = adjacent_heights(spine, disc), disc_heights(spine, disc)
    total = heights.anterior_mm + heights.middle_mm + heights.posterior_mm
    return Remarked(total / (3 * bodies.mean_mm), bodies.remark)
