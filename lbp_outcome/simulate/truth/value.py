"""One true value, with the unit that its name ends in."""

from lbp_outcome.anatomy import Border, Disc, Muscle, Side, Vertebra
from lbp_outcome.records import Measurement
from lbp_outcome.units import Unit

UNITS = {
    "mm": Unit.MILLIMETRE,
    "mm2": Unit.SQUARE_MILLIMETRE,
    "cm2": Unit.SQUARE_CENTIMETRE,
    "mm3": Unit.CUBIC_MILLIMETRE,
    "cm3": Unit.CUBIC_CENTIMETRE,
    "deg": Unit.DEGREE,
    "percent": Unit.PERCENT,
    "grade": Unit.SCORE,
    "type": Unit.SCORE,
    "absent": Unit.SCORE,
    "effusion": Unit.SCORE,
    "count": Unit.SCORE,
}
"""Units by the last word of a measurement's name; all others are ratios."""


def true_value(
    name: str,
    value: float,
    level: Disc | Vertebra | None = None,
    *,
    side: Side | None = None,
    part: Border | Muscle | None = None,
) -> Measurement:
    """Return what is true, under the name that it has on the shelf of measurements."""
    unit = UNITS.get(name.rpartition("_")[2], Unit.RATIO)
    return Measurement(
        name=name, value=float(value), unit=unit, level=level, side=side, part=part
    )
