"""How much the prediction for one patient depends on who else was in the cohort."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.inputs import PerPatient, finite


@dataclass(frozen=True, eq=False, kw_only=True)
class PredictionStability:
    """How far models of other patients move a patient's prediction.

    All in the unit of the predictions.

    Attributes:
        centre: Prediction that the others are compared with.
        instability: Mean absolute difference from it, for each patient.
        low: Lower bound of the range that holds a share `level` of the predictions.
        high: Upper bound.
    """

    centre: PerPatient
    instability: PerPatient
    low: PerPatient
    high: PerPatient

    @property
    def average(self) -> float:
        """Mean absolute difference over all patients."""
        return float(self.instability.mean())

    @property
    def worst(self) -> float:
        """Largest mean absolute difference of any patient."""
        return float(self.instability.max())


def prediction_stability(
    predicted: Float[np.ndarray, "models patients"],
    *,
    original: PerPatient | None = None,
    level: float = 0.95,
) -> PredictionStability:
    """Compare predictions of the same patients by models of other training sets.

    Give the models fitted on bootstrap resamples and the `original` model, as the
    paper does. Without one, say for the repeats of a cross-validation, predictions
    are compared with their mean over the models; they share most training patients
    and so differ less than models of other cohorts would.

    Args:
        predicted: Predictions, one row per model.
        original: Predictions by the model fitted on all patients.
        level: Share of the models between `low` and `high`.

    Raises:
        NotMeasurable: Fewer than two models.
        InvalidChoice: A prediction is missing.

    Reference: Riley and Collins 2023, doi:10.1002/bimj.202200302.
    """
    if len(predicted) < 2:
        raise NotMeasurable("one model cannot show whether others would say the same")
    centre = finite(predicted).mean(axis=0) if original is None else finite(original)
    low, high = np.quantile(predicted, ((1 - level) / 2, (1 + level) / 2), axis=0)
    return PredictionStability(
        centre=centre,
        instability=np.abs(predicted - centre).mean(axis=0),
        low=low,
        high=high,
    )


def classification_instability(
    predicted: Float[np.ndarray, "models patients"],
    original: PerPatient,
    threshold: float,
) -> PerPatient:
    """Share of the models that put each patient on the other side of a threshold.

    >>> classification_instability(
    ...     np.array([[0.4, 0.9], [0.6, 0.8]]), np.array([0.45, 0.85]), 0.5
    ... ).tolist()
    [0.5, 0.0]

    Reference: Riley and Collins 2023, doi:10.1002/bimj.202200302.
    """
    other_side = (finite(predicted) >= threshold) != (finite(original) >= threshold)
    return np.asarray(other_side.mean(axis=0))
