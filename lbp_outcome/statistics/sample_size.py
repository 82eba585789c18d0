"""How much a cohort of a given size can carry and show."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from lbp_outcome.errors import InvalidChoice

OPTIMISM = 0.05
"""Largest acceptable optimism of Nagelkerke's R2 in Riley's second criterion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredN:
    """Patients that a new prediction model needs, by Riley's three criteria.

    Attributes:
        overfitting: For effects shrunken by a tenth at most (criterion 1).
        optimism: For at most 0.05 optimism in explained variation (criterion 2).
        overall_risk: For the share with the outcome to +/- 0.05 (criterion 3).
    """

    overfitting: float
    optimism: float
    overall_risk: float

    @property
    def patients(self) -> int:
        """The largest of the three, as a whole number of patients."""
        return math.ceil(max(self.overfitting, self.optimism, self.overall_risk))


def required_n(
    parameters: int,
    *,
    prevalence: float,
    auc: float | None = None,
    r2: float | None = None,
    shrinkage: float = 0.9,
    margin: float = 0.05,
) -> RequiredN:
    """Patients needed to develop a model with so many parameters.

    >>> required_n(24, prevalence=0.174, r2=0.288).patients
    662

    Args:
        parameters: Candidate parameters, including those that selection will drop.
        prevalence: Expected share of patients with the outcome.
        auc: Expected AUC, taken from published models; or give `r2`.
        r2: Expected Cox-Snell R2.
        shrinkage: Least acceptable shrinkage of effects.
        margin: Acceptable error of the overall risk.

    Raises:
        InvalidChoice: A number is out of range, or not exactly one of auc and r2 is
            given.

    Reference: Riley et al. 2020, doi:10.1136/bmj.m441.
    """
    if (auc is None) == (r2 is None):
        raise InvalidChoice("Give either the expected AUC or the expected R2.")
    r2 = cox_snell_r2(auc, prevalence) if auc is not None else float(r2 or 0)
    largest = largest_r2(prevalence)
    return RequiredN(
        overfitting=parameters * patients_per_parameter(r2, shrinkage),
        optimism=parameters
        * patients_per_parameter(r2, r2 / (r2 + OPTIMISM * largest)),
        overall_risk=(float(ndtri(0.975)) / margin) ** 2
        * prevalence
        * (1 - prevalence),
    )


def parameters_supported(
    n: int, *, auc: float, prevalence: float, shrinkage: float = 0.9
) -> float:
    """How many model parameters so many patients can carry without overfitting.

    >>> round(parameters_supported(160, auc=0.70, prevalence=0.68), 1)
    2.0

    Reference: Riley et al. 2020, doi:10.1136/bmj.m441 (criterion 1).
    """
    return n / patients_per_parameter(cox_snell_r2(auc, prevalence), shrinkage)


def patients_per_parameter(r2: float, shrinkage: float = 0.9) -> float:
    """Patients per parameter that keep the expected shrinkage of effects.

    Raises:
        InvalidChoice: The shrinkage is not between R2 and 1.
    """
    if not 0 < r2 < shrinkage < 1:
        raise InvalidChoice(
            f"The shrinkage must lie between R2 and 1, not {shrinkage:g} at R2 {r2:g}."
        )
    return 1 / ((shrinkage - 1) * math.log(1 - r2 / shrinkage))


def cox_snell_r2(auc: float, prevalence: float) -> float:
    """Explained variation (Cox-Snell R2) of a model with this AUC.

    Takes the model's score as normal with equal spread in patients with and without
    the outcome, as Riley et al. do; they simulate a large cohort, this integrates.

    >>> round(cox_snell_r2(0.70, 0.68), 2)
    0.11

    Raises:
        InvalidChoice: The AUC is not between 0.5 and 1, or the prevalence not
            between 0 and 1.

    Reference: Riley et al. 2021, doi:10.1002/sim.8806.
    """
    if not 0.5 < auc < 1:
        raise InvalidChoice(
            f"An expected AUC lies between 0.5 and 1, not {auc:g}: a model without "
            "discrimination supports no parameter at all."
        )
    gap = math.sqrt(2) * float(ndtri(auc))
    node, weight = np.polynomial.hermite_e.hermegauss(100)
    weight = weight / weight.sum()
    base = math.log(prevalence / (1 - prevalence)) if _is_share(prevalence) else 0.0
    of_events = base + gap * node + gap**2 / 2
    of_others = base + gap * node - gap**2 / 2
    with_model = -prevalence * (weight @ np.logaddexp(0, -of_events))
    with_model -= (1 - prevalence) * (weight @ np.logaddexp(0, of_others))
    return float(-np.expm1(2 * (_base_likelihood(prevalence) - with_model)))


def largest_r2(prevalence: float) -> float:
    """Cox-Snell R2 of a perfect model.

    >>> round(largest_r2(0.68), 3)
    0.715
    """
    return -math.expm1(2 * _base_likelihood(prevalence))


def hanley_mcneil_se(auc: float, events: int, others: int) -> float:
    """Standard error of an AUC in a cohort that is still to be recruited.

    >>> round(hanley_mcneil_se(0.70, events=109, others=51), 3)
    0.042

    Reference: Hanley and McNeil 1982, doi:10.1148/radiology.143.1.7063747.
    """
    of_two_events = auc / (2 - auc)
    of_two_others = 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc)
    variance += (events - 1) * (of_two_events - auc**2)
    variance += (others - 1) * (of_two_others - auc**2)
    return math.sqrt(variance / (events * others))


def _base_likelihood(prevalence: float) -> float:
    """Mean log-likelihood of giving everyone the base rate."""
    if not _is_share(prevalence):
        raise InvalidChoice(f"A prevalence lies between 0 and 1, not {prevalence:g}.")
    rest = 1 - prevalence
    return prevalence * math.log(prevalence) + rest * math.log(rest)


def _is_share(number: float) -> bool:
    return 0 < number < 1
