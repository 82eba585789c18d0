"""Everything a study reports about how well one model predicts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float, Int

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.base_rate import tells_nobody_apart
from lbp_outcome.statistics.brier import weighted_brier, weighted_scaled_brier
from lbp_outcome.statistics.calibration import (
    SEPARATED,
    is_constant,
    weighted_calibration_intercept,
    weighted_calibration_slope,
)
from lbp_outcome.statistics.comparison import (
    Difference,
    require_reference,
)
from lbp_outcome.statistics.discrimination import (
    delong_interval,
    delong_test,
    interval_of_perfect_ranking,
    weighted_auc_within_folds,
)
from lbp_outcome.statistics.estimate import Estimate, Interval
from lbp_outcome.statistics.gain import estimated_gain
from lbp_outcome.statistics.ici import weighted_ici
from lbp_outcome.statistics.inputs import both_outcomes, probabilities
from lbp_outcome.statistics.out_of_fold import OutOfFold, regardless_of_fold
from lbp_outcome.statistics.precision_recall import weighted_average_precision

Rows = Float[np.ndarray, " rows"]
RowNumbers = Int[np.ndarray, " rows"]
Bootstrap = Callable[..., Interval]

AVERAGE_PRECISION = regardless_of_fold(weighted_average_precision)
BRIER = regardless_of_fold(weighted_brier)
SCALED_BRIER = regardless_of_fold(weighted_scaled_brier)
SLOPE = regardless_of_fold(weighted_calibration_slope)
INTERCEPT = regardless_of_fold(weighted_calibration_intercept)
ICI = regardless_of_fold(weighted_ici)
NO_CURVE = "predictions hardly differ, or separate the outcomes completely"
BASE_RATE = "the model gives every patient of a fold the same probability"


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """How well one model predicts a yes-or-no outcome in patients it never saw.

    Each is the mean over the repeats of the cross-validation, with an interval over
    resampled patients (DeLong's for `auc_pooled`).

    Attributes:
        patients: How many patients.
        events: How many of them had the outcome.
        auc: AUC over pairs predicted by the same fitted model: the headline.
        auc_pooled: AUC over all pairs, for comparison with other papers; biased
            downwards, see `auc_within_folds`.
        average_precision: Mean precision as each patient with the outcome is found;
            chance scores the share with the outcome. Over all pairs, as `auc_pooled`.
        brier: Brier score, 0 is perfect.
        scaled_brier: Share of the base rate's Brier score that is removed.
        calibration_slope: 1 is ideal, below 1 predictions are too extreme.
        calibration_intercept: 0 is ideal, above 0 predictions are too low on average.
        ici: Mean distance of the predictions from the smooth calibration curve
            (integrated calibration index) [probability, 0 to 1]. Never negative: chance
            alone keeps it, and its interval, above 0.
    """

    patients: int
    events: int
    auc: Estimate
    auc_pooled: Estimate
    average_precision: Estimate
    brier: Estimate
    scaled_brier: Estimate
    calibration_slope: Estimate
    calibration_intercept: Estimate
    ici: Estimate


def performance(
    outcome: Rows,
    probability: Rows,
    *,
    fold: RowNumbers,
    repeat: RowNumbers,
    patients: Sequence[str],
    replicates: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> Performance:
    """Evaluate the out-of-fold predictions of one model.

    Args:
        outcome: 1 for the outcome, 0 for none; one row per patient and repeat.
        probability: Predicted probability of the outcome.
        fold: Fold that held the patient out.
        repeat: Repeat of the cross-validation.
        patients: Pseudonym of each row.
        replicates: Resamples of the patients.
        seed: Makes the intervals repeatable.
        level: Confidence level.

    Raises:
        InvalidChoice: The rows are not complete repeats of one cross-validation, or
            hold anything but 0/1 outcomes and probabilities.
    """
    found = _binary(outcome, probability, fold, repeat, patients)
    resampled = partial(found.interval, replicates=replicates, seed=seed, level=level)
    pooled = partial(delong_interval, found.outcome, found.predicted, level)
    return Performance(
        patients=len(found.patients),
        events=int(found.outcome.sum()),
        auc=Estimate.attempt(partial(_auc, found, resampled, level)),
        auc_pooled=Estimate.attempt(pooled),
        average_precision=Estimate.attempt(partial(resampled, AVERAGE_PRECISION)),
        brier=Estimate.attempt(partial(resampled, BRIER)),
        scaled_brier=Estimate.attempt(partial(resampled, SCALED_BRIER)),
        calibration_slope=Estimate.attempt(partial(_slope, found, resampled)),
        calibration_intercept=Estimate.attempt(partial(_intercept, resampled)),
        ici=Estimate.attempt(partial(_ici, found, resampled)),
    )


def compare(
    outcome: Rows,
    probability: Mapping[str, Rows],
    *,
    reference: str,
    fold: RowNumbers,
    repeat: RowNumbers,
    patients: Sequence[str],
    replicates: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[Difference, ...]:
    """Compare every model with the reference model on the same resampled patients.

    Args:
        outcome: 1 for the outcome, 0 for none; one row per patient and repeat.
        probability: Predicted probabilities by model, each in the order of `outcome`.
        reference: Name of the model that the others are compared with.
        fold: Fold that held the patient out.
        repeat: Repeat of the cross-validation.
        patients: Pseudonym of each row.
        replicates: Resamples of the patients.
        seed: Makes the intervals repeatable.
        level: Confidence level.

    Raises:
        UnknownName: The reference is none of the models.
        InvalidChoice: As for `performance`.
    """
    require_reference(reference, probability)
    found = {
        name: _binary(outcome, predicted, fold, repeat, patients)
        for name, predicted in probability.items()
    }
    against = partial(
        estimated_gain,
        found[reference],
        replicates=replicates,
        seed=seed,
        level=level,
    )
    return tuple(
        Difference(
            model=name,
            reference=reference,
            auc=against(model, weighted_auc_within_folds),
            brier=against(model, BRIER),
            p_value=_p_value(model, found[reference]),
        )
        for name, model in found.items()
        if name != reference
    )


def _binary(
    outcome: Rows,
    probability: Rows,
    fold: RowNumbers,
    repeat: RowNumbers,
    patients: Sequence[str],
) -> OutOfFold:
    found = OutOfFold.from_rows(
        outcome,
        probabilities(probability),
        fold=fold,
        repeat=repeat,
        patients=patients,
    )
    try:
        both_outcomes(found.outcome)
    except NotMeasurable as refusal:
        raise InvalidChoice(f"Nothing can be evaluated: {refusal}.") from refusal
    return found


def _p_value(model: OutOfFold, reference: OutOfFold) -> float | None:
    try:
        test = delong_test(model.outcome, model.predicted, reference.predicted)
    except NotMeasurable:
        return None
    return test.p


def _auc(found: OutOfFold, resampled: Bootstrap, level: float) -> Interval:
    no_pairs = "no fold holds patients with and without the outcome"
    area: Interval = resampled(weighted_auc_within_folds, undefined=no_pairs)
    if area.estimate not in (0.0, 1.0):
        return area
    events = int(found.outcome.sum())
    others = len(found.outcome) - events
    return interval_of_perfect_ranking(area.estimate, events, others, level)


def _slope(found: OutOfFold, resampled: Bootstrap) -> Interval:
    if tells_nobody_apart(found, is_constant):
        raise NotMeasurable(BASE_RATE)
    return resampled(SLOPE, undefined=SEPARATED)


def _intercept(resampled: Bootstrap) -> Interval:
    return resampled(INTERCEPT, undefined=SEPARATED)


def _ici(found: OutOfFold, resampled: Bootstrap) -> Interval:
    if tells_nobody_apart(found, is_constant):
        raise NotMeasurable(BASE_RATE)
    return resampled(ICI, undefined=NO_CURVE)
