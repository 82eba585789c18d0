"""Small logistic regressions, thousands at a time."""

import numpy as np
from jaxtyping import Float
from scipy.special import expit, logit

from lbp_outcome.statistics.bootstrap import Weights
from lbp_outcome.statistics.inputs import PerPatient

Coefficients = Float[np.ndarray, "replicates terms"]

CLIP = 1e-4
"""Probabilities are held between 1 in 10,000 and its opposite before their log-odds
are taken; no cohort of some hundreds of patients can support a bolder claim."""

STEPS = 30
LONGEST_STEP = 3.0
TOLERANCE = 1e-9


def log_odds(probability: np.ndarray) -> np.ndarray:
    """Log-odds of probabilities, clipped at 1 in 10,000."""
    return np.asarray(logit(np.clip(probability, CLIP, 1 - CLIP)))


def fit_logistic(
    terms: Float[np.ndarray, "patients terms"],
    outcome: PerPatient,
    weights: Float[np.ndarray, "replicates patients"],
    *,
    offset: PerPatient | None = None,
    ridge: Float[np.ndarray, " terms"] | None = None,
) -> Coefficients:
    """Fit one logistic regression per row of weights, all at once.

    Newton's method, each step of which costs one exponential per patient and row.

    Args:
        terms: Columns of the regression, the column of ones included; best centred.
        outcome: 1 for the outcome, 0 for none.
        weights: How often each patient counts, one row per fit.
        offset: Part of the log-odds that is not estimated.
        ridge: Inverse variance of a normal prior around 0, per term.

    Returns:
        One row of coefficients per row of weights; NaN where the likelihood has no
        maximum (patients with and without the outcome are separated).
    """
    offset = np.zeros(len(outcome)) if offset is None else offset
    ridge = np.zeros(terms.shape[1]) if ridge is None else ridge
    coefficients = np.zeros((len(weights), terms.shape[1]))
    active = np.arange(len(weights))
    for _ in range(STEPS):
        step = _newton_step(
            coefficients[active], terms, outcome, weights[active], offset, ridge
        )
        coefficients[active] += step
        active = active[np.abs(step).max(axis=1) > TOLERANCE]
        if active.size == 0:
            break
    coefficients[active] = np.nan
    return coefficients


def _newton_step(
    coefficients: Coefficients,
    terms: Float[np.ndarray, "patients terms"],
    outcome: PerPatient,
    weights: Weights,
    offset: PerPatient,
    ridge: Float[np.ndarray, " terms"],
) -> Coefficients:
    expected = expit(coefficients @ terms.T + offset)
    gradient = (weights * (outcome - expected)) @ terms - ridge * coefficients
    products = terms[:, :, None] * terms[:, None, :]
    spread = weights * expected * (1 - expected)
    curvature = np.tensordot(spread, products, axes=1)
    # The tiny addition keeps a separated resample solvable; its steps never shrink.
    curvature += np.diag(ridge + 1e-10)
    step = np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0]
    return np.clip(step, -LONGEST_STEP, LONGEST_STEP)
