"""Was a column scaled, filled in or predicted over all patients before the study?"""

import re
from collections.abc import Iterator

import numpy as np
from jaxtyping import Float
from scipy.special import logit
from scipy.stats import poisson

from lbp_outcome.errors import LbpError
from lbp_outcome.statistics.calibration import calibration_intercept, calibration_slope
from lbp_outcome.statistics.dealing import is_binary
from lbp_outcome.study.checks import CHECKS, Check, Examined

PREDICTED = re.compile(r"(^|_)(predict\w*|pred|probability|propensity|logit)(_|$)")
"""Names of columns that a model wrote."""

EXACT = 1e-3
"""How near mean 0 and SD 1, or slope 1 and intercept 0, must be: rounding leaves so
much, and chance rarely does."""

FEWEST = 20
DISTINCT = 10
"""Distinct values from which a column counts as measured and not as a category."""

FEWEST_FILLED = 3
BY_CHANCE = 1e-6
"""Accepted probability that the median repeats so often by chance."""

Column = Float[np.ndarray, " patients"]


def look(examined: Examined) -> tuple[str, ...]:
    """Look at the numbers of every predictor, in the whole cohort and in the study."""
    data = examined.data
    studied = list(data.view.patients)
    findings: list[str] = []
    for predictor in data.view.predictors:
        everybody = data.features.numbers[predictor.name]
        both = (everybody.to_numpy(float), everybody.loc[studied].to_numpy(float))
        found = [said for cells in both for said in _findings(cells)]
        found += _predicted(predictor.name, both[1], data.view.outcome)
        findings += [f"{predictor.name!r} {said}" for said in dict.fromkeys(found)]
    return tuple(findings)


def _findings(cells: Column) -> Iterator[str]:
    known = cells[~np.isnan(cells)]
    if len(known) < FEWEST or len(np.unique(known)) < DISTINCT:
        return
    if _is_standardised(known):
        yield "has mean 0 and SD 1 over all patients: it was standardised before"
    if _is_stretched(known):
        yield "runs exactly from 0 to 1 over all patients: it was rescaled before"
    if len(known) == len(cells) and (what := _filled_with(known)):
        yield f"has no gaps but repeats its {what}: gaps were filled in before"


def _is_standardised(known: Column) -> bool:
    spreads = (known.std(), known.std(ddof=1))
    centred = abs(float(known.mean())) < EXACT
    return centred and min(abs(float(s) - 1) for s in spreads) < EXACT


def _is_stretched(known: Column) -> bool:
    """One patient at 0, one at 1, and hardly a value twice."""
    ends = (known.min(), known.max(), (known == 0).sum(), (known == 1).sum())
    return ends == (0, 1, 1, 1) and len(np.unique(known)) > 0.9 * len(known)


def _filled_with(known: Column) -> str:
    """Return `mean` or `median` if that value stands in place of gaps."""
    values, times = np.unique(known, return_counts=True)
    at_mean = np.isclose(values, known.mean(), rtol=1e-7, atol=0)
    if times[at_mean].sum() >= FEWEST_FILLED and not _on_grid(values, at_mean):
        return "mean"
    at_median = values == np.median(known)
    others = times[~at_median]
    again = int(times[at_median].sum())
    if again < FEWEST_FILLED or again <= 2 * others.max():
        return ""
    middle = np.abs(values - np.median(known)) <= np.ptp(
        np.quantile(known, [0.25, 0.75])
    )
    usual = (
        float(times[middle & ~at_median].mean()) if (middle & ~at_median).any() else 1
    )
    return "median" if poisson.sf(again - 1, usual) < BY_CHANCE else ""


def _on_grid(values: Column, at: np.ndarray) -> bool:
    """Whether a value has no more decimals than the others: 61.0 among whole years."""
    for decimals in range(7):
        rounded = np.isclose(values, values.round(decimals), rtol=0, atol=1e-9)
        if rounded[~at].all():
            return bool(rounded[at].all())
    return False


def _predicted(name: str, cells: Column, outcome: Column | None) -> list[str]:
    if PREDICTED.search(name.lower()):
        return ["is, by its name, the prediction of a model"]
    known = ~np.isnan(cells)
    if outcome is None or known.sum() < FEWEST or not is_binary(outcome):
        return []
    if len(np.unique(cells[known])) < DISTINCT:
        return []
    fits = _is_fitted_probability(outcome[known], cells[known])
    return ["is a probability that was fitted to these very outcomes"] if fits else []


def _is_fitted_probability(outcome: Column, given: Column) -> bool:
    """Whether it is calibrated to the last digit, as only a model's own fit is."""
    if given.min() <= 0 or given.max() >= 1:
        return False
    if abs(given.mean() - outcome.mean()) > EXACT:
        return False
    try:
        return (
            abs(calibration_intercept(outcome, given)) < 10 * EXACT
            and abs(calibration_slope(outcome, given) - 1) < 10 * EXACT
            and float(np.ptp(logit(given))) > EXACT
        )
    except LbpError:
        return False


PREPARED_OUTSIDE_FOLDS = CHECKS.add(
    Check(
        code="LBP104",
        name="prepared_outside_folds",
        title="a column was prepared with all patients at once",
        severity="error",
        stage="before training",
        explanation=(
            "Scaling, filling in gaps and scores of another model are learned from "
            "patients. Done before the study, they have seen those who are to be "
            "predicted; worst is a model's own prediction as a predictor. Give the "
            "column as it was recorded, with its gaps: each model prepares it anew on "
            "the training patients of every fold. Scores made with published weights "
            "are fine; mute this check if a column is one. Gaps filled in by a model, "
            "each with another value, leave no trace that this check could see."
        ),
        look=look,
        reference="doi:10.1016/j.patter.2023.100804",
    )
)
