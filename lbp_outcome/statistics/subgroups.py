"""Whether a model serves women and men, young and old, and every hospital alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float, Int

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.bootstrap import Draws, Weights
from lbp_outcome.statistics.brier import weighted_brier
from lbp_outcome.statistics.calibration import SEPARATED, weighted_calibration_intercept
from lbp_outcome.statistics.discrimination import weighted_auc_within_folds
from lbp_outcome.statistics.estimate import Estimate, Interval
from lbp_outcome.statistics.inputs import PerPatient, binary, finite, probabilities
from lbp_outcome.statistics.out_of_fold import (
    OutOfFold,
    RepeatMetric,
    regardless_of_fold,
)

Bootstrap = Callable[..., Interval]

FEWEST = 10
"""Patients with, and without, the outcome below which a subgroup shows nothing."""

BRIER = regardless_of_fold(weighted_brier)
INTERCEPT = regardless_of_fold(weighted_calibration_intercept)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgroupPerformance:
    """How well a model predicts in one group of patients.

    Attributes:
        group: Name of the group.
        patients: How many patients.
        events: How many of them had the outcome.
        auc: AUC over pairs of patients of this group predicted by the same model.
        auc_difference: AUC of this group minus that of all other patients.
        calibration_intercept: 0 is ideal, above 0 predictions are too low on average.
        brier: Brier score; depends on the base rate, so groups do not compare.
    """

    group: str
    patients: int
    events: int
    auc: Estimate
    auc_difference: Estimate
    calibration_intercept: Estimate
    brier: Estimate


def subgroup_performance(
    found: OutOfFold,
    groups: Sequence[str],
    *,
    fewest: int = FEWEST,
    replicates: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[SubgroupPerformance, ...]:
    """Evaluate out-of-fold predictions in each group of patients.

    With many groups some differ by chance alone: read the intervals, and do not read
    a wide interval around no difference as fairness.

    Args:
        found: Out-of-fold predictions of a yes-or-no outcome.
        groups: Group of each patient, in the order of `found.patients`; give missing
            ones a name of their own.
        fewest: Patients with, and without, the outcome that a group needs.
        replicates: Resamples of the patients.
        seed: Makes the intervals repeatable.
        level: Confidence level.

    Raises:
        InvalidChoice: Not one named group per patient, an outcome other than 0 and 1,
            or a prediction that is not a probability.

    Reference: TRIPOD+AI items 14 and 23, doi:10.1136/bmj-2023-078378.
    """
    binary(found.outcome)
    probabilities(found.predicted)
    label = np.asarray(groups)
    if len(label) != len(found.patients) or (label == "").any():
        raise InvalidChoice(
            f"{len(found.patients)} patients need as many named groups, not "
            f"{(label != '').sum()}; name those without one, say 'not recorded'."
        )
    bootstrap = partial(
        OutOfFold.interval, replicates=replicates, seed=seed, level=level
    )
    return tuple(
        _evaluate(found, label == name, str(name), fewest, bootstrap)
        for name in np.unique(label)
    )


def bands(
    values: PerPatient, cuts: Float[np.ndarray, " cuts"], unit: str
) -> tuple[str, ...]:
    """Name the band of each value, say of age; each cut belongs to the band above it.

    >>> bands(np.array([44.0, 65.0, 80.0]), np.array([50.0, 65.0, 80.0]), "years")
    ('below 50 years', '65 to 80 years', '80 years and over')

    Raises:
        InvalidChoice: A value is missing, or the cuts do not increase.
    """
    if len(cuts) == 0 or (np.diff(cuts) <= 0).any():
        raise InvalidChoice("The cuts between bands must increase, and be one or more.")
    names = [
        f"below {cuts[0]:g} {unit}",
        *(f"{a:g} to {b:g} {unit}" for a, b in pairwise(cuts)),
        f"{cuts[-1]:g} {unit} and over",
    ]
    band = np.searchsorted(cuts, finite(values), side="right")
    return tuple(names[number] for number in band)


def _evaluate(
    found: OutOfFold,
    member: Bool[np.ndarray, " patients"],
    name: str,
    fewest: int,
    bootstrap: Bootstrap,
) -> SubgroupPerformance:
    group = _of(found, member)

    def estimate(metric: RepeatMetric, undefined: str) -> Estimate:
        return Estimate.attempt(
            partial(_interval, group, metric, undefined, fewest, bootstrap)
        )

    no_pairs = "no fold holds patients of this group with and without the outcome"
    return SubgroupPerformance(
        group=name,
        patients=len(group.patients),
        events=int(group.outcome.sum()),
        auc=estimate(weighted_auc_within_folds, no_pairs),
        auc_difference=Estimate.attempt(
            partial(_auc_difference, found, member, fewest, bootstrap)
        ),
        calibration_intercept=estimate(INTERCEPT, SEPARATED),
        brier=estimate(BRIER, "the group is empty"),
    )


def _of(found: OutOfFold, member: Bool[np.ndarray, " patients"]) -> OutOfFold:
    rows = np.flatnonzero(member)
    return OutOfFold(
        patients=tuple(found.patients[row] for row in rows),
        outcome=found.outcome[rows],
        predicted=found.predicted[:, rows],
        fold=found.fold[:, rows],
    )


def _interval(
    group: OutOfFold,
    metric: RepeatMetric,
    undefined: str,
    fewest: int,
    bootstrap: Bootstrap,
) -> Interval:
    _require_enough(group.outcome, fewest)
    return bootstrap(group, metric, undefined=undefined)


def _auc_difference(
    found: OutOfFold,
    member: Bool[np.ndarray, " patients"],
    fewest: int,
    bootstrap: Bootstrap,
) -> Interval:
    _require_enough(found.outcome[member], fewest)
    if member.all():
        raise NotMeasurable("all patients are of this group")
    _require_enough(found.outcome[~member], fewest)

    def difference(
        outcome: PerPatient,
        predicted: PerPatient,
        fold: Int[np.ndarray, " patients"],
        weights: Weights,
    ) -> Draws:
        inside, outside = (
            weighted_auc_within_folds(outcome, predicted, fold, weights * side)
            for side in (member, ~member)
        )
        return np.asarray(inside - outside)

    return bootstrap(found, difference)


def _require_enough(outcome: PerPatient, fewest: int) -> None:
    events = int(outcome.sum())
    others = len(outcome) - events
    if min(events, others) < fewest:
        raise NotMeasurable(
            f"{events} patients with and {others} without the outcome are too few; "
            f"{fewest} of each are needed"
        )
