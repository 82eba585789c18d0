"""Disc height relative to the disc above."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.disc_heights import mean_height_mm
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.disc_height_mm import TILTED
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine, column
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome, for the disc narrowing of doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=TILTED,
        at=Place(disc=Disc.parse("L4-L5")),
        value=TILTED.segments[1].height_mm / TILTED.segments[2].height_mm,
        tolerance=0.03,
    ),
)
def disc_height_ratio_above(spine: Spine, disc: Disc) -> float:
    """Mean height of the disc over that of the next disc above.

    Discs get higher downwards as far as L4-L5, so that a healthy ratio is above 1 there
    and below 1 at L5-S1; a narrow neighbour makes a narrow disc look healthy.

    Raises:
        NotMeasurable: An endplate beside either disc is not visible.
    """
    own = mean_height_mm(spine, disc)
    above = _next_above(spine, disc)
    try:
        return own / mean_height_mm(spine, above)
    except NotMeasurable as refusal:
        raise NotMeasurable(f"{refusal} (at {above}, the disc above)") from None


def _next_above(spine: Spine, disc: Disc) -> Disc:
    """The disc on top of the vertebra above; T12 has one above it in every column."""
    names = column(spine.named)
    return Disc(names[names.index(disc.upper) - 1], disc.upper)
