"""What can be excluded for single patients, judged in patients held out."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.bootstrap import Draws, Weights
from lbp_outcome.statistics.conformal_intervals import conformal_intervals
from lbp_outcome.statistics.conformal_sets import conformal_sets
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.inputs import PerPatient
from lbp_outcome.statistics.out_of_fold import OutOfFold, regardless_of_fold

LEVEL = 0.9
"""Share of patients whose set or interval should hold what happens."""

New = Float[np.ndarray, " new"]
Share = Callable[[PerPatient, PerPatient], np.ndarray]


@dataclass(frozen=True, kw_only=True)
class PredictionSets:
    """Sets of possible outcomes at a stated level, calibrated in the other folds.

    Attributes:
        level: Share of patients with either outcome whose set should hold it.
        with_outcome: Share of patients with the outcome whose set holds it.
        without_outcome: Share of those without, whose set holds that.
        one: Share of patients whose set is one outcome.
        both: Share of patients for whom neither outcome can be excluded.
        neither: Share of patients unlike all before.
        right_when_one: Share of the sets of one outcome that come true.
    """

    level: float
    with_outcome: Estimate
    without_outcome: Estimate
    one: Estimate
    both: Estimate
    neither: Estimate
    right_when_one: Estimate


@dataclass(frozen=True, kw_only=True)
class PredictionIntervals:
    """Intervals for a continuous outcome at a stated level.

    Attributes:
        level: Share of patients whose outcome should lie inside.
        coverage: Share of patients whose outcome does.
        width: Mean distance from lower to upper end, in the unit of the outcome.
    """

    level: float
    coverage: Estimate
    width: Estimate


def prediction_sets(
    found: OutOfFold, *, replicates: int = 2000, seed: int = 0
) -> PredictionSets:
    """Judge sets of possible outcomes in each fold, calibrated in the other folds.

    Args:
        found: Out-of-fold probabilities of a yes-or-no outcome.
        replicates: Resamples of the patients.
        seed: Makes the intervals repeatable.

    Raises:
        NotMeasurable: There is one fold only, or too few patients of an outcome.
    """
    coded = _in_other_folds(found, _set_as_number)
    share = partial(_share, coded, replicates=replicates, seed=seed)
    return PredictionSets(
        level=LEVEL,
        with_outcome=share(_holds, lambda outcome, code: outcome == 1),
        without_outcome=share(_holds, lambda outcome, code: outcome == 0),
        one=share(_is_one),
        both=share(lambda outcome, code: code == 3),
        neither=share(lambda outcome, code: code == 0),
        right_when_one=share(_holds, _is_one),
    )


def prediction_intervals(
    found: OutOfFold, *, replicates: int = 2000, seed: int = 0
) -> PredictionIntervals:
    """Judge intervals for a continuous outcome, calibrated in the other folds.

    Arguments and refusals as for `prediction_sets`.
    """
    inside = _in_other_folds(found, _is_inside)
    width = _in_other_folds(found, _width)
    share = partial(_share, inside, replicates=replicates, seed=seed)
    mean = partial(width.interval, regardless_of_fold(_mean), seed=seed)
    return PredictionIntervals(
        level=LEVEL,
        coverage=share(lambda outcome, value: value == 1),
        width=Estimate.attempt(partial(mean, replicates=replicates)),
    )


Judge = Callable[[PerPatient, PerPatient, New, New], New]
"""From outcomes and predictions of the other folds, and those of this fold."""


def _in_other_folds(found: OutOfFold, judge: Judge) -> OutOfFold:
    """Replace each prediction by what the patients of other folds make of it."""
    judged = np.empty_like(found.predicted)
    for row, (given, fold) in enumerate(zip(found.predicted, found.fold, strict=True)):
        for number in np.unique(fold):
            here = fold == number
            if here.all():
                raise NotMeasurable("there is one fold only, so none to calibrate in")
            judged[row, here] = judge(
                found.outcome[~here], given[~here], found.outcome[here], given[here]
            )
    return OutOfFold(
        patients=found.patients,
        outcome=found.outcome,
        predicted=judged,
        fold=found.fold,
    )


def _set_as_number(outcome: PerPatient, given: PerPatient, own: New, new: New) -> New:
    """Write each patient's set as a number: 1 if it holds no, plus 2 if yes."""
    sets = conformal_sets(outcome, given, new=new[None], level=LEVEL)
    return np.asarray(sets @ np.array([1.0, 2.0]))


def _is_inside(outcome: PerPatient, given: PerPatient, own: New, new: New) -> New:
    low, high = conformal_intervals(outcome, given, new=new[None], level=LEVEL).T
    return np.asarray((low <= own) & (own <= high), dtype=float)


def _width(outcome: PerPatient, given: PerPatient, own: New, new: New) -> New:
    low, high = conformal_intervals(outcome, given, new=new[None], level=LEVEL).T
    return np.asarray(high - low)


def _holds(outcome: PerPatient, code: PerPatient) -> np.ndarray:
    return np.where(outcome == 1, code >= 2, code % 2 == 1)


def _is_one(outcome: PerPatient, code: PerPatient) -> np.ndarray:
    return np.isin(code, (1, 2))


def _everyone(outcome: PerPatient, code: PerPatient) -> np.ndarray:
    return np.ones(len(code), dtype=bool)


def _mean(outcome: PerPatient, value: PerPatient, weights: Weights) -> Draws:
    return np.asarray(weights @ value / weights.sum(axis=1))


def _share(
    coded: OutOfFold,
    counted: Share,
    of: Share = _everyone,
    *,
    replicates: int,
    seed: int,
) -> Estimate:
    def metric(outcome: PerPatient, code: PerPatient, weights: Weights) -> Draws:
        base = of(outcome, code)
        total = weights @ base.astype(float)
        part = weights @ (counted(outcome, code) & base).astype(float)
        return np.asarray(part / np.where(total > 0, total, np.nan))

    return Estimate.attempt(
        lambda: coded.interval(
            regardless_of_fold(metric),
            replicates=replicates,
            seed=seed,
            undefined="no patient is in this group",
        )
    )
