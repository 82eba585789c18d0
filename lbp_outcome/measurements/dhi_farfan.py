"""Farfan's disc height index."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.disc_heights import disc_heights
from lbp_outcome.geometry.disc_section import disc_section
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.disc_height_mm import TILTED
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome: (Ha + Hp) / depth of the disc, after Farfan",
    phantom=Example(
        anatomy=TILTED,
        at=Place(disc=Disc.parse("L4-L5")),
        value=2 * TILTED.segments[1].height_mm / TILTED.body_mm[1],
        tolerance=0.02,
    ),
)
def dhi_farfan(spine: Spine, disc: Disc) -> float:
    """Sum of the disc's heights in front and behind over its depth.

    Needs no vertebral body; a bulging disc is deeper, which lowers the index. Not to be
    mixed with the other disc height indices.

    Raises:
        NotMeasurable: An endplate is not visible, or the disc is not segmented.
    """
    heights = disc_heights(spine, disc)
    both = heights.anterior_mm + heights.posterior_mm
    return both / disc_section(spine, disc).depth_mm
