"""From out-of-fold predictions to measures, for either kind of outcome."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lbp_outcome.statistics.comparison import ContinuousDifference, Difference
from lbp_outcome.statistics.continuous_performance import (
    ContinuousPerformance,
    compare_continuous,
    continuous_performance,
    weighted_r2,
)
from lbp_outcome.statistics.discrimination import auc_within_folds
from lbp_outcome.statistics.estimate import Estimate, Interval
from lbp_outcome.statistics.out_of_fold import OutOfFold
from lbp_outcome.statistics.performance import Performance, compare, performance
from lbp_outcome.statistics.proportion import proportion_interval
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.fitting.fits import StudyFits
from lbp_outcome.study.plan import StudyPlan

AnyPerformance = Performance | ContinuousPerformance
AnyDifference = Difference | ContinuousDifference


def performance_of(plan: StudyPlan, rows: pd.DataFrame) -> AnyPerformance:
    """Evaluate one model's predictions of patients it never saw."""
    outcome, predicted, where = _columns(rows)
    if plan.endpoint.kind == "binary":
        return performance(outcome, predicted, **where, **_resamples(plan))
    return continuous_performance(outcome, predicted, **where, **_resamples(plan))


def differences_of(
    plan: StudyPlan, rows: Mapping[str, pd.DataFrame]
) -> Sequence[AnyDifference]:
    """Compare every model with the reference model on the same patients."""
    outcome, _, where = _columns(rows[plan.reference])
    predicted = {name: _columns(table)[1] for name, table in rows.items()}
    options = {"reference": plan.reference, **where, **_resamples(plan)}
    if plan.endpoint.kind == "binary":
        return compare(outcome, predicted, **options)
    return compare_continuous(outcome, predicted, **options)


def base_rate_of(plan: StudyPlan, rows: pd.DataFrame) -> Estimate:
    """Return the share with the outcome, or the mean of a continuous one."""
    once = rows[rows["repeat"] == rows["repeat"].min()]["outcome"].to_numpy(float)
    if plan.endpoint.kind == "binary":
        return Estimate.of(proportion_interval(float(once.sum()), len(once)))
    half = 1.96 * float(once.std(ddof=1)) / len(once) ** 0.5
    mean = float(once.mean())
    return Estimate.of(Interval(mean, mean - half, mean + half))


def permuted_measures(
    plan: StudyPlan, data: StudyData, fits: StudyFits
) -> dict[str, tuple[float, ...]]:
    """Return what each model reaches where outcomes were dealt out anew.

    AUC within folds for a yes-or-no outcome, explained variance for a continuous one;
    one number a permutation.
    """
    truth = data.view.outcome
    assert truth is not None
    cells: dict[tuple[str, str], list[tuple[np.ndarray, ...]]] = defaultdict(list)
    for fold, work, found in fits.permuted:
        assert work.dealt is not None
        outcome = truth[work.dealt[work.predict]]
        where = np.full(len(outcome), fold.fold)
        number = work.key.rpartition("-fold-")[0]
        cells[work.model.name, number].append((outcome, found.predicted, where))
    measures: dict[str, list[float]] = defaultdict(list)
    for (model, _), parts in cells.items():
        outcome, predicted, where = map(np.concatenate, zip(*parts, strict=True))
        measures[model].append(_measure(plan, outcome, predicted, where))
    return {model: tuple(values) for model, values in measures.items()}


def out_of_fold(rows: pd.DataFrame) -> OutOfFold:
    """Arrange one model's predictions by repeat and patient."""
    outcome, predicted, where = _columns(rows)
    return OutOfFold.from_rows(outcome, predicted, **where)


def _measure(
    plan: StudyPlan, outcome: np.ndarray, predicted: np.ndarray, fold: np.ndarray
) -> float:
    if plan.endpoint.kind == "binary":
        return auc_within_folds(outcome, predicted, fold)
    return float(weighted_r2(outcome, predicted, np.ones((1, len(outcome))))[0])


def _columns(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    where = {
        "fold": rows["fold"].to_numpy(),
        "repeat": rows["repeat"].to_numpy(),
        "patients": rows["patient"].tolist(),
    }
    outcome = rows["outcome"].to_numpy(dtype=float)
    return outcome, rows["predicted"].to_numpy(dtype=float), where


def _resamples(plan: StudyPlan) -> dict[str, Any]:
    return {"replicates": plan.validation.bootstrap, "seed": plan.seed}
