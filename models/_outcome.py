"""The outcome that a model learns from: present, and of the kind it can learn."""

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
    outcome = _known(train)
    values = set(np.unique(outcome))
    if not values <= {0.0, 1.0}:
        raise InvalidChoice(
            f"The outcome must be 0 or 1 for every training patient, not "
            f"{sorted(values - {0.0, 1.0})[0]:g}; choose a yes-or-no outcome and leave "
            f"out patients without one."
        )
    _check_differs(outcome)
    return outcome


def continuous_outcome(train: CohortView) -> Float[np.ndarray, " patients"]:
    """Return the training outcome after checking that it can be learned from.

    Raises:
        InvalidChoice: There are no patients, an outcome is missing or infinite, or all
            patients have the same one.
    """
    outcome = _known(train)
    if not np.isfinite(outcome).all():
        raise InvalidChoice(
            "The outcome must be a number for every training patient; leave out "
            "patients without one."
        )
    _check_differs(outcome)
    return outcome


def _known(train: CohortView) -> Float[np.ndarray, " patients"]:
    if train.outcome is None or len(train) == 0:
        raise InvalidChoice("There are no training patients with a known outcome.")
    return train.outcome


def _check_differs(outcome: Float[np.ndarray, " patients"]) -> None:
    if np.ptp(outcome) == 0:
        raise InvalidChoice(
            f"All {len(outcome)} training patients have outcome {outcome[0]:g}; there "
            f"is nothing to tell apart. Use fewer folds or more patients."
        )
