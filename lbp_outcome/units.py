"""Units of measurement, written as UCUM codes."""

from enum import StrEnum


class Unit(StrEnum):
    """A UCUM code, so that exported values need no translation."""

    MILLIMETRE = "mm"
    SQUARE_MILLIMETRE = "mm2"
    SQUARE_CENTIMETRE = "cm2"
    CUBIC_MILLIMETRE = "mm3"
    CUBIC_CENTIMETRE = "cm3"
    DEGREE = "deg"
    PERCENT = "%"
    YEAR = "a"
    MONTH = "mo"
    KILOGRAM_PER_SQUARE_METRE = "kg/m2"
    RATIO = "1"
    SCORE = "{score}"

    @property
    def symbol(self) -> str:
        """How the unit is printed after a number; nothing for ratios and scores.

        >>> Unit.MILLIMETRE.symbol, Unit.YEAR.symbol, Unit.RATIO.symbol
        (' mm', ' years', '')
        """
        return _PRINTED.get(self, f" {self}")

    def shown(self, value: float) -> str:
        """Return a value as it is printed, with three figures and the unit.

        >>> Unit.MILLIMETRE.shown(8.137), Unit.CUBIC_MILLIMETRE.shown(10894.2)
        ('8.14 mm', '10,894 mm³')
        """
        number = f"{value:.3g}" if abs(value) < 999.5 else f"{value:,.0f}"
        return number + self.symbol


_PRINTED = {
    Unit.RATIO: "",
    Unit.SCORE: "",
    Unit.YEAR: " years",
    Unit.MONTH: " months",
    Unit.SQUARE_MILLIMETRE: " mm²",
    Unit.SQUARE_CENTIMETRE: " cm²",
    Unit.CUBIC_MILLIMETRE: " mm³",
    Unit.CUBIC_CENTIMETRE: " cm³",
    Unit.DEGREE: "°",
    Unit.KILOGRAM_PER_SQUARE_METRE: " kg/m²",
}
