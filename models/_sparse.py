"""Elastic-net logistic regression: shrinks weights, and most of them to nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float
from scipy.special import expit

from lbp_outcome.errors import InvalidChoice

MAX_STEPS = 10_000
TOLERANCE = 1e-9


def sparse_logistic(
    design: Float[np.ndarray, "patients terms"],
    outcome: Float[np.ndarray, " patients"],
    strengths: Sequence[float],
    lasso_share: float,
) -> Float[np.ndarray, "strengths terms_and_one"]:
    """Return the weights of the elastic net, one row per strength; many are exactly 0.

    Minimises `C * (negative log-likelihood) + share * sum|w| + (1 - share) * |w|^2 / 2`
    as scikit-learn's `LogisticRegression(C=C, l1_ratio=share)` does, by accelerated
    proximal gradient steps that start again when they turn uphill. The intercept comes
    first and is not penalised. A strength has the same weights, to the last bit,
    whichever others stand beside it.

    Args:
        design: Comparable (standardised) columns, each of mean 0.
        outcome: 1 or 0; both occur.
        strengths: C, the trust in the data; small values empty the model.
        lasso_share: 0 is ridge, which selects nothing; 1 is the lasso, which picks one
            of several predictors that say the same.

    Raises:
        InvalidChoice: A strength is not above 0 or too large to converge, or the share
            is above 1.

    Reference:
        Zou & Hastie, J R Stat Soc B 2005;67:301,
        doi:10.1111/j.1467-9868.2005.00503.x; the steps: Beck & Teboulle, SIAM J
        Imaging Sci 2009;2:183, doi:10.1137/080716542; starting again: O'Donoghue &
        Candes, Found Comput Math 2015;15:715, doi:10.1007/s10208-013-9150-3.
    """
    _check(strengths, lasso_share)
    columns = np.column_stack([np.ones(len(design)), design])
    problem = _Problem(columns, outcome, np.array(strengths)[:, None], lasso_share)
    weights = np.zeros((len(strengths), columns.shape[1]))
    ahead, pace = weights.copy(), np.ones((len(strengths), 1))
    active = np.arange(len(strengths))
    for _ in range(MAX_STEPS):
        start = ahead[active]
        there = problem.downhill(start, active)
        ahead[active], pace[active] = _look_ahead(
            start, weights[active], there, pace[active]
        )
        weights[active] = there
        active = active[np.abs(start - there).max(axis=1) > TOLERANCE]
        if active.size == 0:
            return weights
    largest = max(strengths[int(row)] for row in active)
    raise InvalidChoice(f"C = {largest:g} is too large for these patients; lower it.")


@dataclass(frozen=True, eq=False)
class _Problem:
    """The penalised likelihoods of regressions that differ in their strength only."""

    columns: np.ndarray
    outcome: np.ndarray
    strengths: np.ndarray
    lasso_share: float

    def downhill(self, weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return where one step leads that is short enough never to overshoot."""
        penalised = np.arange(weights.shape[1]) > 0  # all but the intercept
        ridge = (1 - self.lasso_share) * penalised
        strength = self.strengths[rows]
        length = 1.0 / (strength * self.steepest + 1 - self.lasso_share)
        slope = strength * self._slope(weights) + ridge * weights
        return _shrink(weights - length * slope, length * self.lasso_share * penalised)

    @cached_property
    def steepest(self) -> float:
        """Largest curvature of the negative log-likelihood."""
        return float(np.linalg.norm(self.columns, 2) ** 2 / 4)

    def _slope(self, weights: np.ndarray) -> np.ndarray:
        # Stacks of matrices, not one large product: no row depends on its company.
        expected = expit((self.columns @ weights[:, :, None])[:, :, 0])
        missed = (expected - self.outcome)[:, :, None]
        slope: np.ndarray = (self.columns.T @ missed)[:, :, 0]
        return slope


def _look_ahead(
    start: np.ndarray, here: np.ndarray, there: np.ndarray, pace: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return where the next step starts, and the pace after it."""
    move = there - here
    faster = (1 + np.sqrt(1 + 4 * pace**2)) / 2
    uphill = ((start - there) * move).sum(axis=1, keepdims=True) > 0
    push = np.where(uphill, 0.0, (pace - 1) / faster)
    return there + push * move, np.where(uphill, 1.0, faster)


def _check(strengths: Sequence[float], lasso_share: float) -> None:
    for strength in strengths:
        if not strength > 0:
            raise InvalidChoice(f"C = {strength:g}: must be above 0.")
    if not 0 <= lasso_share <= 1:
        raise InvalidChoice(f"lasso_share = {lasso_share:g}: must be from 0 to 1.")


def _shrink(weights: np.ndarray, by: np.ndarray) -> np.ndarray:
    shrunk: np.ndarray = np.sign(weights) * np.maximum(np.abs(weights) - by, 0.0)
    return shrunk
