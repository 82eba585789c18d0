"""Depth of the deepest defect of an endplate."""

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
        at=Place(disc=Disc.parse("L4-L5"), border=Border.ABOVE),
        value=WORN.plates[0].pit_mm[1],
        tolerance=0.4,
    ),
)
def endplate_depth_mm(spine: Spine, disc: Disc, border: Border) -> float:
    """Largest depth of an endplate below the smooth surface through it [mm].

    The rim is left out, and what opens at the back corners is taken for a pedicle. A
    smooth endplate reads 0.2 to 0.5 mm with voxels of 0.8 mm or slices of 4 mm, and up
    to 1.4 mm on masks of scans; Schmorl nodes are usually said to be deeper than 2 to 3
    mm (uncertain). Slices thicker than a node is wide make it look shallower.

    Raises:
        NotMeasurable: The body is not segmented, or this end of it not visible.
    """
    return float(endplate_relief(spine, *beside(disc, border)).depth.max())
