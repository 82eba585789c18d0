"""The share of patients with the outcome at each predicted probability."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float
from scipy.special import expit

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.bootstrap import Weights, band
from lbp_outcome.statistics.estimate import Interval
from lbp_outcome.statistics.inputs import PerPatient, both_outcomes, probabilities
from lbp_outcome.statistics.logistic import fit_logistic, log_odds
from lbp_outcome.statistics.proportion import proportion_interval
from lbp_outcome.statistics.restricted_spline import RestrictedSpline

Grid = Float[np.ndarray, " points"]

SHOWN = (0.025, 0.975)
POINTS = 60
FLATTEST = 0.02
FLAT = (
    f"predictions differ by less than {100 * FLATTEST:.0f} percentage points, "
    "too little for a curve"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationGroup:
    """Patients with similar predictions.

    Attributes:
        predicted: Their mean predicted probability.
        observed: Share of them with the outcome, with Wilson's interval.
        patients: How many they are.
    """

    predicted: float
    observed: Interval
    patients: float


@dataclass(frozen=True, eq=False, kw_only=True)
class CalibrationCurve:
    """A smooth calibration curve with its band, and groups as a check of it.

    Attributes:
        grid: Predicted probabilities, from the lowest to the highest 2.5 %.
        observed: Share of patients with the outcome at each of them.
        low: Lower bound of the share, from resampled patients.
        high: Upper bound of the share.
        groups: Patients in equal groups from low to high predictions.
        predicted: All predictions, for a histogram.
        outcome: What happened to each of them.
    """

    grid: Float[np.ndarray, " points"]
    observed: Float[np.ndarray, " points"]
    low: Float[np.ndarray, " points"]
    high: Float[np.ndarray, " points"]
    groups: tuple[CalibrationGroup, ...]
    predicted: Float[np.ndarray, " rows"]
    outcome: Float[np.ndarray, " rows"]


def calibration_curve(
    outcome: PerPatient,
    probability: PerPatient,
    *,
    patients: Sequence[str],
    replicates: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> CalibrationCurve:
    """Fit a smooth calibration curve with a band from resampled patients.

    Logistic regression on a restricted cubic spline of the log-odds with knots at the
    10th, 50th and 90th percentile: as flexible as some hundred patients allow. Rows
    of one patient (repeats of a cross-validation) are drawn together.

    Raises:
        NotMeasurable: Predictions hardly differ, or all outcomes are the same.

    Reference: Van Calster et al. 2016, doi:10.1016/j.jclinepi.2015.12.005; Harrell
    2015, doi:10.1007/978-3-319-19425-7 (section 2.4.5).
    """
    probability = probabilities(probability)
    both_outcomes(outcome)
    if is_flat(probability):
        raise NotMeasurable(FLAT)
    lowest, highest = np.quantile(probability, SHOWN)
    grid = np.linspace(lowest, highest, POINTS)
    curves = partial(weighted_calibration_curve, outcome, probability, grid)
    low, high = band(curves, patients, replicates=replicates, seed=seed, level=level)
    rows_per_patient = len(patients) / len(set(patients))
    return CalibrationCurve(
        grid=grid,
        observed=curves(np.ones((1, len(outcome))))[0],
        low=low,
        high=high,
        groups=_groups(outcome, probability, rows_per_patient, level),
        predicted=probability,
        outcome=outcome,
    )


def is_flat(probability: PerPatient) -> bool:
    """Whether predictions differ too little for a curve."""
    return float(np.ptp(np.quantile(probability, SHOWN))) < FLATTEST


def weighted_calibration_curve(
    outcome: PerPatient, probability: PerPatient, grid: Grid, weights: Weights
) -> Float[np.ndarray, "replicates points"]:
    """Share with the outcome at each prediction of the grid, per row of weights.

    NaN where the predictions separate the outcomes. The knots are those of all
    patients, whatever the weights.
    """
    spline = RestrictedSpline(log_odds(probability))
    fits = fit_logistic(spline(log_odds(probability)), outcome, weights)
    return np.asarray(expit(fits @ spline(log_odds(grid)).T))


def _groups(
    outcome: PerPatient, probability: PerPatient, rows_per_patient: float, level: float
) -> tuple[CalibrationGroup, ...]:
    """Equal groups of some 20 patients or more, at least two and at most five."""
    patients = len(outcome) / rows_per_patient
    order = np.argsort(probability, kind="stable")
    parts = np.array_split(order, int(np.clip(patients // 20, 2, 5)))
    return tuple(
        CalibrationGroup(
            predicted=float(probability[rows].mean()),
            observed=proportion_interval(
                float(outcome[rows].sum() / rows_per_patient),
                len(rows) / rows_per_patient,
                level,
            ),
            patients=len(rows) / rows_per_patient,
        )
        for rows in parts
    )
