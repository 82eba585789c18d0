"""Ridge-penalised regression, logistic and linear, for many penalties at once."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from scipy.special import expit

from lbp_outcome.errors import InvalidChoice

MAX_STEPS = 100
TOLERANCE = 1e-10

LONGEST_STEP = 2.0
"""Largest change of a weight in one step: far from the optimum more can overshoot."""


def ridge_logistic(
    design: Float[np.ndarray, "patients terms"],
    outcome: Float[np.ndarray, " patients"],
    strengths: Sequence[float],
    start: Float[np.ndarray, " patients"] | None = None,
) -> Float[np.ndarray, "strengths terms_and_one"]:
    """Return the weights of the penalised maximum likelihood, one row per strength.

    Minimises `C * (negative log-likelihood) + |weights|^2 / 2`, as scikit-learn's
    `LogisticRegression(C=strength)` does, by Newton's method. The intercept comes
    first and is not penalised. A strength has the same weights, to the last bit,
    whichever others stand beside it.

    Args:
        design: Comparable (standardised) columns.
        outcome: 1 or 0; both occur.
        strengths: C, the trust in the data; small values shrink the weights.
        start: Log-odds that each patient has already (an offset); 0 by default.

    Raises:
        InvalidChoice: A strength is not above 0, or so large that weights run away.

    Reference:
        le Cessie & van Houwelingen, Appl Stat 1992;41:191, doi:10.2307/2347628.
    """
    penalties = _penalties(strengths, design.shape[1])
    columns = np.column_stack([np.ones(len(design)), design])
    start = np.zeros(len(design)) if start is None else start
    weights = np.zeros_like(penalties)
    active = np.arange(len(penalties))
    for _ in range(MAX_STEPS):
        # Stacks of matrices, not one large product: no row depends on its company.
        score = start + (columns @ weights[active][:, :, None])[:, :, 0]
        step = _newton_step(columns, outcome, penalties[active], weights[active], score)
        weights[active] += step
        active = active[np.abs(step).max(axis=1) >= TOLERANCE]
        if active.size == 0:
            return weights
    largest = max(strengths[int(row)] for row in active)
    raise InvalidChoice(f"C = {largest:g} is too large for these patients; lower it.")


def ridge_information(
    design: Float[np.ndarray, "patients terms"],
    strength: float,
    weights: Float[np.ndarray, " terms_and_one"],
) -> Float[np.ndarray, "terms_and_one terms_and_one"]:
    """Return the penalised information of a ridge logistic regression.

    Its inverse is an approximate covariance of the weights: they are shrunk, so that
    it measures their spread and not their distance from the truth.
    """
    columns = np.column_stack([np.ones(len(design)), design])
    penalties = _penalties([strength], design.shape[1])
    expected = expit(columns @ weights)[None]
    information: np.ndarray = _information(columns, expected, penalties)[0]
    return information


def ridge_linear(
    design: Float[np.ndarray, "patients terms"],
    outcome: Float[np.ndarray, " patients"],
    penalties: Sequence[float],
) -> Float[np.ndarray, "penalties terms_and_one"]:
    """Return the weights of penalised least squares, one row per penalty, exactly.

    Minimises `|outcome - intercept - design @ weights|^2 + penalty * |weights|^2` from
    one singular value decomposition for all penalties. The intercept comes first.

    Args:
        design: Comparable columns, each of mean 0.
        outcome: Any numbers.
        penalties: 0 gives least squares, the shortest solution if there are many.

    Raises:
        InvalidChoice: A penalty is below 0.

    Reference:
        Hoerl & Kennard, Technometrics 1970;12:55, doi:10.1080/00401706.1970.10488634.
    """
    if min(penalties) < 0:
        raise InvalidChoice(f"penalty = {min(penalties):g}: must be 0 or larger.")
    left, size, right = np.linalg.svd(design, full_matrices=False)
    kept = size > 1e-10 * size.max(initial=1e-300)
    shares = np.where(kept, left.T @ (outcome - outcome.mean()), 0.0)
    found = [
        right.T @ (shares * size / np.where(kept, size**2 + penalty, 1.0))
        for penalty in penalties
    ]
    intercepts = np.full((len(penalties), 1), outcome.mean())
    return np.hstack([intercepts, np.reshape(found, (len(penalties), -1))])


def _penalties(strengths: Sequence[float], terms: int) -> np.ndarray:
    for strength in strengths:
        if not strength > 0:
            raise InvalidChoice(f"C = {strength:g}: must be above 0.")
    rows = 1.0 / np.array(strengths, dtype=float)[:, None]
    return np.hstack([np.zeros_like(rows), np.repeat(rows, terms, axis=1)])


def _newton_step(
    columns: np.ndarray,
    outcome: np.ndarray,
    penalties: np.ndarray,
    weights: np.ndarray,
    score: np.ndarray,
) -> np.ndarray:
    expected = expit(score)
    missed = (columns.T @ (outcome - expected)[:, :, None])[:, :, 0]
    gradient = missed - penalties * weights
    information = _information(columns, expected, penalties)
    step: np.ndarray = np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
    longest = np.abs(step).max(axis=1, keepdims=True)
    step *= np.where(longest > LONGEST_STEP, LONGEST_STEP / np.maximum(longest, 1), 1.0)
    return step


def _information(
    columns: np.ndarray, expected: np.ndarray, penalties: np.ndarray
) -> np.ndarray:
    spread = (expected * (1 - expected))[:, None, :]
    information: np.ndarray = (columns.T * spread) @ columns
    information += penalties[:, :, None] * np.eye(penalties.shape[1])
    return information
