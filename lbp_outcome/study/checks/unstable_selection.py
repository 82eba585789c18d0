"""Would a model choose the same predictors in other patients?"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.selection_stability import selection_stability
from lbp_outcome.study.checks import (
    CHECKS,
    Check,
    CheckNotApplicable,
    Examined,
)

POOR = 0.4
"""Agreement below which a choice is called poor (Nogueira et al.)."""

SHOWN = 3


def look(examined: Examined) -> tuple[str, ...]:
    """Compare what each model chose on every fold."""
    chosen: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for result in () if examined.results is None else examined.results.folds:
        if result.selected is not None:
            chosen[result.model].append(result.selected)
    if not chosen:
        raise CheckNotApplicable("no model of this study chooses its predictors")
    return tuple(
        f"{model!r} {said}"
        for model, choices in chosen.items()
        for said in _finding(choices, _offered(examined, model))
    )


def _offered(examined: Examined, model: str) -> list[str]:
    reads = examined.plan.model(model).reads
    return [p.name for p in examined.data.view.predictors if p.group in reads]


def _finding(choices: Sequence[Sequence[str]], offered: list[str]) -> Iterator[str]:
    table = np.array([[name in chosen for name in offered] for chosen in choices])
    try:
        found = selection_stability(table)
    except NotMeasurable:
        return  # it chose all, or nothing, every time
    if found.agreement.high < POOR:
        first = np.argsort(-found.frequency, kind="stable")[:SHOWN]
        often = ", ".join(f"{offered[i]} {found.frequency[i]:.0%}" for i in first)
        yield (
            f"chooses other predictors in other folds: agreement "
            f"{found.agreement.estimate:.2f} of 1, at most {found.agreement.high:.2f} "
            f"(most often {often})"
        )


UNSTABLE_SELECTION = CHECKS.add(
    Check(
        code="LBP205",
        name="unstable_selection",
        title="a model chooses other predictors in other patients",
        severity="warning",
        stage="after training",
        explanation=(
            "A list of selected predictors is worth telling only if other patients "
            "would have led to it. Agreement is corrected for chance: 1 when all folds "
            "choose alike, 0 when they choose at random, below .4 poor; the check "
            "fires where the whole 95 % interval is. Do not "
            "interpret which predictors were chosen; of two that say the same, either "
            "may be. More patients, or fewer candidates chosen beforehand, help."
        ),
        look=look,
        reference="Nogueira, Sechidis and Brown 2018, JMLR 18(174):1-54",
    )
)
