"""Patients that a model of a continuous outcome needs."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy.stats import t as student

from lbp_outcome.errors import InvalidChoice

OPTIMISM = 0.05
"""Largest acceptable optimism of R2 in the second criterion."""

FOR_RESIDUAL_SD = 234
"""Patients, beyond one per parameter, that give a residual spread to within 10 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredForContinuous:
    """Patients that a new model of a continuous outcome needs, by Riley's criteria.

    Attributes:
        overfitting: For effects shrunken by a tenth at most (criterion 1).
        optimism: For at most 0.05 optimism in R2 (criterion 2).
        residual_spread: For the residual spread to within 10 % (criterion 3).
        mean: For the mean outcome to within 10 % (criterion 4).
    """

    overfitting: int
    optimism: int
    residual_spread: int
    mean: int

    @property
    def patients(self) -> int:
        """The largest of the four."""
        return max(self.overfitting, self.optimism, self.residual_spread, self.mean)


def required_for_continuous(
    parameters: int,
    *,
    r2: float,
    mean: float,
    sd: float,
    shrinkage: float = 0.9,
    margin: float = 1.1,
) -> RequiredForContinuous:
    """Patients needed to develop a model of, say, leg pain with so many parameters.

    >>> required_for_continuous(25, r2=0.2, mean=1.9, sd=0.6).patients
    918

    Args:
        parameters: Candidate parameters, including those that selection will drop; 3
            or more.
        r2: Expected adjusted R2, taken from published models.
        mean: Expected mean outcome, in its unit; not 0.
        sd: Expected spread of the outcome, in the same unit.
        shrinkage: Least acceptable shrinkage of effects.
        margin: Acceptable ratio of the upper bound of the mean to the mean.

    Raises:
        InvalidChoice: A number is out of range.

    Reference: Riley et al. 2019, doi:10.1002/sim.7993.
    """
    _refuse_impossible(parameters, r2, mean, sd)
    if not (0 < shrinkage < 1 and margin > 1):
        raise InvalidChoice("A shrinkage lies between 0 and 1, a margin above 1.")

    def hardly_shrinks(n: int) -> bool:
        return _shrinkage(n, parameters, r2) >= shrinkage

    def mean_is_precise(n: int) -> bool:
        error = sd * math.sqrt((1 - r2) / n)
        half = float(student.ppf(0.975, n - parameters - 1)) * error
        return half <= (margin - 1) * mean

    fewest = parameters + 2
    return RequiredForContinuous(
        overfitting=_first(hardly_shrinks, fewest),
        optimism=math.ceil(1 + parameters * (1 - r2) / OPTIMISM - 1e-9),
        residual_spread=FOR_RESIDUAL_SD + parameters,
        mean=_first(mean_is_precise, fewest),
    )


def _shrinkage(n: int, parameters: int, r2: float) -> float:
    """Shrinkage by van Houwelingen and Le Cessie's heuristic, from an adjusted R2."""
    apparent = (r2 * (n - parameters - 1) + parameters) / (n - 1)
    return 1 + (parameters - 2) / (n * math.log(1 - apparent))


def _first(enough: Callable[[int], bool], fewest: int) -> int:
    """Smallest n, from `fewest` on, that is enough; more is never less."""
    low, high = fewest - 1, fewest
    while not enough(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _refuse_impossible(parameters: int, r2: float, mean: float, sd: float) -> None:
    if not (parameters > 2 and 0 < r2 < 1 and mean > 0 and sd > 0):
        raise InvalidChoice(
            "The size of a cohort for a continuous outcome follows from 3 or more "
            "parameters, an R2 between 0 and 1, and a mean and a spread above 0, not "
            f"from {parameters}, {r2:g}, {mean:g} and {sd:g}."
        )
