"""What the statistics accept, and the words in which they refuse the rest."""

import numpy as np
from jaxtyping import Float

from lbp_outcome.errors import InvalidChoice, NotMeasurable

PerPatient = Float[np.ndarray, " patients"]


def binary(outcome: PerPatient) -> PerPatient:
    """Return the outcome if it holds only 0 (no) and 1 (yes).

    Raises:
        InvalidChoice: Any other value, a missing one included.
    """
    wrong = (outcome != 0) & (outcome != 1)
    if wrong.any():
        raise InvalidChoice(
            f"The outcome must be 0 or 1 for every patient, but {wrong.sum()} of "
            f"{len(outcome)} are not (the first is {outcome[wrong][0]:g}); leave out "
            "patients without outcome, or use the statistics for continuous outcomes."
        )
    return outcome


def both_outcomes(outcome: PerPatient) -> PerPatient:
    """Return a binary outcome that holds at least one 0 and one 1.

    Raises:
        NotMeasurable: Nobody, or everybody, had the outcome.
    """
    events = int(binary(outcome).sum())
    if events in (0, len(outcome)):
        raise NotMeasurable(
            f"{events} of {len(outcome)} patients had the outcome; "
            "comparing patients with and without it needs both"
        )
    return outcome


def probabilities(predicted: np.ndarray) -> np.ndarray:
    """Return the predictions if all lie between 0 and 1.

    Raises:
        InvalidChoice: A prediction is missing or outside 0 to 1.
    """
    wrong = ~((predicted >= 0) & (predicted <= 1))
    if wrong.any():
        raise InvalidChoice(
            f"{wrong.sum()} of {predicted.size} predictions are not probabilities "
            f"between 0 and 1 (the first is {predicted[wrong].flat[0]:g}); scores and "
            "ranks must be turned into probabilities before they are evaluated."
        )
    return predicted.astype(float)


def finite(predicted: np.ndarray) -> np.ndarray:
    """Return the numbers if none is missing or infinite.

    Raises:
        InvalidChoice: A number is missing or infinite.
    """
    wrong = int((~np.isfinite(predicted)).sum())
    if wrong:
        raise InvalidChoice(
            f"{wrong} of {predicted.size} numbers are missing or infinite; every "
            "patient needs an outcome and a prediction."
        )
    return predicted.astype(float)
