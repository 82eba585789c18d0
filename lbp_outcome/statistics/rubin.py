"""One result from several completed copies of a data set with missing values."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.stats import t as student

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.estimate import Interval
from lbp_outcome.statistics.inputs import finite


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """A quantity pooled over imputations, and how much the missing values cost.

    Attributes:
        estimate: Mean over the imputations.
        within: Variance that complete data would have had too.
        between: Variance between the imputations.
        df: Degrees of freedom; infinite when the imputations agree exactly and the
            complete data set no limit.
        level: Confidence level of the interval.
    """

    estimate: float
    within: float
    between: float
    imputations: int
    df: float
    level: float

    @property
    def total(self) -> float:
        """Total variance; its root is the standard error."""
        return self.within + (1 + 1 / self.imputations) * self.between

    @property
    def share_due_to_missing(self) -> float:
        """Share of the total variance that the missing values cause (lambda)."""
        return (1 + 1 / self.imputations) * self.between / self.total

    @property
    def missing_information(self) -> float:
        """Fraction of missing information, adjusted for few imputations."""
        increase = (1 + 1 / self.imputations) * self.between / self.within
        return (increase + 2 / (self.df + 3)) / (increase + 1)

    @property
    def interval(self) -> Interval:
        """Estimate with its confidence interval."""
        half = float(student.ppf((1 + self.level) / 2, self.df)) * self.total**0.5
        return Interval(self.estimate, self.estimate - half, self.estimate + half)


def pool(
    estimates: Float[np.ndarray, " imputations"],
    variances: Float[np.ndarray, " imputations"],
    *,
    complete_df: float = math.inf,
    level: float = 0.95,
) -> Pooled:
    """Pool one quantity over imputed data sets by Rubin's rules.

    Expects a quantity that is roughly normal: pool the log-odds of an AUC, not the
    AUC. Never average the imputed data sets themselves.

    >>> pooled = pool(np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    >>> pooled.estimate, pooled.total
    (2.0, 4.0)

    Args:
        estimates: The estimate in each imputed data set.
        variances: Its squared standard error in each.
        complete_df: Degrees of freedom if nothing were missing.
        level: Confidence level of the interval.

    Raises:
        NotMeasurable: Fewer than two imputations.
        InvalidChoice: A number is missing, or a variance is not above 0.

    Reference: Rubin 1987, doi:10.1002/9780470316696; degrees of freedom by Barnard
    and Rubin 1999, doi:10.1093/biomet/86.4.948.
    """
    imputations = len(estimates)
    if imputations < 2:
        raise NotMeasurable("one imputation cannot show what missing values cost")
    if (finite(variances) <= 0).any():
        raise InvalidChoice("Every imputed estimate needs a variance above 0.")
    within, between = float(variances.mean()), float(finite(estimates).var(ddof=1))
    return Pooled(
        estimate=float(estimates.mean()),
        within=within,
        between=between,
        imputations=imputations,
        df=_degrees_of_freedom(within, between, imputations, complete_df),
        level=level,
    )


def _degrees_of_freedom(
    within: float, between: float, imputations: int, complete_df: float
) -> float:
    added = (1 + 1 / imputations) * between
    share = added / (within + added)
    rubin = (imputations - 1) / share**2 if share > 0 else math.inf
    if math.isinf(complete_df):
        return rubin
    observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
    return 1 / (1 / rubin + 1 / observed)
