"""Concavity of an endplate."""

from lbp_outcome.anatomy import Border, Disc
from lbp_outcome.geometry.endplate_relief import endplate_relief
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._subendplate import beside
from lbp_outcome.phantoms.endplates import WORN
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, for the endplate defects of doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=WORN,
        at=Place(disc=Disc.parse("L4-L5"), border=Border.BELOW),
        value=WORN.plates[1].hollow_mm,
        tolerance=0.25,
    ),
)
def endplate_concavity_mm(spine: Spine, disc: Disc, border: Border) -> float:
    """Depth of the middle of the smooth endplate below its rim [mm].

    Taken from a quadric through the endplate that defects do not pull down, so that a
    Schmorl node is no concavity. Negative where the endplate bulges outwards.

    Raises:
        NotMeasurable: The body is not segmented, or this end of it not visible.
    """
    return endplate_relief(spine, *beside(disc, border)).concavity_mm
