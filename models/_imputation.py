"""Filling the gaps of a table from what else is known of the same patient."""

import warnings
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

Table = Float[np.ndarray, "patients predictors"]
Copies = Float[np.ndarray, "copies patients columns"]

ROUNDS = 10
"""How often every equation of the chain is drawn anew before a table is kept."""

PRIOR = 1.0
"""Precision of an equation's standardised weights around 0, in patients' worth."""

SHRINKAGE = 1e-3
"""Added to the variances: predictors that say the same can still stand together."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Imputation:
    """What is to be expected of a missing predictor, given those that are known.

    The mean and the covariance that the chained equations settled on. A chain of
    linear equations, gone round until nothing changes, ends at the expectation that
    follows from them; it is computed here at once. The outcome has no part in it.

    Attributes:
        centre: Mean of the known values of each predictor.
        spread: Standard deviation of the known values; 1 for a constant.
        mean: Mean after imputation [standard deviations].
        covariance: Covariance after imputation [standard deviations squared].
    """

    centre: Float[np.ndarray, " predictors"]
    spread: Float[np.ndarray, " predictors"]
    mean: Float[np.ndarray, " predictors"]
    covariance: Float[np.ndarray, "predictors predictors"]

    def fill(self, table: Table) -> Table:
        """Return the standardised table, each gap filled with its expectation."""
        standard = (table - self.centre) / self.spread
        return np.array([self._filled(row) for row in standard]).reshape(table.shape)

    def _filled(
        self, row: Float[np.ndarray, " predictors"]
    ) -> Float[np.ndarray, " predictors"]:
        gap = np.isnan(row)
        if not gap.any():
            return row
        known = ~gap
        among = self.covariance[np.ix_(known, known)]
        away = np.linalg.solve(among, (row - self.mean)[known])
        filled: np.ndarray = row.copy()
        filled[gap] = self.mean[gap] + self.covariance[np.ix_(gap, known)] @ away
        return filled


def impute(
    table: Table, outcome: Float[np.ndarray, " patients"], copies: int, seed: int
) -> tuple[Imputation, Copies]:
    """Draw complete tables by chained equations, and keep what they agree on.

    Each equation is a Bayesian linear regression whose weights are drawn once per
    table. scikit-learn's `IterativeImputer` draws every value by itself instead, as if
    each patient had an equation of their own, and its tables differ too little.
    The outcome stands among the explanatory columns, as it must: left out, every
    association with it would be drawn towards zero. A predictor that no patient has is
    zero throughout.

    Args:
        table: Predictors, NaN where missing.
        outcome: Of the same patients, known for all.
        copies: Number of complete tables; each differs in what it draws for the gaps.
        seed: Makes them repeatable.

    Returns:
        How to fill other patients' gaps, and the standardised complete tables.

    Reference:
        van Buuren & Groothuis-Oudshoorn, J Stat Softw 2011;45(3),
        doi:10.18637/jss.v045.i03; the outcome: Moons et al., J Clin Epidemiol
        2006;59:1092, doi:10.1016/j.jclinepi.2006.01.009.
    """
    centre, spread = _scale(table)
    standard = (table - centre) / spread
    tables = _chained(standard, outcome, copies, np.random.default_rng(seed))
    stacked = np.concatenate(tables)
    mean = stacked.mean(axis=0)
    away = stacked - mean
    covariance = away.T @ away / len(stacked) + SHRINKAGE * np.eye(len(mean))
    found = Imputation(centre=centre, spread=spread, mean=mean, covariance=covariance)
    return found, tables


def _scale(table: Table) -> tuple[np.ndarray, np.ndarray]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty|Degrees of", RuntimeWarning)
        centre = np.nan_to_num(np.nanmean(table, axis=0), nan=0.0)
        spread = np.nan_to_num(np.nanstd(table, axis=0), nan=0.0)
    # A constant's SD may come out as rounding error instead of zero.
    return centre, np.where(spread <= 1e-9 * np.abs(centre), 1.0, spread)


def _chained(
    standard: Table, outcome: np.ndarray, copies: int, chance: np.random.Generator
) -> Copies:
    gaps = np.isnan(standard)
    filled = np.repeat(np.where(gaps, 0.0, standard)[None], copies, axis=0)
    # Ones first, the outcome last: explanatory columns of every equation.
    ends = np.repeat(np.column_stack([np.ones(len(outcome)), outcome])[None], copies, 0)
    chain = np.concatenate([ends[:, :, :1], filled, ends[:, :, 1:]], axis=2)
    partly = np.nonzero(gaps.any(axis=0) & ~gaps.all(axis=0))[0]
    for _ in range(ROUNDS):
        for column in partly:
            missing = gaps[:, column]
            chain[:, missing, 1 + column] = _drawn(
                chain, 1 + int(column), missing, chance
            )
    return chain[:, :, 1:-1]


def _drawn(
    chain: Copies,
    column: int,
    missing: Bool[np.ndarray, " patients"],
    chance: np.random.Generator,
) -> Float[np.ndarray, "copies gaps"]:
    """Return values for the gaps of one column, drawn from its own equation."""
    explaining = np.delete(chain, column, axis=2)
    known, unknown = explaining[:, ~missing], explaining[:, missing]
    weights, noise = _equation(known, chain[:, ~missing, column], chance)
    expected = (unknown @ weights[:, :, None])[:, :, 0]
    drawn: np.ndarray = expected + noise[:, None] * chance.normal(size=expected.shape)
    return drawn


def _equation(
    explaining: Copies,
    explained: Float[np.ndarray, "copies patients"],
    chance: np.random.Generator,
) -> tuple[Float[np.ndarray, "copies columns"], Float[np.ndarray, " copies"]]:
    """Draw weights and residual SD of a linear regression, one per copy of the table.

    Conjugate: weights are normal given the residual variance, which is a scaled
    inverse chi-square (Gelman et al., Bayesian Data Analysis, section 14.8).
    """
    copies, patients, columns = explaining.shape
    prior = np.diag(np.r_[0.0, np.full(columns - 1, PRIOR)])
    precision = explaining.transpose(0, 2, 1) @ explaining + prior
    moment = (explaining.transpose(0, 2, 1) @ explained[:, :, None])[:, :, 0]
    best = np.linalg.solve(precision, moment[:, :, None])[:, :, 0]
    unexplained = (explained**2).sum(axis=1) - (best * moment).sum(axis=1)
    freedom = max(patients - 1, 1)
    noise = np.sqrt(np.maximum(unexplained, 0.0) / chance.chisquare(freedom, copies))
    root = np.linalg.cholesky(precision).transpose(0, 2, 1)
    wobble = np.linalg.solve(root, chance.normal(size=(copies, columns, 1)))[:, :, 0]
    return best + noise[:, None] * wobble, noise
