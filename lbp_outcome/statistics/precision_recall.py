"""How many of the patients whom a model points out have the outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float

from lbp_outcome.statistics.bootstrap import Draws, Weights, band
from lbp_outcome.statistics.inputs import PerPatient, both_outcomes, finite
from lbp_outcome.statistics.operating_points import first_at_least, operating_points

Recalls = Float[np.ndarray, " points"]

RECALLS = np.linspace(0.01, 1, 100)
"""Sensitivities at which the curve is shown; at 0 nobody is pointed out."""


@dataclass(frozen=True, eq=False, kw_only=True)
class PrecisionRecallCurve:
    """Precision at each recall, with its band.

    Attributes:
        recall: Share of patients with the outcome who score at or above the cut-off
            (sensitivity).
        precision: Share of those at or above the cut-off who have the outcome
            (positive predictive value).
        low: Lower bound of the precision, from resampled patients.
        high: Upper bound.
        base_rate: Share of all patients with the outcome: the precision of chance.
    """

    recall: Float[np.ndarray, " points"]
    precision: Float[np.ndarray, " points"]
    low: Float[np.ndarray, " points"]
    high: Float[np.ndarray, " points"]
    base_rate: float


def precision_recall_curve(
    outcome: PerPatient,
    score: PerPatient,
    *,
    patients: Sequence[str],
    recalls: Recalls = RECALLS,
    replicates: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> PrecisionRecallCurve:
    """Precision at each recall, with a band from resampled patients.

    Rows of one patient (repeats of a cross-validation) are drawn together. Precision
    depends on the base rate: curves of different cohorts do not compare.

    Raises:
        NotMeasurable: All patients have the same outcome.

    Reference: Davis and Goadrich 2006, doi:10.1145/1143844.1143874.
    """
    curves = partial(weighted_precision, both_outcomes(outcome), finite(score), recalls)
    low, high = band(curves, patients, replicates=replicates, seed=seed, level=level)
    return PrecisionRecallCurve(
        recall=recalls,
        precision=curves(np.ones((1, len(outcome))))[0],
        low=low,
        high=high,
        base_rate=float(outcome.mean()),
    )


def average_precision(outcome: PerPatient, score: PerPatient) -> float:
    """Mean precision over all patients with the outcome, as each is found.

    The area below the precision-recall curve, not interpolated: straight lines
    between its points would promise too much. Chance scores the base rate, so compare
    with that, and never between cohorts.

    >>> average_precision(np.array([0.0, 1.0, 1.0]), np.array([0.2, 0.1, 0.3]))
    0.8333333333333333

    Raises:
        NotMeasurable: All patients have the same outcome.

    Reference: Davis and Goadrich 2006, doi:10.1145/1143844.1143874; Saito and
    Rehmsmeier 2015, doi:10.1371/journal.pone.0118432.
    """
    everyone = np.ones((1, len(outcome)))
    checked = both_outcomes(outcome), finite(score)
    return float(weighted_average_precision(*checked, everyone)[0])


def weighted_average_precision(
    outcome: PerPatient, score: PerPatient, weights: Weights
) -> Draws:
    """Average precision for each row of weights; NaN where nobody had the outcome."""
    events, others = operating_points(outcome, score, weights)
    found = np.maximum(events + others, 1e-300)
    area = (np.diff(events, axis=1) * (events / found)[:, 1:]).sum(axis=1)
    total = events[:, -1]
    return np.where(total > 0, area / np.maximum(total, 1e-300), np.nan)


def weighted_precision(
    outcome: PerPatient, score: PerPatient, recalls: Recalls, weights: Weights
) -> Float[np.ndarray, "replicates points"]:
    """Precision at the first cut-off that reaches each recall, for each row of weights.

    NaN where nobody had the outcome.
    """
    events, others = operating_points(outcome, score, weights)
    total = np.where(events[:, -1:] > 0, events[:, -1:], np.nan)
    wanted = recalls * np.nan_to_num(total)
    here = np.minimum(first_at_least(events, wanted), events.shape[1] - 1)
    found, alarms = (
        np.take_along_axis(count, here, axis=1) for count in (events, others)
    )
    with_both = np.maximum(found + alarms, 1e-300)
    return np.asarray(found / with_both * total / total)
