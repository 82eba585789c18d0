"""Whether predictions hold true."""

import numpy as np

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.bootstrap import Curves, Weights, band
from lbp_outcome.statistics.calibration_curve import (
    CalibrationCurve,
    calibration_curve,
)
from lbp_outcome.study.report.drawing.calibration import calibration_figure
from lbp_outcome.study.report.drawing.house import as_png
from lbp_outcome.study.report.drawing.observed import ObservedCurve, observed_figure
from lbp_outcome.study.report.page import Picture, Section, Text
from lbp_outcome.study.report.studied import Studied

POINTS = 40
SHOWN = (0.025, 0.975)
"""Quantiles of the predictions between which the line of a figure is drawn."""


def calibration(studied: Studied) -> Section:
    """Return the calibration curves, or observed against predicted outcomes."""
    picture = _probabilities(studied) if studied.binary else _values(studied)
    numbers = "Slope and intercept stand" if studied.binary else "The slope stands"
    remark = Text(
        text=f"{numbers} with intervals in the table above. A band that holds the "
        "dashed line does not show that a model is well calibrated, only that these "
        "patients cannot show that it is not.",
        soft=True,
    )
    return Section(anchor="calibration", title="Calibration", blocks=(picture, remark))


def _probabilities(studied: Studied) -> Picture:
    curves = {name: _curve_or_reason(studied, name) for name in studied.plan.names}
    return Picture(
        title="Calibration of each model",
        caption="Curve with 95 % band: share of patients with the outcome at each "
        "predicted probability. Dots: groups of patients of equal size, with 95 % "
        "interval. Dashed line: probabilities that hold true. Below: how often each "
        "probability was given, upwards to patients with the outcome, downwards to "
        "those without.",
        png=as_png(calibration_figure(curves, simulated=studied.simulated)),
    )


def _curve_or_reason(studied: Studied, name: str) -> CalibrationCurve | str:
    """Draw no curve for a model that tells no two patients of a fold apart."""
    slope = studied.binary_performance[name].calibration_slope
    if slope.value is None:
        return slope.reason
    rows = studied.rows(name)
    try:
        return calibration_curve(
            rows["outcome"],
            rows["predicted"],
            patients=rows["patients"],
            **studied.resamples,
        )
    except NotMeasurable as refusal:
        return str(refusal)


def _values(studied: Studied) -> Picture:
    curves = {name: _observed(studied, name) for name in studied.plan.names}
    figure = observed_figure(curves, unit=studied.unit, simulated=studied.simulated)
    return Picture(
        title="Observed against predicted outcome",
        caption="Each dot is a patient (mean prediction over the repeats). Dashed "
        "line: predictions that hold true. Line with 95 % band: mean outcome at each "
        "prediction, as a straight line; its slope is the calibration slope.",
        png=as_png(figure),
    )


def _observed(studied: Studied, name: str) -> ObservedCurve:
    found, rows = studied.found[name], studied.rows(name)
    none = np.empty(0)
    dots = {"predicted": found.predicted.mean(axis=0), "observed": found.outcome}
    if studied.continuous_performance[name].calibration_slope.value is None:
        return ObservedCurve(**dots, grid=none, line=none, low=none, high=none)
    lowest, highest = np.quantile(rows["predicted"], SHOWN)
    grid = np.linspace(lowest, highest, POINTS)

    def lines(weights: Weights) -> Curves:
        return _straight(rows["outcome"], rows["predicted"], grid, weights)

    try:
        low, high = band(lines, rows["patients"], **studied.resamples)
    except NotMeasurable:
        return ObservedCurve(**dots, grid=none, line=none, low=none, high=none)
    line = lines(np.ones((1, len(rows["outcome"]))))[0]
    return ObservedCurve(**dots, grid=grid, line=line, low=low, high=high)


def _straight(
    outcome: np.ndarray, predicted: np.ndarray, grid: np.ndarray, weights: Weights
) -> Curves:
    """Mean outcome at each prediction of the grid, for each row of weights."""
    total = weights.sum(axis=1)
    mean_x, mean_y = weights @ predicted / total, weights @ outcome / total
    spread = weights @ predicted**2 / total - mean_x**2
    together = weights @ (predicted * outcome) / total - mean_x * mean_y
    slope = together / np.where(spread > 0, spread, np.nan)
    return np.asarray(mean_y[:, None] + slope[:, None] * (grid - mean_x[:, None]))
