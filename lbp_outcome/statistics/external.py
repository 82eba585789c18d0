"""How a model does in another cohort, as it is and after being fitted to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Bool
from scipy.special import expit

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.brier import weighted_brier, weighted_scaled_brier
from lbp_outcome.statistics.calibration import (
    CONSTANT,
    SEPARATED,
    is_constant,
    weighted_calibration_intercept,
    weighted_calibration_slope,
)
from lbp_outcome.statistics.discrimination import delong_interval
from lbp_outcome.statistics.estimate import Estimate, Interval
from lbp_outcome.statistics.inputs import PerPatient, both_outcomes, probabilities
from lbp_outcome.statistics.logistic import log_odds
from lbp_outcome.statistics.out_of_fold import OutOfFold, regardless_of_fold
from lbp_outcome.statistics.recalibration import recalibration_line
from lbp_outcome.statistics.splits import nested_folds

BRIER = regardless_of_fold(weighted_brier)
SCALED_BRIER = regardless_of_fold(weighted_scaled_brier)
SLOPE = regardless_of_fold(weighted_calibration_slope)
INTERCEPT = regardless_of_fold(weighted_calibration_intercept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """How far probabilities can be believed.

    Attributes:
        brier: Brier score, 0 is perfect.
        scaled_brier: Share of the base rate's Brier score that is removed.
        calibration_slope: 1 is ideal, below 1 predictions are too extreme.
        calibration_intercept: 0 is ideal, above 0 predictions are too low on average.
    """

    brier: Estimate
    scaled_brier: Estimate
    calibration_slope: Estimate
    calibration_intercept: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalPerformance:
    """A model in another cohort, before and after recalibration to it.

    Attributes:
        patients: Patients judged.
        events: How many of them had the outcome.
        auc: AUC with DeLong's interval; recalibration does not change it.
        as_it_is: The probabilities as the model gave them.
        new_intercept: After shifting all log-odds alike.
        new_intercept_and_slope: After shifting and stretching them.
    """

    patients: int
    events: int
    auc: Estimate
    as_it_is: Calibrated
    new_intercept: Calibrated
    new_intercept_and_slope: Calibrated


def external_performance(
    outcome: PerPatient,
    probability: PerPatient,
    patients: Sequence[str],
    *,
    learn_from: Bool[np.ndarray, " patients"] | None = None,
    folds: int = 10,
    replicates: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> ExternalPerformance:
    """Judge a model in patients of another cohort, and what recalibration would gain.

    No patient is judged by a recalibration that learned from that patient: it is
    learned in `folds` folds that leave each patient out in turn, or from the patients
    in `learn_from`, who are then not judged at all. Only `as_it_is` is external
    validation; a recalibrated model needs another cohort to be validated in.

    Args:
        outcome: 1 for the outcome, 0 for none.
        probability: Probabilities by the model as it was developed elsewhere.
        patients: Pseudonym of each patient, once.
        learn_from: Patients to recalibrate with, say the first year's.
        folds: Folds of the recalibration when `learn_from` is left out.
        replicates: Resamples of the patients.
        seed: Makes folds and intervals repeatable.
        level: Confidence level.

    Raises:
        NotMeasurable: All patients have the same outcome.
        InvalidChoice: A patient twice, too few patients of an outcome for the folds,
            or nobody left to judge.

    Reference: Steyerberg et al. 2004, doi:10.1002/sim.1844 (updating); Van Calster et
    al. 2019, doi:10.1186/s12916-019-1466-7.
    """
    _refuse_repeated(patients)
    both_outcomes(outcome)
    given = probabilities(probability)
    learners = _learners(outcome, patients, learn_from, folds, seed)
    judged = np.ones(len(outcome), dtype=bool) if learn_from is None else ~learn_from
    seen = both_outcomes(outcome[judged])
    names = tuple(np.asarray(patients)[judged].tolist())
    evaluate = partial(
        _calibrated, names, seen, replicates=replicates, seed=seed, level=level
    )
    update = partial(_updated, outcome, given, learners)
    auc = partial(delong_interval, seen, given[judged], level)
    return ExternalPerformance(
        patients=len(names),
        events=int(seen.sum()),
        auc=Estimate.attempt(auc),
        as_it_is=evaluate(given[judged]),
        new_intercept=evaluate(update(fixed_slope=True)[judged]),
        new_intercept_and_slope=evaluate(update(fixed_slope=False)[judged]),
    )


def _refuse_repeated(patients: Sequence[str]) -> None:
    if len(set(patients)) < len(patients):
        raise InvalidChoice("Each patient of the other cohort must be given once.")


def _learners(
    outcome: PerPatient,
    patients: Sequence[str],
    learn_from: Bool[np.ndarray, " patients"] | None,
    folds: int,
    seed: int,
) -> Bool[np.ndarray, "patients patients"]:
    """Who (column) teaches the recalibration of whom (row)."""
    if learn_from is not None:
        if learn_from.all():
            raise InvalidChoice("No patient is left to judge; learn from fewer.")
        both_outcomes(outcome[learn_from])
        return np.repeat(learn_from[None], len(outcome), axis=0)
    teaches = np.zeros((len(outcome), len(outcome)), dtype=bool)
    for fold in nested_folds(
        patients, outcome, outer=folds, inner=0, repeats=1, seed=seed
    ):
        teaches[np.ix_(fold.held_out, fold.train)] = True
    return teaches


def _updated(
    outcome: PerPatient,
    probability: PerPatient,
    learners: Bool[np.ndarray, "patients patients"],
    *,
    fixed_slope: bool,
) -> PerPatient:
    sets, which = np.unique(learners, axis=0, return_inverse=True)
    lines = recalibration_line(
        outcome, probability, sets.astype(float), fixed_slope=fixed_slope
    )
    intercept, slope = lines[which.ravel()].T
    return np.asarray(expit(intercept + slope * log_odds(probability)))


def _calibrated(
    patients: tuple[str, ...],
    outcome: PerPatient,
    probability: PerPatient,
    *,
    replicates: int,
    seed: int,
    level: float,
) -> Calibrated:
    found = OutOfFold(
        patients=patients,
        outcome=outcome,
        predicted=probability[None],
        fold=np.zeros((1, len(outcome)), dtype=int),
    )
    resampled = partial(
        found.interval,
        replicates=replicates,
        seed=seed,
        level=level,
        undefined=SEPARATED,
    )

    def slope() -> Interval:
        if is_constant(probability):
            raise NotMeasurable(CONSTANT)
        return resampled(SLOPE)

    return Calibrated(
        brier=Estimate.attempt(partial(resampled, BRIER)),
        scaled_brier=Estimate.attempt(partial(resampled, SCALED_BRIER)),
        calibration_slope=Estimate.attempt(slope),
        calibration_intercept=Estimate.attempt(partial(resampled, INTERCEPT)),
    )
