"""Between which values the outcome of a patient will lie, at a stated error rate."""

import math

import numpy as np
from jaxtyping import Float, Int

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.conformal_sets import rows_of_models
from lbp_outcome.statistics.inputs import PerPatient, finite


def conformal_intervals(
    outcome: PerPatient,
    predicted: PerPatient,
    *,
    new: Float[np.ndarray, "models new"],
    fold: Int[np.ndarray, " patients"] | None = None,
    level: float = 0.9,
) -> Float[np.ndarray, "new 2"]:
    """Lower and upper bound that hold a new patient's outcome in a share `level`.

    With `fold` this is the CV+ interval (jackknife+ when each fold is one patient),
    without it the split-conformal interval. They hold for a patient, not for a mean,
    and so hardly narrow as a cohort grows.

    The guarantee is exact for one model that never saw the calibration patients. For
    CV+ it is some 2 x `level` - 1, and `level` in practice. It holds over all
    patients together, not in every subgroup, and not in another hospital.

    Args:
        outcome: Outcome of the calibration patients.
        predicted: Their predictions, by models that never saw them, in the same unit.
        new: Predictions of the new patients, one row per model.
        fold: Row of `new` made by the model that predicted each calibration patient;
            all the first row when left out.
        level: Share of new patients whose outcome lies between the bounds.

    Raises:
        NotMeasurable: So few patients that the bounds would be infinite.

    Reference: Barber et al. 2021, doi:10.1214/20-AOS1965.
    """
    patients = len(outcome)
    rank = math.ceil(level * (patients + 1) - 1e-9)
    if not 1 <= rank <= patients:
        raise NotMeasurable(
            f"{patients} patients are too few for an interval at level {level:g}; "
            f"{math.ceil(level / (1 - level) - 1e-9)} are needed"
        )
    model = rows_of_models(fold, patients, len(new))
    error = np.abs(finite(outcome) - finite(predicted))[:, None]
    centre = finite(new)[model]
    low = np.partition(centre - error, patients - rank, axis=0)[patients - rank]
    high = np.partition(centre + error, rank - 1, axis=0)[rank - 1]
    return np.column_stack((low, high))
