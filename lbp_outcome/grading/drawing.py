"""A number that is not sure: its most likely value, and draws of what it might be."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

DRAWS = 100
QUANTILES = (np.arange(DRAWS) + 0.5) / DRAWS

Draws = Float[np.ndarray, " draw"]


@dataclass(frozen=True, eq=False)
class Unsure:
    """A number that is not sure.

    Attributes:
        value: Half of what is likely lies below, half above.
        draws: Equally likely values, in random order.
    """

    value: float
    draws: Draws

    @classmethod
    def ordinal(
        cls,
        chances: Float[np.ndarray, " limit"],
        scale: Sequence[float],
        order: Draws,
    ) -> "Unsure":
        """Return a number of which the chance of lying above some limits is known.

        Between two limits all values are taken to be equally likely; half of those
        below the first limit are taken to be the least value: none at all.

        Args:
            chances: Chance of lying above each limit; they fall.
            scale: The least value, the limits, and the largest value.
            order: Puts the draws in order: the lowest one where it is lowest.
        """
        none = (1 - float(chances[0])) / 2
        below = np.array([0.0, none, *(1 - chances), 1.0])
        places = np.interp([0.5, *QUANTILES], below, [scale[0], *scale])
        return cls(float(places[0]), places[1:][order.argsort().argsort()])

    @classmethod
    def measured(cls, value: float, error: float, rng: np.random.Generator) -> "Unsure":
        """Return a number that was measured with a known error (SD)."""
        return cls(value, value + error * rng.standard_normal(DRAWS))

    def worth(self, draw: int | None) -> float:
        """Return the value itself, or one of the draws."""
        return self.value if draw is None else float(self.draws[draw])
