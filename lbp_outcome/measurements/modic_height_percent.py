"""Height of a Modic-like change."""

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
        value=100 * WORN.plates[2].deep_mm / WORN.anatomy.body_mm[2],
        tolerance=4.0,
    ),
    needs=("t2", "t1"),
)
def modic_height_percent(
    examination: Examination, disc: Disc, border: Border
) -> float | Remarked:
    """How far a Modic-like change reaches through the height of the vertebral body [%].

    Measured in steps of 2.5 mm where it reaches deepest; zero where no type is present
    (see `modic_type`). Readers tell below 25, 25 to 50, and above 50 % apart.

    Raises:
        NotMeasurable: The body or its end is not segmented, or lies outside an image.
    """
    found = change(examination, disc, border)
    reach = float(found.height_mm[found.leading]) if found.present.any() else 0.0
    return found.remarked(100 * reach / found.body_mm)
