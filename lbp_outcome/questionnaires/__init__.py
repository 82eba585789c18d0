"""Questionnaires: one instrument per file, as data; found in `QUESTIONNAIRES`.

Only item codes and scoring rules are here. The wording of most instruments is
copyrighted and is not shipped.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lbp_outcome.errors import (
    IncompleteQuestionnaire,
    InvalidAnswer,
    LbpError,
    suggestion,
)
from lbp_outcome.records import Measurement
from lbp_outcome.registry import Shelf
from lbp_outcome.units import Unit

Answers = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The codes that may be ticked.

    Attributes:
        codes: Every valid code, for example 1, 3 and 5.
    """

    codes: tuple[int, ...]

    def accept(self, answer: float) -> bool:
        """Whether the answer is one of the codes."""
        return answer in self.codes

    def __str__(self) -> str:
        return f"one of {', '.join(map(str, self.codes))}"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A mark on a line, such as a 100 mm visual analogue scale.

    Attributes:
        low: Value at the left end.
        high: Value at the right end.
    """

    low: float
    high: float

    def accept(self, answer: float) -> bool:
        """Whether the mark lies on the line."""
        return self.low <= answer <= self.high

    def __str__(self) -> str:
        return f"between {self.low:g} and {self.high:g}"


def mean_answer(given: Answers) -> float:
    """Return the mean of the answers given."""
    return sum(given.values()) / len(given)


@dataclass(frozen=True, kw_only=True)
class Tariff:
    """The value of a state of health: 1 is full health, each answer takes off some.

    Attributes:
        losses: By item, what each answer from 2 upwards takes off; 1 is no problem.
        any_problem: What is taken off once if there is any problem.
    """

    losses: Mapping[str, tuple[float, ...]]
    any_problem: float

    def __call__(self, given: Answers) -> float:
        """Return the value of the state; 0 is as bad as being dead."""
        taken = [
            self.losses[item][int(answer) - 2]
            for item, answer in given.items()
            if answer > 1
        ]
        return 1 - sum(taken) - (self.any_problem if taken else 0)


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A score made of some items: by default the mean of those answered.

    Attributes:
        name: Name of the score.
        title: What a clinician calls it.
        items: Items it is made of, in the order of the form.
        max_missing: Most unanswered items for which the score is still valid.
        unit: Unit of the score.
        best: Score of somebody without complaints.
        worst: Worst possible score.
        rule: Makes a number of the answers given: their mean, or a `Tariff`.
        factor: What that number is multiplied by (10 brings a 0-10 scale to 0-100).
        after_surgery_only: Whether it can only be asked after the operation.
    """

    name: str
    title: str
    items: tuple[str, ...]
    max_missing: int
    best: float
    worst: float
    unit: Unit = Unit.SCORE
    rule: Callable[[Answers], float] = mean_answer
    factor: float = 1.0
    after_surgery_only: bool = False

    def score(self, answers: Answers) -> float:
        """Return the score from the answers given; unanswered items are left out.

        Raises:
            IncompleteQuestionnaire: More items are blank than the rule allows.
        """
        blank = [item for item in self.items if item not in answers]
        if len(blank) > self.max_missing:
            if len(self.items) == 1:
                raise IncompleteQuestionnaire(f"{self.items[0]} was not answered")
            raise IncompleteQuestionnaire(
                f"{self.name}: {len(blank)} of {len(self.items)} answers are missing "
                f"({', '.join(blank)}); a score needs at most {self.max_missing}"
            )
        given = {item: answers[item] for item in self.items if item in answers}
        return self.factor * self.rule(given)


@dataclass(frozen=True, kw_only=True)
class Questionnaire:
    """An instrument: its items, what may be answered, and the scores it gives.

    Attributes:
        name: Name on the shelf, and of its table: `phenotype/<name>.tsv`.
        title: What a clinician calls it.
        allowed: Valid answers by item, in the order of the form.
        scales: The scores.
        reference: Where the scoring rule is published.
        worked_example: Answers and the scores they must give.
    """

    name: str
    title: str
    allowed: Mapping[str, Choices | Line]
    scales: tuple[Scale, ...]
    reference: str
    worked_example: tuple[Answers, Mapping[str, float]]

    @property
    def items(self) -> tuple[str, ...]:
        """Item codes in the order of the form."""
        return tuple(self.allowed)

    def check(self, item: str, answer: float) -> None:
        """Refuse an answer that cannot have been given.

        Raises:
            InvalidAnswer: There is no such item, or no such answer.
        """
        if item not in self.allowed:
            hint = suggestion(item, self.allowed)
            raise InvalidAnswer(f"{self.name}: there is no item {item!r}.{hint}")
        if not self.allowed[item].accept(answer):
            raise InvalidAnswer(
                f"{self.name}: {item} = {answer:g} is not a valid answer; it must be "
                f"{self.allowed[item]}"
            )

    def scores(self, answers: Answers) -> dict[str, Measurement]:
        """Return every score, or the reason why it has none, by name.

        A blank item is absent from `answers` or NaN. The mistake to avoid: filling
        blanks with 0, which is not a valid code of most items.

        Raises:
            InvalidAnswer: An answer is impossible.
        """
        given = {k: v for k, v in answers.items() if not math.isnan(v)}
        for item, answer in given.items():
            self.check(item, answer)
        return {scale.name: _scored(scale, given) for scale in self.scales}


def _scored(scale: Scale, given: Answers) -> Measurement:
    try:
        value = scale.score(given)
    except IncompleteQuestionnaire as blank:
        return Measurement(
            name=scale.name, value=None, unit=scale.unit, reason=str(blank)
        )
    return Measurement(name=scale.name, value=value, unit=scale.unit)


QUESTIONNAIRES: Shelf[Questionnaire] = Shelf("questionnaire", __name__)


def scale_named(name: str) -> Scale:
    """Return the scale of that name, whichever instrument asks it first.

    Raises:
        LbpError: No instrument gives such a score.
    """
    for scale in all_scales():
        if scale.name == name:
            return scale
    known = {scale.name for scale in all_scales()}
    raise LbpError(f"No score is named {name!r}.{suggestion(name, known)}")


def all_scales() -> Iterable[Scale]:
    """Yield the scales of every instrument."""
    for questionnaire in QUESTIONNAIRES.values():
        yield from questionnaire.scales
