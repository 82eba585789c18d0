"""From predictions to the four figures that every report shows.

This file loads matplotlib; import it only where figures are drawn.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.calibration_curve import (
    CalibrationCurve,
    calibration_curve,
)
from lbp_outcome.statistics.comparison import Difference
from lbp_outcome.statistics.net_benefit import decision_curve
from lbp_outcome.statistics.performance import Performance
from lbp_outcome.study.figures import (
    as_png,
    calibration_figure,
    decision_curve_figure,
    difference_figure,
    discrimination_figure,
)
from lbp_outcome.study.report import ReportFigure, Section

Rows = Float[np.ndarray, " rows"]

CAPTIONS: Mapping[Section, tuple[str, str]] = {
    "models": (
        "AUC of each model",
        "AUC within folds with its 95 % interval; the dashed line is chance. Intervals "
        "of different models overlap even where the models differ, because they are of "
        "the same patients: compare models by their differences.",
    ),
    "differences": (
        "Difference in AUC from the reference model",
        "Each model minus the reference model on the same resampled patients, with its "
        "95 % interval. An interval that crosses the dashed line is compatible with no "
        "difference.",
    ),
    "calibration": (
        "Calibration of each model",
        "Curve with 95 % band: share of patients with the outcome at each predicted "
        "probability. Dots: groups of patients of equal size, with 95 % interval. "
        "Dashed line: probabilities that hold true. Below: how often each probability "
        "was given, upwards to patients with the outcome, downwards to those without.",
    ),
    "benefit": (
        "Net benefit of each model",
        "Net benefit of acting where the probability reaches the threshold, against "
        "acting in everyone and in no one. A model is of use at thresholds where its "
        "line is above both. Bands (for up to two models) are 95 % intervals. This "
        "compares models; it advises nothing for any patient.",
    ),
}


def report_figures(
    outcome: Rows,
    probability: Mapping[str, Rows],
    *,
    patients: Sequence[str],
    performance: Mapping[str, Performance],
    differences: Sequence[Difference],
    reference: str,
    simulated: bool,
    seed: int = 0,
) -> tuple[ReportFigure, ...]:
    """Draw the figures of a study with a yes-or-no outcome.

    Args:
        outcome: 1 for the outcome, 0 for none; one row per patient and repeat.
        probability: Out-of-fold probabilities by model, in the order of `outcome`.
        patients: Pseudonym of each row.
        performance: Performance by model.
        differences: Every other model against the reference.
        reference: Name of the reference model.
        simulated: Whether to mark the figures as made from simulated data.
        seed: Makes the bands repeatable.
    """
    curves = {
        name: _curve_or_reason(outcome, given, patients, performance[name], seed)
        for name, given in probability.items()
    }
    benefits = {
        name: decision_curve(outcome, given, patients=patients, seed=seed)
        for name, given in probability.items()
    }
    drawn = {
        "models": discrimination_figure(
            {name: found.auc for name, found in performance.items()},
            simulated=simulated,
        ),
        "differences": difference_figure(
            {found.model: found.auc for found in differences},
            reference=reference,
            simulated=simulated,
        )
        if differences
        else None,
        "calibration": calibration_figure(curves, simulated=simulated),
        "benefit": decision_curve_figure(benefits, simulated=simulated),
    }
    return tuple(
        ReportFigure(section=section, title=title, caption=caption, png=as_png(figure))
        for section, (title, caption) in CAPTIONS.items()
        if (figure := drawn[section]) is not None
    )


def _curve_or_reason(
    outcome: Rows,
    probability: Rows,
    patients: Sequence[str],
    performance: Performance,
    seed: int,
) -> CalibrationCurve | str:
    """Draw no curve for a model that tells no two patients of a fold apart."""
    if performance.calibration_slope.value is None:
        return performance.calibration_slope.reason
    try:
        return calibration_curve(outcome, probability, patients=patients, seed=seed)
    except NotMeasurable as refusal:
        return str(refusal)
