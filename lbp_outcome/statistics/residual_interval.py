"""How far a predicted number may be from what happens to one patient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.statistics.estimate import Interval
from lbp_outcome.statistics.inputs import PerPatient, finite


@dataclass(frozen=True, eq=False, kw_only=True)
class ResidualInterval:
    """Errors that a model made in patients it never saw.

    Attributes:
        errors: Absolute errors, smallest first, in the unit of the outcome.
        seen: Lowest and highest prediction among them; beyond it extrapolates.
        level: Share of patients whose outcome the interval is to hold.
    """

    errors: Float[np.ndarray, " errors"]
    seen: tuple[float, float]
    level: float = 0.95

    def recalibrate(self, expected: float) -> Interval:
        """Return a prediction with the range that holds most patients' outcomes.

        The range is a prediction interval: far wider than the uncertainty of a mean.
        It assumes patients like those it was learned from.

        Raises:
            InvalidChoice: Not a finite number.
        """
        finite(np.array([expected]))
        rank = int(np.ceil(self.level * (len(self.errors) + 1)))
        half = float(self.errors[min(rank, len(self.errors)) - 1])
        return Interval(expected, expected - half, expected + half)

    def extrapolates(self, expected: float) -> bool:
        """Whether no held-out patient was given so low or so high a prediction."""
        return not self.seen[0] <= expected <= self.seen[1]

    def to_json(self) -> dict[str, Any]:
        """Return plain numbers and lists that JSON can hold."""
        return {
            "errors": self.errors.round(6).tolist(),
            "seen": list(self.seen),
            "level": self.level,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ResidualInterval":
        """Read back what `to_json` returned.

        Raises:
            InvalidChoice: An entry is absent or is not made of numbers.
        """
        try:
            return cls(
                errors=np.asarray(stored["errors"], dtype=float),
                seen=(float(stored["seen"][0]), float(stored["seen"][1])),
                level=float(stored["level"]),
            )
        except (KeyError, IndexError, TypeError, ValueError) as fault:
            raise InvalidChoice(
                f"The stored errors of the model cannot be read ({fault!r}); run the "
                "study again to write them anew."
            ) from fault


def fit_residual_interval(
    outcome: PerPatient,
    expected: PerPatient,
    *,
    patients: Sequence[str],
    level: float = 0.95,
) -> ResidualInterval:
    """Learn from out-of-fold predictions how far off a model is.

    Expects predictions for patients the model never saw. Where a patient was predicted
    in several repeats the error of the mean prediction counts, once.

    Raises:
        InvalidChoice: A number is missing.

    Reference: Barber et al. 2021, doi:10.1214/20-AOS1965 (the symmetric CV interval).
    """
    _, patient = np.unique(np.asarray(patients), return_inverse=True)
    times = np.bincount(patient)
    mean = np.bincount(patient, finite(expected)) / times
    truth = np.bincount(patient, finite(outcome)) / times
    return ResidualInterval(
        errors=np.sort(np.abs(truth - mean)),
        seen=(float(expected.min()), float(expected.max())),
        level=level,
    )
