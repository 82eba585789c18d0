"""How well one model predicts a continuous outcome, such as leg pain at one year."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float, Int

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.base_rate import tells_nobody_apart
from lbp_outcome.statistics.bootstrap import Draws, Weights
from lbp_outcome.statistics.comparison import (
    ContinuousDifference,
    require_reference,
)
from lbp_outcome.statistics.estimate import Estimate, Interval
from lbp_outcome.statistics.gain import estimated_gain
from lbp_outcome.statistics.inputs import PerPatient
from lbp_outcome.statistics.out_of_fold import OutOfFold, regardless_of_fold

Rows = Float[np.ndarray, " rows"]
RowNumbers = Int[np.ndarray, " rows"]

Bootstrap = Callable[..., Interval]

ALL_EQUAL = "all patients have the same outcome"
BASE_RATE = "the model gives every patient of a fold the same prediction"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinuousPerformance:
    """How well one model predicts a continuous outcome in patients it never saw.

    Attributes:
        patients: How many patients.
        r2: Explained variance; 0 is no better than the mean, and it can be negative.
        mae: Mean absolute error, in the unit of the outcome.
        calibration_slope: Slope of the outcome over its prediction; 1 is ideal, below
            1 predictions are too extreme.
    """

    patients: int
    r2: Estimate
    mae: Estimate
    calibration_slope: Estimate


def continuous_performance(
    outcome: Rows,
    prediction: Rows,
    *,
    fold: RowNumbers,
    repeat: RowNumbers,
    patients: Sequence[str],
    replicates: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> ContinuousPerformance:
    """Evaluate the out-of-fold predictions of a continuous outcome by one model.

    Arguments as for `performance`; outcome and prediction share one unit.

    Raises:
        InvalidChoice: The rows are not complete repeats of one cross-validation, or
            a number is missing.
    """
    found = OutOfFold.from_rows(
        outcome, prediction, fold=fold, repeat=repeat, patients=patients
    )
    resampled = partial(found.interval, replicates=replicates, seed=seed, level=level)
    return ContinuousPerformance(
        patients=len(found.patients),
        r2=Estimate.attempt(partial(resampled, R2, undefined=ALL_EQUAL)),
        mae=Estimate.attempt(partial(resampled, MAE)),
        calibration_slope=Estimate.attempt(partial(_slope, found, resampled)),
    )


def compare_continuous(
    outcome: Rows,
    prediction: Mapping[str, Rows],
    *,
    reference: str,
    fold: RowNumbers,
    repeat: RowNumbers,
    patients: Sequence[str],
    replicates: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[ContinuousDifference, ...]:
    """Compare every model with the reference model on a continuous outcome.

    Arguments and refusals as for `compare`.
    """
    require_reference(reference, prediction)
    found = {
        name: OutOfFold.from_rows(
            outcome, predicted, fold=fold, repeat=repeat, patients=patients
        )
        for name, predicted in prediction.items()
    }
    against = partial(
        estimated_gain,
        found[reference],
        replicates=replicates,
        seed=seed,
        level=level,
    )
    return tuple(
        ContinuousDifference(
            model=name,
            reference=reference,
            r2=against(model, R2),
            mae=against(model, MAE),
        )
        for name, model in found.items()
        if name != reference
    )


def weighted_r2(outcome: PerPatient, prediction: PerPatient, weights: Weights) -> Draws:
    """Explained variance for each row of weights; NaN where all outcomes are equal."""
    centred = outcome - outcome.mean()  # keeps the difference of squares accurate
    total = weights.sum(axis=1)
    spread = weights @ centred**2 / total - (weights @ centred / total) ** 2
    error = weights @ (outcome - prediction) ** 2 / total
    return np.asarray(1 - error / np.where(spread > 0, spread, np.nan))


def weighted_mae(
    outcome: PerPatient, prediction: PerPatient, weights: Weights
) -> Draws:
    """Mean absolute error for each row of weights."""
    return np.asarray(weights @ np.abs(outcome - prediction) / weights.sum(axis=1))


def weighted_slope(
    outcome: PerPatient, prediction: PerPatient, weights: Weights
) -> Draws:
    """Slope of the outcome over its prediction for each row of weights.

    NaN where all predictions are equal.
    """
    total = weights.sum(axis=1)
    given = prediction - prediction.mean()  # keeps the difference of squares accurate
    mean = weights @ given / total
    together = weights @ (given * outcome) / total - mean * (weights @ outcome / total)
    spread = weights @ given**2 / total - mean**2
    return np.asarray(together / np.where(spread > 0, spread, np.nan))


def _slope(found: OutOfFold, resampled: Bootstrap) -> Interval:
    if tells_nobody_apart(found, _is_constant):
        raise NotMeasurable(BASE_RATE)
    return resampled(SLOPE, undefined=BASE_RATE)


def _is_constant(prediction: np.ndarray) -> bool:
    """Whether all predictions are the same but for rounding."""
    return float(np.ptp(prediction)) <= 1e-9 * float(np.abs(prediction).max())


R2 = regardless_of_fold(weighted_r2)
MAE = regardless_of_fold(weighted_mae)
SLOPE = regardless_of_fold(weighted_slope)
