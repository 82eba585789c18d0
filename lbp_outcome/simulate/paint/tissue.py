"""What a tissue is made of, as far as magnets and X-rays care."""

from typing import NamedTuple

BETWEEN_FIELDS_TESLA = 2.25
"""Above it, relaxation times measured at 3 T hold; below, those at 1.5 T."""


class Tissue(NamedTuple):
    """The physics of one tissue.

    Attributes:
        density: Protons that give signal, pure water = 1.
        t1_low: Longitudinal relaxation at 1.5 T [ms].
        t1_high: Longitudinal relaxation at 3 T [ms].
        t2: Transverse relaxation as a turbo spin echo sees it [ms].
        fat: Share of the protons that sit in fat.
        hounsfield: X-ray attenuation [HU].
    """

    density: float
    t1_low: float
    t1_high: float
    t2: float
    fat: float
    hounsfield: float

    def t1(self, tesla: float) -> float:
        """Return the longitudinal relaxation [ms] in a magnet of this strength."""
        return self.t1_low if tesla < BETWEEN_FIELDS_TESLA else self.t1_high
