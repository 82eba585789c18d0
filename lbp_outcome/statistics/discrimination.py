"""How well predictions rank patients with the outcome above those without."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import brentq
from scipy.special import expit, logit, ndtr, ndtri

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.bootstrap import Draws, Weights
from lbp_outcome.statistics.estimate import Interval
from lbp_outcome.statistics.inputs import PerPatient, both_outcomes
from lbp_outcome.statistics.sample_size import hanley_mcneil_se

Scores = Float[np.ndarray, "*repeats patients"]
Placements = tuple[Float[np.ndarray, " events"], Float[np.ndarray, " others"]]


class DeLongTest(NamedTuple):
    """Difference of two areas in standard errors, and its two-sided p value."""

    z: float
    p: float


def auc(outcome: PerPatient, score: PerPatient) -> float:
    """Chance that a patient with the outcome scores above one without (the AUC).

    0.5 is a coin toss; ties count half. Across the folds of a cross-validation use
    `auc_within_folds`.

    >>> auc(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.35, 0.8]))
    0.75

    Raises:
        NotMeasurable: All patients have the same outcome.

    Reference: Hanley and McNeil 1982, doi:10.1148/radiology.143.1.7063747.
    """
    return auc_within_folds(outcome, score, np.zeros(len(outcome), dtype=int))


def auc_within_folds(
    outcome: PerPatient, score: PerPatient, fold: Int[np.ndarray, " patients"]
) -> float:
    """AUC over pairs of patients who were predicted by the same fitted model.

    Each fold of a cross-validation has its own model, whose predictions are higher
    where its training patients did better - that is, where the held-out ones did
    worse. Pooled across folds even a constant prediction falls below 0.5.

    Raises:
        NotMeasurable: No fold holds patients with and without the outcome.

    Reference: Forman and Scholz 2010, doi:10.1145/1882471.1882479.
    """
    everyone = np.ones((1, len(outcome)))
    both_outcomes(outcome)
    found = float(weighted_auc_within_folds(outcome, score, fold, everyone)[0])
    if np.isnan(found):
        raise NotMeasurable("no fold holds patients with and without the outcome")
    return found


def weighted_auc_within_folds(
    outcome: PerPatient,
    score: PerPatient,
    fold: Int[np.ndarray, " patients"],
    weights: Weights,
) -> Draws:
    """AUC within folds for each row of weights; NaN where no pair can be formed."""
    concordant, pairs = concordant_pairs(outcome, score, fold, weights)
    return np.where(pairs > 0, concordant / np.maximum(pairs, 1e-300), np.nan)


def concordant_pairs(
    outcome: PerPatient,
    score: PerPatient,
    fold: Int[np.ndarray, " patients"],
    weights: Weights,
) -> tuple[Draws, Draws]:
    """Pairs ranked rightly, and all pairs, within folds for each row of weights.

    Ties count half. Sorts once for all rows of weights.
    """
    order = np.lexsort((score, fold))
    score, fold = score[order], fold[order]
    events = weights[:, order] * outcome[order]
    others = weights[:, order] - events
    changes = (np.diff(fold) != 0) | (score[1:] != score[:-1])
    ties = np.flatnonzero(np.concatenate(([True], changes)))
    if len(ties) < len(score):
        events = np.add.reduceat(events, ties, axis=1)
        others = np.add.reduceat(others, ties, axis=1)
    first = np.searchsorted(fold[ties], fold[ties])  # lowest score of the same fold
    starts = np.unique(first)
    lower = np.cumsum(others, axis=1) - others / 2
    concordant = np.einsum("rs,rs->r", events, lower)
    of_events = np.add.reduceat(events, starts, axis=1)
    of_others = np.add.reduceat(others, starts, axis=1)
    in_earlier_folds = np.cumsum(of_others, axis=1) - of_others
    concordant -= (of_events * in_earlier_folds).sum(axis=1)
    return concordant, (of_events * of_others).sum(axis=1)


def delong_interval(
    outcome: PerPatient, score: Scores, level: float = 0.95, *, logit_scale: bool = True
) -> Interval:
    """AUC with DeLong's confidence interval.

    The interval is symmetric in the log-odds of the AUC, so that it never leaves 0 to
    1 and widens towards 0.5, as it should; `logit_scale=False` gives the symmetric
    interval that most packages print. When every pair is ranked rightly, DeLong's
    variance is 0 and says nothing: the bound is then the AUC that would be as far
    away in Hanley and McNeil's standard errors (Newcombe's method 5).

    Args:
        outcome: 1 for the outcome, 0 for none.
        score: One score per patient, or one row per repeat of a cross-validation,
            for the mean AUC over the repeats.
        level: Confidence level, 0 to 1.
        logit_scale: Whether to compute the interval on the log-odds scale.

    Raises:
        NotMeasurable: Fewer than two patients with, or without, the outcome.

    Reference: DeLong et al. 1988, doi:10.2307/2531595; Sun and Xu 2014,
    doi:10.1109/LSP.2014.2337313; Newcombe 2006, doi:10.1002/sim.2324.
    """
    of_events, of_others = _placements(outcome, score)
    area = min(1.0, max(0.0, float(of_events.mean())))
    z = float(ndtri((1 + level) / 2))
    if area in (0.0, 1.0):
        return interval_of_perfect_ranking(area, len(of_events), len(of_others), level)
    error = _variance(of_events, of_others) ** 0.5
    if not logit_scale:
        return Interval(area, area - z * error, area + z * error)
    half = z * error / (area * (1 - area))
    low, high = expit(logit(area) - half), expit(logit(area) + half)
    return Interval(area, float(low), float(high))


def delong_test(outcome: PerPatient, first: Scores, second: Scores) -> DeLongTest:
    """Test whether two scores of the same patients rank them equally well.

    Positive when `first` has the larger AUC. Expects scores given by models that did
    not learn from these patients; within one training set p is far too small.

    Raises:
        NotMeasurable: Fewer than two patients with, or without, the outcome; or the
            variance of the difference is 0 although the areas differ.
    """
    pairs = zip(_placements(outcome, first), _placements(outcome, second), strict=True)
    of_events, of_others = (one - other for one, other in pairs)
    difference = float(of_events.mean())
    error = _variance(of_events, of_others) ** 0.5
    if abs(difference) < 1e-12:
        return DeLongTest(0.0, 1.0)
    if error < 1e-12:
        raise NotMeasurable("one score ranks all pairs rightly, the other all wrongly")
    z = difference / error
    return DeLongTest(z, float(2 * ndtr(-abs(z))))


def interval_of_perfect_ranking(
    area: float, events: int, others: int, level: float = 0.95
) -> Interval:
    """Interval of an AUC of exactly 1 (or 0), of which no resample shows any spread.

    >>> interval_of_perfect_ranking(1.0, 10, 10).low > 0.7
    True
    """
    z = float(ndtri((1 + level) / 2))

    def distance(true: float) -> float:
        return (1 - true) - z * hanley_mcneil_se(true, events, others)

    bound = float(brentq(distance, 1e-9, 1 - 1e-9)) if events + others > 2 else 0.0
    return Interval(1.0, bound, 1.0) if area == 1 else Interval(0.0, 0.0, 1 - bound)


def _placements(outcome: PerPatient, score: Scores) -> Placements:
    """Share of opposite patients that each patient is ranked rightly against.

    These are DeLong's structural components, from one sort in O(n log n). The mean
    AUC over repeats has the mean of the components as its components.
    """
    has = both_outcomes(outcome) == 1
    if min(has.sum(), (~has).sum()) < 2:
        raise NotMeasurable("needs two patients with the outcome and two without")
    if score.ndim == 1:
        return _placements_once(has, score)
    of_events, of_others = zip(
        *(_placements_once(has, row) for row in score), strict=True
    )
    return np.mean(of_events, axis=0), np.mean(of_others, axis=0)


def _placements_once(has: np.ndarray, score: PerPatient) -> Placements:
    order = np.argsort(score)
    ranked, had = score[order], has[order]
    level = np.concatenate(([0], np.cumsum(ranked[1:] != ranked[:-1])))
    events = np.bincount(level, had)
    others = np.bincount(level) - events
    lower = (np.cumsum(others) - others / 2) / others.sum()  # ties count half
    higher = 1 - (np.cumsum(events) - events / 2) / events.sum()
    placed = np.empty(len(score))
    placed[order] = np.where(had, lower[level], higher[level])
    return placed[has], placed[~has]


def _variance(
    of_events: Float[np.ndarray, " events"], of_others: Float[np.ndarray, " others"]
) -> float:
    return _of_mean(of_events) + _of_mean(of_others)


def _of_mean(part: Float[np.ndarray, " part"]) -> float:
    """Squared standard error of a mean."""
    away = part - part.mean()
    return float(away @ away) / (len(part) - 1) / len(part)
