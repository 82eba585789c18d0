"""The outcome that a model learns from: present, and yes or no."""

import numpy as np
from jaxtyping import Float

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.view import CohortView


def binary_outcome(train: CohortView) -> Float[np.ndarray, " patients"]:
    """Return the training outcome after checking that it can be learned from.

    Raises:
        InvalidChoice: There are no patients, an outcome is missing or is not 0 or 1,
            or all patients have the same one.
    """
    if train.outcome is None or len(train) == 0:
        raise InvalidChoice("There are no training patients with a known outcome.")
    values = set(np.unique(train.outcome))
    if not values <= {0.0, 1.0}:
        raise InvalidChoice(
            f"The outcome must be 0 or 1 for every training patient, not "
            f"{sorted(values - {0.0, 1.0})[0]:g}; choose a yes-or-no outcome and leave "
            f"out patients without one."
        )
    if len(values) == 1:
        raise InvalidChoice(
            f"All {len(train)} training patients have outcome {values.pop():g}; there "
            f"is nothing to tell apart. Use fewer folds or more patients."
        )
    return train.outcome
