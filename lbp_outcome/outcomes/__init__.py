"""Outcomes: one definition per file, found by name in `OUTCOMES`.

An outcome is decided from the scores before surgery and at the horizon, never from
anything else. It is undecided, with a reason, when the scores do not settle it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.records import Measurement
from lbp_outcome.registry import Shelf
from lbp_outcome.units import Unit

__all__ = ["OUTCOMES", "TOLERANCE", "Outcome", "Scores", "known", "scored"]

Scores = Mapping[str, Measurement]

TOLERANCE = 1e-9
"""Means of sevenths are not exact: 3.0 - 2.5 must count as a decrease of 0.5."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """Scores before and after, and what the outcome is; None when undecided."""

    before: Mapping[str, float]
    after: Mapping[str, float]
    value: float | None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What is predicted.

    Attributes:
        name: Name on the shelf.
        kind: `binary` (1 is success) or `continuous`.
        statement: What it means, as a phrase that follows "the patient has".
        needs: Scores it is decided from.
        decide: Value from the scores before surgery and at the horizon; raises
            `NotMeasurable` with the reason when they do not settle it.
        margin: By how much a patient passes a yes-or-no outcome (0 or more) or misses
            it (below 0); it tells a model more than the verdict alone. None where the
            definition has no such number.
        unit: Unit of its value.
        status: How sure the definition is; facts marked uncertain stay so.
        reference: Where the definition is published.
        examples: Worked examples.
    """

    name: str
    kind: Literal["binary", "continuous"]
    statement: str
    needs: tuple[str, ...]
    decide: Callable[[Scores, Scores], float]
    margin: Callable[[Scores, Scores], float] | None = None
    unit: Unit = Unit.RATIO
    status: str = ""
    reference: str = ""
    examples: tuple[Example, ...] = ()

    def __call__(self, before: Scores, after: Scores) -> Measurement:
        """Return the outcome of one patient, or why it is undecided."""
        try:
            value = float(self.decide(before, after))
        except NotMeasurable as why:
            return Measurement(
                name=self.name, value=None, unit=self.unit, reason=str(why)
            )
        return Measurement(name=self.name, value=value, unit=self.unit)


OUTCOMES: Shelf[Outcome] = Shelf("outcome", __name__)


def known(scores: Scores, name: str) -> bool:
    """Whether the score has a value."""
    return name in scores and scores[name].value is not None


def scored(scores: Scores, name: str, when: str) -> float:
    """Return a score's value.

    Raises:
        NotMeasurable: It is missing; the message says why and at which visit.
    """
    if name not in scores:
        raise NotMeasurable(f"{name} was not asked {when}")
    value = scores[name].value
    if value is None:
        raise NotMeasurable(f"{scores[name].reason} ({when})")
    return value
