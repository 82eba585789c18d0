"""Area of the defects of an endplate."""

from lbp_outcome.anatomy import Border, Disc
from lbp_outcome.geometry.endplate_relief import endplate_relief
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._subendplate import beside
from lbp_outcome.phantoms.endplates import WORN
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

DEFECT_MM = 2.0
"""An endplate has a defect where it lies deeper than this below the smooth surface."""


@measurement(
    unit=Unit.SQUARE_MILLIMETRE,
    reference="lbp-outcome, for the endplate defects of doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=WORN,
        at=Place(disc=Disc.parse("L4-L5"), border=Border.ABOVE),
        value=WORN.plates[0].pit_area_mm2(DEFECT_MM),
        tolerance=14.0,
    ),
)
def endplate_defect_area_mm2(spine: Spine, disc: Disc, border: Border) -> float:
    """Area of an endplate more than 2 mm below the smooth surface through it [mm2].

    Zero for intact endplates, also hollow ones. The rim is left out. The cut-off is a
    proposal, not from the literature (uncertain).

    Raises:
        NotMeasurable: The body is not segmented, or this end of it not visible.
    """
    relief = endplate_relief(spine, *beside(disc, border))
    return float((relief.depth > DEFECT_MM).sum() * relief.point_area_mm2)
