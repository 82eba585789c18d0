"""How well predictions rank patients by an ordered outcome, such as a pain grade."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np
from jaxtyping import Float, Int

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.bootstrap import Draws, Weights
from lbp_outcome.statistics.discrimination import concordant_pairs
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.inputs import PerPatient, finite
from lbp_outcome.statistics.out_of_fold import OutOfFold, RepeatMetric

Rows = Float[np.ndarray, " rows"]
RowNumbers = Int[np.ndarray, " rows"]

ONE_GRADE = "no two patients predicted by one model have different outcomes"
NO_PAIR = "two grades of the outcome have no patients predicted by one model"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalPerformance:
    """How well one model ranks patients by an ordered outcome it never saw.

    Each is over pairs predicted by the same fitted model, the mean over the repeats
    of the cross-validation, with an interval over resampled patients.

    Attributes:
        patients: How many patients.
        grades: How many different grades the outcome has.
        concordance: Generalised c-index: chance that of two patients with different
            grades the one with the higher grade scores higher.
        orc: The same with every two grades counting alike, however rare.
        somers_d: Concordant minus discordant pairs; 2 x concordance - 1.
    """

    patients: int
    grades: int
    concordance: Estimate
    orc: Estimate
    somers_d: Estimate


def ordinal_performance(
    outcome: Rows,
    prediction: Rows,
    *,
    fold: RowNumbers,
    repeat: RowNumbers,
    patients: Sequence[str],
    replicates: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> OrdinalPerformance:
    """Evaluate the out-of-fold predictions of an ordered outcome by one model.

    Arguments as for `performance`; the outcome is a grade (1, 2, 3, ...) of which only
    the order matters, the prediction any score that rises with it.

    Raises:
        InvalidChoice: The rows are not complete repeats of one cross-validation, or
            a number is missing.
    """
    found = OutOfFold.from_rows(
        outcome, prediction, fold=fold, repeat=repeat, patients=patients
    )
    resampled = partial(found.interval, replicates=replicates, seed=seed, level=level)
    return OrdinalPerformance(
        patients=len(found.patients),
        grades=len(np.unique(found.outcome)),
        concordance=Estimate.attempt(
            partial(resampled, weighted_concordance, undefined=ONE_GRADE)
        ),
        orc=Estimate.attempt(partial(resampled, weighted_orc, undefined=NO_PAIR)),
        somers_d=Estimate.attempt(
            partial(resampled, weighted_somers_d, undefined=ONE_GRADE)
        ),
    )


def concordance(outcome: PerPatient, score: PerPatient) -> float:
    """Chance that the patient with the higher grade also scores higher (c-index).

    Over all pairs of patients with different grades; 0.5 is a coin toss and equal
    scores count half. For a yes-or-no outcome it is the AUC.

    >>> concordance(np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.5, 0.4]))
    0.6666666666666666

    Raises:
        NotMeasurable: All patients have the same grade.

    Reference: Harrell 2015, doi:10.1007/978-3-319-19425-7.
    """
    return _value(weighted_concordance, outcome, score)


def orc(outcome: PerPatient, score: PerPatient) -> float:
    """Mean AUC over every two grades of the outcome: the ordinal c-index.

    Unlike `concordance` it does not depend on how many patients have which grade.

    Raises:
        NotMeasurable: All patients have the same grade.

    Reference: Van Calster et al. 2012, doi:10.1002/bimj.201200026.
    """
    return _value(weighted_orc, outcome, score)


def somers_d(outcome: PerPatient, score: PerPatient) -> float:
    """Concordant minus discordant pairs, of all pairs with different grades.

    Somers' D of the score given the outcome (Dxy): -1 to 1, 0 is a coin toss.

    Raises:
        NotMeasurable: All patients have the same grade.

    Reference: Somers 1962, doi:10.2307/2090408.
    """
    return 2 * concordance(outcome, score) - 1


def weighted_concordance(
    outcome: PerPatient,
    score: PerPatient,
    fold: Int[np.ndarray, " patients"],
    weights: Weights,
) -> Draws:
    """Concordance within folds for each row of weights; NaN where there is no pair."""
    right, pairs = _of_grades(outcome, score, fold, weights)
    total = pairs.sum(axis=0)
    return np.where(total > 0, right.sum(axis=0) / np.maximum(total, 1e-300), np.nan)


def weighted_orc(
    outcome: PerPatient,
    score: PerPatient,
    fold: Int[np.ndarray, " patients"],
    weights: Weights,
) -> Draws:
    """Ordinal c-index within folds for each row of weights.

    NaN where two grades of the outcome cannot be compared.
    """
    right, pairs = _of_grades(outcome, score, fold, weights)
    possible = len(pairs) > 0 and (pairs > 0).all(axis=0)
    mean = (right / np.maximum(pairs, 1e-300)).sum(axis=0) / max(len(pairs), 1)
    return np.where(possible, mean, np.nan)


def weighted_somers_d(
    outcome: PerPatient,
    score: PerPatient,
    fold: Int[np.ndarray, " patients"],
    weights: Weights,
) -> Draws:
    """Somers' D within folds for each row of weights; NaN where there is no pair."""
    return 2 * weighted_concordance(outcome, score, fold, weights) - 1


def _of_grades(
    outcome: PerPatient,
    score: PerPatient,
    fold: Int[np.ndarray, " patients"],
    weights: Weights,
) -> tuple[
    Float[np.ndarray, "comparisons replicates"],
    Float[np.ndarray, "comparisons replicates"],
]:
    """Pairs ranked rightly, and all pairs, for every two grades."""
    right, pairs = [], []
    for lower, higher in combinations(np.unique(outcome), 2):
        rows = np.flatnonzero((outcome == lower) | (outcome == higher))
        has_higher = (outcome[rows] == higher).astype(float)
        found = concordant_pairs(has_higher, score[rows], fold[rows], weights[:, rows])
        right.append(found[0])
        pairs.append(found[1])
    shape = (len(right), len(weights))
    return np.reshape(right, shape), np.reshape(pairs, shape)


def _value(metric: RepeatMetric, outcome: PerPatient, score: PerPatient) -> float:
    everyone = np.ones((1, len(outcome)))
    one_fold = np.zeros(len(outcome), dtype=int)
    found = float(metric(finite(outcome), finite(score), one_fold, everyone)[0])
    if np.isnan(found):
        raise NotMeasurable(ONE_GRADE)
    return found
