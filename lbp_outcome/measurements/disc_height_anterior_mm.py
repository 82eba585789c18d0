"""Height of a disc in front."""

import math

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.disc_heights import disc_heights
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.disc_height_mm import TILTED
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

SEGMENT = TILTED.segments[1]
OPENS_MM = TILTED.body_mm[1] * math.sin(math.radians(SEGMENT.wedge_deg / 2))
"""How much higher the disc is at its front end than in its middle [mm]."""


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome: heights at both ends of the endplates, in the midline",
    phantom=Example(
        anatomy=TILTED,
        at=Place(disc=Disc.parse("L4-L5")),
        value=SEGMENT.height_mm + OPENS_MM,
        tolerance=0.4,
    ),
)
def disc_height_anterior_mm(spine: Spine, disc: Disc) -> float:
    """Distance between the endplates at their front end, in the midline [mm].

    Along the axis that halves the angle between the endplates, at the front end of
    their overlap: the smooth endplates are prolonged to their rims, without
    osteophytes.

    Raises:
        NotMeasurable: An endplate is not visible.
    """
    return disc_heights(spine, disc).anterior_mm
