"""Brier score: mean squared distance between probability and outcome."""

from typing import NamedTuple

import numpy as np

from lbp_outcome.statistics.bootstrap import Draws, Weights
from lbp_outcome.statistics.inputs import (
    PerPatient,
    binary,
    both_outcomes,
    probabilities,
)


class BrierParts(NamedTuple):
    """Brier score = reliability - resolution + uncertainty.

    `reliability` is the harm of wrong probabilities, `resolution` the merit of telling
    patients apart, `uncertainty` what the base rate alone would score.
    """

    reliability: float
    resolution: float
    uncertainty: float


def brier(outcome: PerPatient, probability: PerPatient) -> float:
    """Return the Brier score: 0 is perfect, 0.25 is a coin toss.

    Depends on the base rate, so scores of different cohorts do not compare.

    >>> brier(np.array([1.0, 0.0]), np.array([1.0, 0.5]))
    0.125

    Reference: Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.
    """
    everyone = np.ones((1, len(outcome)))
    checked = binary(outcome), probabilities(probability)
    return float(weighted_brier(*checked, everyone)[0])


def scaled_brier(outcome: PerPatient, probability: PerPatient) -> float:
    """Share of the base rate's Brier score that the model removes.

    1 is perfect, 0 is no better than giving everyone the base rate of these patients,
    and less than 0 is worse than that. A cross-validated base rate falls just below 0,
    because it has to be learned.

    >>> scaled_brier(np.array([1.0, 0.0]), np.array([0.5, 0.5]))
    0.0

    Raises:
        NotMeasurable: All patients have the same outcome.

    Reference: Steyerberg et al. 2010, doi:10.1097/EDE.0b013e3181c30fb2.
    """
    everyone = np.ones((1, len(outcome)))
    checked = both_outcomes(outcome), probabilities(probability)
    return float(weighted_scaled_brier(*checked, everyone)[0])


def brier_parts(outcome: PerPatient, probability: PerPatient) -> BrierParts:
    """Split the Brier score over patients who were given the same probability.

    Reference: Murphy 1973, doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2.
    """
    given, group, sizes = np.unique(
        probabilities(probability), return_inverse=True, return_counts=True
    )
    rate = float(binary(outcome).mean())
    observed = np.bincount(group, weights=outcome) / sizes
    share = sizes / len(outcome)
    return BrierParts(
        reliability=float(share @ (given - observed) ** 2),
        resolution=float(share @ (observed - rate) ** 2),
        uncertainty=rate * (1 - rate),
    )


def weighted_brier(
    outcome: PerPatient, probability: PerPatient, weights: Weights
) -> Draws:
    """Brier score for each row of weights."""
    return np.asarray(weights @ (probability - outcome) ** 2 / weights.sum(axis=1))


def weighted_scaled_brier(
    outcome: PerPatient, probability: PerPatient, weights: Weights
) -> Draws:
    """Scaled Brier score for each row of weights; NaN where all outcomes are equal."""
    rate = weights @ outcome / weights.sum(axis=1)
    chance = rate * (1 - rate)
    found = 1 - weighted_brier(outcome, probability, weights) / np.where(
        chance > 0, chance, np.nan
    )
    return np.asarray(found)
