"""T2 signal of the marrow beside an endplate."""

from lbp_outcome.anatomy import Border, Disc
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._subendplate import slab_z
from lbp_outcome.phantoms.endplates import WORN
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome, for the Modic changes of doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=WORN,
        at=Place(disc=Disc.parse("L4-L5"), border=Border.BELOW),
        value=WORN.plates[1].z[1],
        tolerance=0.2,
    ),
    needs=("t2",),
)
def modic_t2_z(
    examination: Examination, disc: Disc, border: Border
) -> float | Remarked:
    """Mean T2 signal of the marrow beside an endplate against that of the mid-body.

    In robust standard deviations of the middle of the same body, taken from the 5 mm
    of marrow that begin 1.5 mm below the endplate. Zero is unchanged; a change that
    covers only a part of the endplate is diluted.

    Raises:
        NotMeasurable: The body or its end is not segmented, or lies outside an image.
    """
    return slab_z(examination, disc, border, "t2")
