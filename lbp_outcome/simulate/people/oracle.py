"""The best prediction that anyone could make: a ceiling for every model."""

import numpy as np
from jaxtyping import Float
from scipy.special import ndtr

from lbp_outcome.simulate.people.baseline import Baseline
from lbp_outcome.simulate.people.benefit import LUCK_SD
from lbp_outcome.simulate.people.outcomes import (
    ENOUGH_CHANGE,
    FUNCTION_NOISE,
    SATISFACTION_NOISE,
    SYMPTOMS_NOISE,
    expected_change,
)
from lbp_outcome.simulate.scenario import Scenario

NODES = 48
HIGHEST_SATISFIED_SUM = 14
"""Six answers that average below 2.5 sum to at most 14."""


def oracle_probability(
    known_benefit: Float[np.ndarray, " patients"],
    baseline: Baseline,
    scenario: Scenario,
) -> Float[np.ndarray, " patients"]:
    """Return the true probability of success given all that is known before surgery.

    Known are the clinical and imaging causes, the hospital and the baseline ZCQ scores
    (a patient who starts worse has more room to improve). The three criteria are
    independent once the patient's luck is given, so luck is integrated out by
    Gauss-Hermite quadrature.

    Success is that of the forms scored after one year: their answers are whole numbers,
    which widens the noise and moves the border of satisfaction to half a point above
    the sum 14.

    A model can score better on one small cohort by chance, never in truth.
    """
    luck, weights = np.polynomial.hermite_e.hermegauss(NODES)
    probability: np.ndarray = np.zeros_like(known_benefit)
    for node, weight in zip(luck, weights / weights.sum(), strict=True):
        benefit = known_benefit + LUCK_SD * node
        z = (benefit - scenario.benefit_mean) / scenario.benefit_sd
        probability += weight * _success_given(baseline, z)
    return probability.clip(0.0, 1.0)


def _success_given(
    baseline: Baseline, z: Float[np.ndarray, " patients"]
) -> Float[np.ndarray, " patients"]:
    symptoms, function, satisfaction = expected_change(baseline, z)
    border = (HIGHEST_SATISFIED_SUM + 0.5) / 6
    a = ndtr((symptoms - ENOUGH_CHANGE) / _with_rounding(SYMPTOMS_NOISE, items=7))
    b = ndtr((function - ENOUGH_CHANGE) / _with_rounding(FUNCTION_NOISE, items=5))
    c = ndtr((border - satisfaction) / SATISFACTION_NOISE)
    two_of_three: np.ndarray = a * b + a * c + b * c - 2 * a * b * c
    return two_of_three


def _with_rounding(noise: float, items: int) -> float:
    """SD of a change when both sums are rounded to whole numbers."""
    return float(np.hypot(noise, np.sqrt(2 / 12) / items))
