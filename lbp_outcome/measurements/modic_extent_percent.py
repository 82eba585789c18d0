"""Extent of a Modic-like change."""

from lbp_outcome.anatomy import Border, Disc
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._modic import change
from lbp_outcome.phantoms.endplates import WORN
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.PERCENT,
    reference="lbp-outcome, for the Modic changes of doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=WORN,
        at=Place(disc=Disc.parse("L3-L4"), border=Border.ABOVE),
        value=100 * WORN.plates[2].front_share,
        tolerance=6.0,  # cells across its border look too little changed to count
    ),
    needs=("t2", "t1"),
)
def modic_extent_percent(
    examination: Examination, disc: Disc, border: Border
) -> float | Remarked:
    """Share of the marrow beside an endplate that looks like one Modic type [%].

    Of the 5 mm of marrow that begin 1.5 mm below the endplate, for the type that
    exceeds its usual share most. Healthy marrow reads up to 10 %, as it is never quite
    even.

    Raises:
        NotMeasurable: The body or its end is not segmented, or lies outside an image.
    """
    found = change(examination, disc, border)
    return found.remarked(100 * float(found.shares[found.leading]))
