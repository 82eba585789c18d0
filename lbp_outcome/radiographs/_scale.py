"""A scale of degeneration: a table from what a disc shows to its grades."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lbp_outcome.radiographs._level import RadiographLevel
from lbp_outcome.registry import Shelf

Limits = tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Grade:
    """One grade that a scale gives.

    Attributes:
        name: What is graded, such as `lane_narrowing_grade`.
        highest: The worst grade.
    """

    name: str
    highest: int


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A scale of degeneration on X-rays.

    Attributes:
        name: Name on the shelf.
        wording: Version of the wording and limits, kept beside every grade.
        grades: What it grades, the overall grade last.
        table: Gives each grade of one disc; raises NotMeasurable if the films do not
            show what it needs.
        reference: Where it comes from, and how sure that is.
    """

    name: str
    wording: str
    grades: tuple[Grade, ...]
    table: Callable[[RadiographLevel], Mapping[str, int]]
    reference: str

    @property
    def overall(self) -> Grade:
        """The grade that sums up the disc."""
        return self.grades[-1]


SCALES: Shelf[Scale] = Shelf("X-ray scale", "lbp_outcome.radiographs")


def step(value: float, limits: Limits) -> int:
    """Return how many limits a number reaches: its step on an ordinal scale.

    >>> [step(value, (20.0, 50.0)) for value in (19.9, 20.0, 49.9, 50.0)]
    [0, 1, 1, 2]
    """
    return sum(value >= limit for limit in limits)
