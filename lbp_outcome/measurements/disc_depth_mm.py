"""Depth of a disc."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.disc_section import disc_section
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.disc_height_mm import TILTED
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome: longest chord from front to back, half way between the "
    "endplates",
    phantom=Example(
        anatomy=TILTED,
        at=Place(disc=Disc.parse("L4-L5")),
        value=TILTED.body_mm[1],
        tolerance=0.8,
    ),
)
def disc_depth_mm(spine: Spine, disc: Disc) -> float:
    """Depth of the disc in its middle, from front to back [mm].

    In the plane half way between the endplates; bulges and herniations count.

    Raises:
        NotMeasurable: The disc or an endplate beside it is not segmented.
    """
    return disc_section(spine, disc).depth_mm
