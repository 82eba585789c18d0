"""Ridge-penalised logistic regression by Newton's method."""

import numpy as np
from jaxtyping import Float
from scipy.special import expit

from lbp_outcome.errors import InvalidChoice

MAX_STEPS = 100
TOLERANCE = 1e-10


def ridge_logistic(
    design: Float[np.ndarray, "patients terms"],
    outcome: Float[np.ndarray, " patients"],
    strength: float,
) -> tuple[float, Float[np.ndarray, " terms"]]:
    """Return the intercept and the weights of the penalised maximum likelihood.

    Minimises `C * (negative log-likelihood) + |weights|^2 / 2`, as scikit-learn's
    `LogisticRegression(C=strength)` does; the intercept is not penalised.

    Args:
        design: Comparable (standardised) columns.
        outcome: 1 or 0; both occur.
        strength: C, the trust in the data; small values shrink the weights.

    Raises:
        InvalidChoice: `strength` is not above 0, or so large that weights run away.

    Reference:
        le Cessie & van Houwelingen, Appl Stat 1992;41:191, doi:10.2307/2347628.
    """
    if not strength > 0:
        raise InvalidChoice(f"C = {strength:g}: must be above 0.")
    columns = np.column_stack([np.ones(len(design)), design])
    penalty = np.r_[0.0, np.full(design.shape[1], 1.0 / strength)]
    weights = np.zeros(columns.shape[1])
    for _ in range(MAX_STEPS):
        step = _newton_step(columns, outcome, penalty, weights)
        weights = weights + step
        if np.abs(step).max() < TOLERANCE:
            return float(weights[0]), weights[1:]
    raise InvalidChoice(f"C = {strength:g} is too large for these patients; lower it.")


def _newton_step(
    columns: np.ndarray, outcome: np.ndarray, penalty: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    expected = expit(columns @ weights)
    gradient = columns.T @ (outcome - expected) - penalty * weights
    information = (columns.T * (expected * (1 - expected))) @ columns
    step: np.ndarray = np.linalg.solve(information + np.diag(penalty), gradient)
    longest = np.abs(step).max()
    # Far from the optimum a full step can overshoot; near it, nothing is cut.
    return step if longest <= 2.0 else step * (2.0 / longest)
