"""A statistic as it is printed: a number with its interval, or why there is none."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from lbp_outcome.errors import NotMeasurable


class Interval(NamedTuple):
    """A number and the bounds between which the true value plausibly lies."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One statistic with its confidence interval, or the reason why there is none.

    Attributes:
        value: The estimate; None when it is undefined for these predictions.
        low: Lower confidence bound; None without a value.
        high: Upper confidence bound; None without a value.
        reason: Why `value` is None; empty otherwise.

    Raises:
        ValueError: Both or neither of value and reason are given, or a number is
            not finite.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        numbers = (self.value, self.low, self.high)
        given = [number for number in numbers if number is not None]
        if len(given) != (0 if self.reason else 3):
            raise ValueError(
                "Give a value with both bounds, or a reason why there is none, not "
                f"{numbers} and reason={self.reason!r}."
            )
        if not all(map(math.isfinite, given)):
            raise ValueError(f"An estimate must be finite, not {numbers}.")

    @classmethod
    def of(cls, interval: Interval) -> "Estimate":
        """Turn an interval into an estimate."""
        value, low, high = (float(number) for number in interval)
        return cls(value=value, low=low, high=high)

    @classmethod
    def attempt(cls, compute: Callable[[], Interval]) -> "Estimate":
        """Compute an interval, or keep the reason why it cannot be computed."""
        try:
            return cls.of(compute())
        except NotMeasurable as refusal:
            return cls(value=None, reason=str(refusal))

    def shown(self, digits: int = 2, *, signed: bool = False) -> str:
        """Print with so many decimals; a difference is best `signed`.

        >>> Estimate(value=0.684, low=0.59, high=0.771).shown()
        '0.68 (0.59 to 0.77)'
        >>> Estimate(value=0.02, low=-0.05, high=0.08).shown(signed=True)
        '+0.02 (-0.05 to +0.08)'
        >>> Estimate(value=None, reason="no patient had the outcome").shown()
        'no patient had the outcome'
        """
        if self.value is None:
            return self.reason
        form = f"{'+' if signed else ''}z.{digits}f"
        value, low, high = (
            f"{number:{form}}" for number in (self.value, self.low, self.high)
        )
        return f"{value} ({low} to {high})"

    def __str__(self) -> str:
        return self.shown()
