"""Clinical success by at least two of the three ZCQ criteria."""

from collections.abc import Callable

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.outcomes import OUTCOMES, TOLERANCE, Example, Outcome, Scores, known

LEAST_DECREASE = 0.5
SATISFIED_BELOW = 2.5


def decide(before: Scores, after: Scores) -> bool:
    """Return whether two of three criteria are met.

    With one criterion missing the outcome stands when the other two agree.
    """
    return margin(before, after) >= 0


def margin(before: Scores, after: Scores) -> float:
    """Return by how many points the second of the three criteria is met or missed.

    Two of three criteria are met just where the middle one of the three margins is not
    below 0. With one missing, the nearer of two that agree.
    """
    found = sorted(m for m in (c(before, after) for c in CRITERIA) if m is not None)
    if len(found) == 3:
        return found[1]
    if len(found) == 2 and (found[0] >= 0) == (found[1] >= 0):
        return min(found, key=abs)
    raise NotMeasurable(
        f"{len(found)} of 3 ZCQ criteria are known and they do not settle the outcome"
    )


def _decrease(name: str) -> Callable[[Scores, Scores], float | None]:
    """By how many points a score fell further than it had to."""

    def criterion(before: Scores, after: Scores) -> float | None:
        if not (known(before, name) and known(after, name)):
            return None
        decrease = (before[name].value or 0.0) - (after[name].value or 0.0)
        return decrease - LEAST_DECREASE + TOLERANCE

    return criterion


def _satisfaction(before: Scores, after: Scores) -> float | None:
    """By how many points a patient is more satisfied than needed; 0 is not enough."""
    if not known(after, "zcq_satisfaction"):
        return None
    return SATISFIED_BELOW - TOLERANCE - (after["zcq_satisfaction"].value or 0.0)


CRITERIA = (
    _decrease("zcq_symptom_severity"),
    _decrease("zcq_physical_function"),
    _satisfaction,
)


def _zcq(
    severity: float | None, function: float | None, satisfaction: float | None = None
) -> dict[str, float]:
    named = {
        "zcq_symptom_severity": severity,
        "zcq_physical_function": function,
        "zcq_satisfaction": satisfaction,
    }
    return {name: value for name, value in named.items() if value is not None}


ZCQ_2OF3 = OUTCOMES.add(
    Outcome(
        name="zcq_2of3",
        kind="binary",
        statement="at least two of: symptom severity down by 0.5 or more, physical "
        "function down by 0.5 or more, satisfaction below 2.5 (Zurich Claudication "
        "Questionnaire)",
        needs=("zcq_symptom_severity", "zcq_physical_function", "zcq_satisfaction"),
        decide=decide,
        margin=margin,
        status="two of three criteria: Miller 2012; the cut-offs 0.5, 0.5 and 2.5 are "
        "the usual ones, the exact text of the Leiden trial was not retrieved",
        reference="Miller, PMC3289933 (2012)",
        examples=(
            Example(before=_zcq(3.0, 2.6), after=_zcq(2.5, 2.6, 2.0), value=1),
            Example(before=_zcq(3.0, 2.6), after=_zcq(2.6, 2.1, 2.5), value=0),
            Example(before=_zcq(3.0, 2.6), after=_zcq(2.5, 2.1, None), value=1),
            Example(before=_zcq(3.0, 2.6), after=_zcq(2.5, 2.6, None), value=None),
            Example(before=_zcq(3.0, None), after=_zcq(2.0, 1.0, None), value=None),
        ),
    )
)
