"""Share of patients with the outcome found, against false alarms in those without."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float

from lbp_outcome.statistics.bootstrap import Weights, band
from lbp_outcome.statistics.inputs import PerPatient, both_outcomes, finite
from lbp_outcome.statistics.operating_points import last_at_most, operating_points

Rates = Float[np.ndarray, " points"]

RATES = np.linspace(0, 1, 101)
"""False-positive rates at which the curve is shown."""


@dataclass(frozen=True, eq=False, kw_only=True)
class RocCurve:
    """Receiver operating characteristic with its band.

    Attributes:
        false_positive_rate: Share of patients without the outcome who score at or
            above the cut-off (1 - specificity).
        sensitivity: Share of patients with the outcome who do.
        low: Lower bound of the sensitivity, from resampled patients.
        high: Upper bound.
    """

    false_positive_rate: Float[np.ndarray, " points"]
    sensitivity: Float[np.ndarray, " points"]
    low: Float[np.ndarray, " points"]
    high: Float[np.ndarray, " points"]


def roc_curve(
    outcome: PerPatient,
    score: PerPatient,
    *,
    patients: Sequence[str],
    rates: Rates = RATES,
    replicates: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> RocCurve:
    """Sensitivity at each false-positive rate, with a band from resampled patients.

    Rows of one patient (repeats of a cross-validation) are drawn together. The curve
    pools the folds, as all published curves do, so the area below it is that of the
    pooled AUC, not that within folds. A band says nothing on one chosen cut-off: a
    cut-off chosen on this curve looks better than it is.

    Raises:
        NotMeasurable: All patients have the same outcome.

    Reference: Fawcett 2006, doi:10.1016/j.patrec.2005.10.010 (vertical averaging).
    """
    curves = partial(weighted_sensitivity, both_outcomes(outcome), finite(score), rates)
    low, high = band(curves, patients, replicates=replicates, seed=seed, level=level)
    return RocCurve(
        false_positive_rate=rates,
        sensitivity=curves(np.ones((1, len(outcome))))[0],
        low=low,
        high=high,
    )


def weighted_sensitivity(
    outcome: PerPatient, score: PerPatient, rates: Rates, weights: Weights
) -> Float[np.ndarray, "replicates points"]:
    """Highest sensitivity at each false-positive rate, for each row of weights.

    Straight between two cut-offs, so that ties count half. NaN where all outcomes are
    equal.
    """
    events, others = operating_points(outcome, score, weights)
    allowed = rates * others[:, -1:]
    here = last_at_most(others, allowed)
    there = np.minimum(here + 1, events.shape[1] - 1)
    found, more = (np.take_along_axis(events, at, axis=1) for at in (here, there))
    alarms, limit = (np.take_along_axis(others, at, axis=1) for at in (here, there))
    share = np.maximum(allowed - alarms, 0) / np.where(
        limit > alarms, limit - alarms, 1
    )
    possible = (events[:, -1:] > 0) & (others[:, -1:] > 0)
    total = np.where(possible, events[:, -1:], np.nan)
    return np.asarray((found + share * (more - found)) / total)
