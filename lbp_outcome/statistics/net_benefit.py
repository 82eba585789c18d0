"""Net benefit: what acting on a prediction would gain, in units of true positives."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.statistics.bootstrap import Weights, band
from lbp_outcome.statistics.inputs import PerPatient, binary, probabilities

Thresholds = Float[np.ndarray, " thresholds"]

DOMAIN = np.linspace(0.40, 0.90, 51)
"""Predictions of success between which people plausibly draw the line."""


@dataclass(frozen=True, eq=False, kw_only=True)
class DecisionCurve:
    """Net benefit of acting on a model's predictions, at each threshold.

    Attributes:
        thresholds: Probability from which on one would act.
        model: Net benefit of acting where the prediction reaches the threshold.
        low: Lower bound, from resampled patients.
        high: Upper bound.
        everyone: Net benefit of acting in everyone; in no one it is 0.
    """

    thresholds: Float[np.ndarray, " thresholds"]
    model: Float[np.ndarray, " thresholds"]
    low: Float[np.ndarray, " thresholds"]
    high: Float[np.ndarray, " thresholds"]
    everyone: Float[np.ndarray, " thresholds"]


def net_benefit(
    outcome: PerPatient, probability: PerPatient, thresholds: Thresholds
) -> Thresholds:
    """Net benefit of acting wherever the prediction reaches the threshold.

    True positives minus false positives per patient, a false positive weighing
    threshold / (1 - threshold) of a true one. Expects calibrated probabilities, not
    ranks: a badly calibrated model can be worse than no model.

    Raises:
        InvalidChoice: A threshold is not below 1, or is negative.

    Reference: Vickers and Elkin 2006, doi:10.1177/0272989X06295361.
    """
    everyone = np.ones((1, len(outcome)))
    checked = binary(outcome), probabilities(probability)
    return np.asarray(weighted_net_benefit(*checked, thresholds, everyone)[0])


def net_benefit_of_everyone(outcome: PerPatient, thresholds: Thresholds) -> Thresholds:
    """Net benefit of acting in every patient, whatever the prediction."""
    return net_benefit(outcome, np.ones(len(outcome)), thresholds)


def decision_curve(
    outcome: PerPatient,
    probability: PerPatient,
    *,
    patients: Sequence[str],
    thresholds: Thresholds = DOMAIN,
    replicates: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> DecisionCurve:
    """Net benefit at many thresholds with a band from resampled patients.

    Rows of one patient (repeats of a cross-validation) are drawn together; the net
    benefit is then the mean over the repeats.
    """
    checked = binary(outcome), probabilities(probability)
    low, high = band(
        partial(weighted_net_benefit, *checked, thresholds),
        patients,
        replicates=replicates,
        seed=seed,
        level=level,
    )
    return DecisionCurve(
        thresholds=thresholds,
        model=net_benefit(outcome, probability, thresholds),
        low=low,
        high=high,
        everyone=net_benefit_of_everyone(outcome, thresholds),
    )


def weighted_net_benefit(
    outcome: PerPatient,
    probability: PerPatient,
    thresholds: Thresholds,
    weights: Weights,
) -> Float[np.ndarray, "replicates thresholds"]:
    """Net benefit for each row of weights, at all thresholds from one sort."""
    if not ((thresholds >= 0) & (thresholds < 1)).all():
        raise InvalidChoice(
            "Thresholds of net benefit lie from 0 to below 1; at 1 a false positive "
            "would weigh infinitely much."
        )
    order = np.argsort(probability)
    first = np.searchsorted(probability[order], thresholds, side="left")
    events = _at_or_above(first, weights[:, order] * outcome[order])
    acted = _at_or_above(first, weights[:, order])
    price = thresholds / (1 - thresholds)
    net = events - (acted - events) * price
    return np.asarray(net / weights.sum(axis=1, keepdims=True))


def _at_or_above(
    first: np.ndarray, counts: Weights
) -> Float[np.ndarray, "replicates thresholds"]:
    """Sum the sorted counts from `first` to the end."""
    from_top = np.cumsum(counts[:, ::-1], axis=1)[:, ::-1]
    nobody = np.zeros((len(counts), 1))
    return np.hstack((from_top, nobody))[:, first]
