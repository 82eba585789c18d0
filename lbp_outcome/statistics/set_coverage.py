"""How often sets of possible outcomes hold what happens, in held-out patients."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.statistics.bootstrap import Draws, Weights
from lbp_outcome.statistics.conformal_sets import conformal_sets
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.inputs import PerPatient, both_outcomes
from lbp_outcome.statistics.out_of_fold import (
    OutOfFold,
    RepeatMetric,
    regardless_of_fold,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCoverage:
    """What prediction sets at a stated level do in patients the model never saw.

    Attributes:
        level: Share of patients with either outcome whose set should hold it.
        with_outcome: Share of patients with the outcome whose set holds it.
        without_outcome: Share of those without, whose set holds that.
        decided: Share of patients whose set is one outcome.
        right_when_decided: Share of those whose one outcome comes true.
    """

    level: float
    with_outcome: Estimate
    without_outcome: Estimate
    decided: Estimate
    right_when_decided: Estimate


def set_coverage(
    found: OutOfFold,
    *,
    level: float = 0.9,
    replicates: int = 2000,
    seed: int = 0,
    confidence: float = 0.95,
) -> SetCoverage:
    """Judge prediction sets in each fold that were calibrated in the other folds.

    The models of the folds differ a little, which the calibration cannot see, so
    coverage may fall just short of `level`.

    Args:
        found: Out-of-fold probabilities of a yes-or-no outcome.
        level: Share of patients with either outcome whose set should hold it.
        replicates: Resamples of the patients.
        seed: Makes the intervals repeatable.
        confidence: Confidence level of the intervals.

    Raises:
        NotMeasurable: Outside some fold there are too few patients of an outcome.
    """
    both_outcomes(found.outcome)
    as_sets = OutOfFold(
        patients=found.patients,
        outcome=found.outcome,
        predicted=np.array([_code(found, n, level) for n in range(len(found.fold))]),
        fold=found.fold,
    )

    def estimate(metric: RepeatMetric) -> Estimate:
        return Estimate.attempt(
            partial(
                as_sets.interval,
                metric,
                replicates=replicates,
                seed=seed,
                level=confidence,
                undefined="no patient is in this group",
            )
        )

    return SetCoverage(
        level=level,
        with_outcome=estimate(_with_outcome),
        without_outcome=estimate(_without_outcome),
        decided=estimate(_decided),
        right_when_decided=estimate(_right_when_decided),
    )


def _code(found: OutOfFold, repeat: int, level: float) -> PerPatient:
    """Write each patient's set as a number: 1 if it holds no, plus 2 if yes."""
    given, fold = found.predicted[repeat], found.fold[repeat]
    code = np.empty(len(given))
    for number in np.unique(fold):
        here = fold == number
        sets = conformal_sets(
            found.outcome[~here], given[~here], new=given[here][None], level=level
        )
        code[here] = sets @ np.array([1.0, 2.0])
    return code


def _holds(outcome: PerPatient, code: PerPatient) -> Bool[np.ndarray, " patients"]:
    return np.where(outcome == 1, code >= 2, code % 2 == 1)


def _share(
    counted: Bool[np.ndarray, " patients"],
    of: Bool[np.ndarray, " patients"],
    weights: Weights,
) -> Draws:
    total: Float[np.ndarray, " replicates"] = weights @ of
    return np.asarray(weights @ (counted & of) / np.where(total > 0, total, np.nan))


def _is_one(code: PerPatient) -> Bool[np.ndarray, " patients"]:
    return np.isin(code, (1, 2))


@regardless_of_fold
def _with_outcome(outcome: PerPatient, code: PerPatient, weights: Weights) -> Draws:
    return _share(_holds(outcome, code), outcome == 1, weights)


@regardless_of_fold
def _without_outcome(outcome: PerPatient, code: PerPatient, weights: Weights) -> Draws:
    return _share(_holds(outcome, code), outcome == 0, weights)


@regardless_of_fold
def _decided(outcome: PerPatient, code: PerPatient, weights: Weights) -> Draws:
    return _share(_is_one(code), np.isfinite(code), weights)


@regardless_of_fold
def _right_when_decided(
    outcome: PerPatient, code: PerPatient, weights: Weights
) -> Draws:
    return _share(_holds(outcome, code), _is_one(code), weights)
