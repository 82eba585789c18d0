"""Whether predicted probabilities mean what they say."""

from collections.abc import Callable

import numpy as np

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.bootstrap import Draws, Weights
from lbp_outcome.statistics.inputs import PerPatient, both_outcomes, probabilities
from lbp_outcome.statistics.logistic import fit_logistic, log_odds

CONSTANT = "all predictions are the same, so their spread cannot be judged"
SEPARATED = (
    "the predictions separate the outcomes completely, so it has no finite value"
)


def calibration_intercept(outcome: PerPatient, probability: PerPatient) -> float:
    """Whether predictions are too low (> 0) or too high (< 0) on average.

    Calibration-in-the-large: the shift in log-odds that makes the mean prediction
    equal to the share of patients with the outcome, with the slope held at 1. The
    intercept of a regression that also fits the slope means something else.

    Raises:
        NotMeasurable: All patients have the same outcome.

    Reference: Van Calster et al. 2019, doi:10.1186/s12916-019-1466-7.
    """
    return _value(weighted_calibration_intercept, outcome, probability)


def calibration_slope(outcome: PerPatient, probability: PerPatient) -> float:
    """Whether predictions are spread too widely (< 1) or too narrowly (> 1).

    1 is ideal; below 1 high predictions are too high and low ones too low, the
    signature of overfitting. 0 or less: predictions say nothing, or the opposite.

    Raises:
        NotMeasurable: All predictions, or all outcomes, are the same, or the
            predictions separate the outcomes completely.

    Reference: Cox 1958, doi:10.1093/biomet/45.3-4.562; Van Calster et al. 2019,
    doi:10.1186/s12916-019-1466-7.
    """
    if is_constant(probability):
        raise NotMeasurable(CONSTANT)
    return _value(weighted_calibration_slope, outcome, probability)


def is_constant(probability: np.ndarray) -> bool:
    """Whether all predictions are the same but for rounding."""
    return float(np.ptp(log_odds(probability))) < 1e-6


def weighted_calibration_intercept(
    outcome: PerPatient, probability: PerPatient, weights: Weights
) -> Draws:
    """Calibration intercept for each row of weights; NaN where there is none."""
    ones = np.ones((len(outcome), 1))
    offset = log_odds(probability)
    return fit_logistic(ones, outcome, weights, offset=offset)[:, 0]


def weighted_calibration_slope(
    outcome: PerPatient, probability: PerPatient, weights: Weights
) -> Draws:
    """Calibration slope for each row of weights; NaN where there is none."""
    predicted = log_odds(probability)
    centred = predicted - predicted.mean()
    spread = centred.std()
    if spread < 1e-7:
        return np.full(len(weights), np.nan)
    terms = np.column_stack((np.ones_like(centred), centred / spread))
    return np.asarray(fit_logistic(terms, outcome, weights)[:, 1] / spread)


def _value(
    metric: Callable[[PerPatient, PerPatient, Weights], Draws],
    outcome: PerPatient,
    probability: PerPatient,
) -> float:
    both_outcomes(outcome)
    everyone = np.ones((1, len(outcome)))
    found = float(metric(outcome, probabilities(probability), everyone)[0])
    if np.isnan(found):
        raise NotMeasurable(SEPARATED)
    return found
