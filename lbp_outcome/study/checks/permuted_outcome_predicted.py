"""Is something predicted where there is nothing to predict?"""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.stats import t as student

from lbp_outcome.study.checks import (
    CHECKS,
    Check,
    CheckNotApplicable,
    Examined,
)

BY_CHANCE = 0.01
"""Accepted probability of a false alarm in a study, shared by all models."""

FEWEST = 3
"""Permutations from which their spread is known at all."""


def look(examined: Examined) -> tuple[str, ...]:
    """Compare what each model reaches on dealt outcomes with chance."""
    permuted = {} if examined.results is None else examined.results.permuted
    enough = {m: values for m, values in permuted.items() if len(values) >= FEWEST}
    if not enough:
        raise CheckNotApplicable(
            f"outcomes were dealt out anew fewer than {FEWEST} times, or only models "
            "that read images were asked for"
        )
    binary = examined.plan.endpoint.kind == "binary"
    level = 1 - BY_CHANCE / len(enough)
    return tuple(
        f"{model!r} {found}"
        for model, values in enough.items()
        for found in _finding(values, level, binary)
    )


def _finding(values: Sequence[float], level: float, binary: bool) -> Iterator[str]:
    mean, spread = float(np.mean(values)), float(np.std(values, ddof=1))
    half = float(student.ppf((1 + level) / 2, len(values) - 1))
    half *= spread / len(values) ** 0.5
    low, high = mean - half, mean + half
    if spread == 0:
        return  # it says the same of everybody, or of every deal
    said = f"of {mean:.2f} ({low:.2f} to {high:.2f}) on outcomes dealt out at random"
    if binary and not low <= 0.5 <= high:
        yield f"reaches a mean AUC {said}, where chance gives 0.50"
    if not binary and low > 0:
        yield f"explains a share of variance {said}, where chance gives none"


PERMUTED_OUTCOME_PREDICTED = CHECKS.add(
    Check(
        code="LBP203",
        name="permuted_outcome_predicted",
        title="a model predicts outcomes that were dealt out at random",
        severity="error",
        stage="after training",
        explanation=(
            "With the outcomes dealt out anew among the patients, no model can know "
            "anything: its AUC within folds must be .50 on average (an explained "
            "variance, no more than 0). If the interval of the mean over the deals "
            "does not cover that, the procedure itself leaks: something is chosen, "
            "scaled or stopped with the held-out patients, or patients stand on both "
            "sides. A t interval is used, at a level that lets all models of an "
            "honest study together fail in 1 % of studies. It finds no "
            "predictor that knows the future: dealing takes that knowledge away."
        ),
        look=look,
        reference="Ojala and Garriga 2010, JMLR 11:1833-1863",
    )
)
