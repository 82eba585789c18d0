"""Which of two models predicts the same patients better."""

from collections.abc import Iterable
from dataclasses import dataclass

from lbp_outcome.errors import InvalidChoice, UnknownName
from lbp_outcome.statistics.bootstrap import Draws, Weights, interval
from lbp_outcome.statistics.estimate import Estimate, Interval
from lbp_outcome.statistics.out_of_fold import OutOfFold, RepeatMetric


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How much better a model predicts a yes-or-no outcome than the reference model.

    Attributes:
        model: Name of the model.
        reference: Name of the model it is compared with.
        auc: AUC within folds of the model minus that of the reference; above 0
            favours the model.
        brier: Brier score of the model minus that of the reference; below 0 favours
            the model.
        p_value: DeLong's p value for the pooled AUCs; None where it cannot be had.
    """

    model: str
    reference: str
    auc: Estimate
    brier: Estimate
    p_value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinuousDifference:
    """How much better a model predicts a continuous outcome than the reference.

    Attributes:
        model: Name of the model.
        reference: Name of the model it is compared with.
        r2: Explained variance, model minus reference; above 0 favours the model.
        mae: Mean absolute error, model minus reference; below 0 favours the model.
    """

    model: str
    reference: str
    r2: Estimate
    mae: Estimate


def paired_difference(
    first: OutOfFold,
    second: OutOfFold,
    metric: RepeatMetric,
    *,
    replicates: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """Metric of the first model minus that of the second, on the same resamples.

    Each resample draws one set of patients for both models, so that what makes a
    patient hard to predict for both cancels out.

    Raises:
        InvalidChoice: The models did not predict the same patients and outcome.
        NotMeasurable: The metric is undefined for either model.
    """
    require_same_patients(first, second)
    of_first, of_second = first.averaged(metric), second.averaged(metric)

    def difference(weights: Weights) -> Draws:
        return of_first(weights) - of_second(weights)

    return interval(
        difference, first.patients, replicates=replicates, seed=seed, level=level
    )


def require_reference(reference: str, models: Iterable[str]) -> None:
    """Refuse a reference that is none of the models.

    Raises:
        UnknownName: The reference is none of the models; offers the nearest.
    """
    models = tuple(models)
    if reference not in models:
        raise UnknownName("model of this study", reference, models)


def require_same_patients(first: OutOfFold, second: OutOfFold) -> None:
    """Refuse to compare models that predicted other patients or outcomes.

    Raises:
        InvalidChoice: The models did not predict the same patients and outcome.
    """
    same = first.patients == second.patients
    if not same or (first.outcome != second.outcome).any():
        raise InvalidChoice(
            "Two models can only be compared on the same patients with the same "
            f"outcome; these predicted {len(first.patients)} and "
            f"{len(second.patients)} patients that differ in either."
        )
