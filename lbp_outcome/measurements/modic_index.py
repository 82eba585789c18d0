"""Strength of a Modic-like change."""

from lbp_outcome.anatomy import Border, Disc
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._modic import change
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
        value=8.0**0.5,
        tolerance=0.3,
    ),
    needs=("t2", "t1"),
)
def modic_index(
    examination: Examination, disc: Disc, border: Border
) -> float | Remarked:
    """How strongly the marrow beside an endplate looks like one Modic type.

    The contrast of the changed marrow to the mid-body on T1 and T2 together, in
    standard deviations, times its share of the slab; the largest of the three types. A
    continuous measure without cut-off on the share.

    Raises:
        NotMeasurable: The body or its end is not segmented, or lies outside an image.
    """
    found = change(examination, disc, border)
    return found.remarked(float(found.strength.max()))
