"""Whether a cohort can show that one model ranks patients better than another."""

import math
from collections.abc import Callable
from functools import partial

from scipy.special import ndtr, ndtri, owens_t

from lbp_outcome.errors import InvalidChoice

MOST = 10_000_000
"""Patients beyond which no cohort is sought."""


def power_of_auc_gain(
    patients: int,
    *,
    reference: float,
    auc: float,
    correlation: float,
    prevalence: float,
    significance: float = 0.05,
) -> float:
    """Chance that DeLong's paired test finds a gain in AUC that truly exists.

    Takes both scores as normal, with equal spread in patients with and without the
    outcome. Scores of models that share predictors correlate, and the more they do,
    the smaller a gain can be seen.

    >>> round(
    ...     power_of_auc_gain(
    ...         160, reference=0.70, auc=0.75, correlation=0.5, prevalence=0.68
    ...     ),
    ...     2,
    ... )
    0.21

    Args:
        patients: Patients with an outcome and both predictions.
        reference: AUC of the reference model.
        auc: AUC of the model that is to be better.
        correlation: Correlation of the two scores among patients with the same
            outcome. That of the two estimated areas is somewhat lower.
        prevalence: Share of patients with the outcome.
        significance: Two-sided significance level.

    Raises:
        InvalidChoice: A number is out of range.

    Reference: the exact variance of DeLong et al. 1988, doi:10.2307/2531595, under
    the binormal model of Obuchowski and McClish 1997,
    doi:10.1002/(SICI)1097-0258(19970715)16:13<1529::AID-SIM565>3.0.CO;2-H.
    """
    _refuse_impossible(reference, auc, correlation, prevalence)
    if min(prevalence, 1 - prevalence) * patients < 1:
        raise InvalidChoice(
            f"{patients} patients at a prevalence of {prevalence:g} hold nobody with, "
            "or nobody without, the outcome."
        )
    error = _error_of_gain(patients, reference, auc, correlation, prevalence)
    gain, critical = (auc - reference) / error, float(ndtri(1 - significance / 2))
    return float(ndtr(gain - critical) + ndtr(-gain - critical))


def patients_for_auc_gain(
    power: float = 0.8,
    *,
    reference: float,
    auc: float,
    correlation: float,
    prevalence: float,
    significance: float = 0.05,
) -> int:
    """Fewest patients with which a gain in AUC is found with this power.

    >>> patients_for_auc_gain(
    ...     reference=0.70, auc=0.75, correlation=0.5, prevalence=0.68
    ... )
    963

    Arguments as for `power_of_auc_gain`.

    Raises:
        InvalidChoice: A number is out of range, or the areas are (nearly) equal.
    """
    _refuse_impossible(reference, auc, correlation, prevalence)
    if not significance < power < 1:
        raise InvalidChoice(f"A power lies between {significance:g} and 1.")

    power_of = partial(
        power_of_auc_gain,
        reference=reference,
        auc=auc,
        correlation=correlation,
        prevalence=prevalence,
        significance=significance,
    )

    def enough(patients: int) -> bool:
        return power_of(patients) >= power

    few = math.ceil(1 / min(prevalence, 1 - prevalence)) + 1
    if not enough(MOST):
        raise InvalidChoice(
            f"No cohort can show a gain in AUC from {reference:g} to {auc:g}; state "
            "the smallest gain that would matter."
        )
    return _fewest(enough, few)


def _fewest(enough: Callable[[int], bool], few: int) -> int:
    if enough(few):
        return few
    many = few
    while not enough(many):
        few, many = many, 2 * many
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if enough(middle) else (middle, many)
    return many


def _error_of_gain(
    patients: int, reference: float, auc: float, correlation: float, prevalence: float
) -> float:
    size = prevalence * patients, (1 - prevalence) * patients
    variance = _covariance(reference, reference, 1.0, *size)
    variance += _covariance(auc, auc, 1.0, *size)
    variance -= 2 * _covariance(reference, auc, correlation, *size)
    return math.sqrt(max(variance, 1e-300))


def _covariance(
    first: float, second: float, correlation: float, events: float, others: float
) -> float:
    """Covariance of two estimated areas whose scores correlate."""
    one_patient_shared = _both(first, second, correlation / 2) - first * second
    both_shared = _both(first, second, correlation) - first * second
    shared = (events + others - 2) * one_patient_shared + both_shared
    return shared / (events * others)


def _both(first: float, second: float, correlation: float) -> float:
    """Chance that two normal variables fall below the quantiles `first` and `second`.

    Reference: Owen 1956, doi:10.1214/aoms/1177728074.
    """
    if correlation >= 1:
        return min(first, second)
    h, k = float(ndtri(first)), float(ndtri(second))
    root = math.sqrt(1 - correlation**2)
    if h == 0 or k == 0:  # an area of exactly 0.5; continuous, so a hair away will do
        h, k = h or 1e-12, k or 1e-12
    either = 0.0 if h * k > 0 else 0.5
    found = (first + second) / 2 - either
    found -= owens_t(h, (k / h - correlation) / root)
    found -= owens_t(k, (h / k - correlation) / root)
    return float(found)


def _refuse_impossible(
    reference: float, auc: float, correlation: float, prevalence: float
) -> None:
    if not (0 < reference < 1 and 0 < auc < 1):
        raise InvalidChoice(
            f"An AUC lies between 0 and 1, not {reference:g} and {auc:g}."
        )
    if not -1 < correlation < 1:
        raise InvalidChoice(f"A correlation lies between -1 and 1, not {correlation}.")
    if not 0 < prevalence < 1:
        raise InvalidChoice(f"A prevalence lies between 0 and 1, not {prevalence:g}.")
