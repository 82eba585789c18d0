"""How far predicted probabilities lie from those that hold true, on average."""

from typing import NamedTuple

import numpy as np

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.bootstrap import Draws, Weights
from lbp_outcome.statistics.calibration import SEPARATED
from lbp_outcome.statistics.calibration_curve import (
    FLAT,
    is_flat,
    weighted_calibration_curve,
)
from lbp_outcome.statistics.inputs import PerPatient, both_outcomes, probabilities


class CalibrationError(NamedTuple):
    """Distance between predictions and the calibration curve [probability, 0 to 1].

    `ici` is the mean over the patients (integrated calibration index), `e50` the
    median, and nine in ten predictions lie within `e90`.
    """

    ici: float
    e50: float
    e90: float


def calibration_error(outcome: PerPatient, probability: PerPatient) -> CalibrationError:
    """Distance of the predictions from the smooth calibration curve.

    The curve is that of `calibration_curve`. A distance is never negative, so chance
    alone moves even a perfectly calibrated model away from 0: in simulated cohorts of
    160 patients to 0.045 on average, with bootstrap intervals from 0.02 to 0.12. A
    bound above 0 is therefore no sign of wrong predictions; look at the slope and the
    intercept. Real errors of 0.075 and 0.105 were held by 94 % of 95 % intervals.

    Raises:
        NotMeasurable: All outcomes are the same, or predictions hardly differ or
            separate the outcomes completely.

    Reference: Austin and Steyerberg 2019, doi:10.1002/sim.8281 (with loess).
    """
    probability = probabilities(probability)
    both_outcomes(outcome)
    if is_flat(probability):
        raise NotMeasurable(FLAT)
    away = _distance(outcome, probability, np.ones((1, len(outcome))))[0]
    if np.isnan(away).any():
        raise NotMeasurable(SEPARATED)
    e50, e90 = np.quantile(away, (0.5, 0.9))
    return CalibrationError(float(away.mean()), float(e50), float(e90))


def weighted_ici(
    outcome: PerPatient, probability: PerPatient, weights: Weights
) -> Draws:
    """Integrated calibration index for each row of weights; NaN without a curve."""
    if is_flat(probability):
        return np.full(len(weights), np.nan)
    away = _distance(outcome, probability, weights)
    return np.asarray((weights * away).sum(axis=1) / weights.sum(axis=1))


def _distance(
    outcome: PerPatient, probability: PerPatient, weights: Weights
) -> Weights:
    curves = weighted_calibration_curve(outcome, probability, probability, weights)
    return np.asarray(np.abs(curves - probability))
