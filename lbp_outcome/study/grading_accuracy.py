"""How well the level encoder reads spines it has not seen, with intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from models._levels.encoder import LevelEncoder
from models._levels.gradings import NAMES
from models._levels.patient_numbers import NUMBERS, patient_numbers
from models._levels.training import Graded

RESAMPLES, LEVEL = 1000, 0.95

Pairs = Float[np.ndarray, "patient 2"]
"""Truth and reading of each patient."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure with its interval from resampled patients.

    Attributes:
        value: The figure.
        low: Lower end of the 95 % interval.
        high: Upper end.
        patients: How many it rests on.
        what: Which figure it is.
    """

    value: float
    low: float
    high: float
    patients: int
    what: str

    def __str__(self) -> str:
        return f"{self.what} {self.value:.2f} ({self.low:.2f} to {self.high:.2f})"

    def as_json(self) -> dict[str, object]:
        """Return the figure as it stands in the manifest."""
        return {
            "what": self.what,
            "value": round(self.value, 3),
            "interval_95": [round(self.low, 3), round(self.high, 3)],
            "patients": self.patients,
        }


def grading_accuracy(
    encoder: LevelEncoder, spines: Sequence[tuple[Graded, int | None]]
) -> dict[str, Figure]:
    """Hold what the network reads off each patient against the truth.

    Disc and fat are those of the level to be operated on, as they are; the network is
    not told which level that is and reads the narrowest. What is the same in all
    patients has no figure.

    Args:
        encoder: In evaluation mode.
        spines: Each with the row of the level to be operated on; those that do not
            show it are left out.
    """
    shown = [(graded, row) for graded, row in spines if row is not None]
    read = np.array([_read(encoder, graded) for graded, _ in shown])
    true = np.array([graded.truth[row] for graded, row in shown])
    asked: tuple[tuple[str, str, Callable[[float], float] | None], ...] = (
        ("mri_multifidus_fat", "multifidus_fat_percent", None),
        ("mri_erector_fat", "erector_fat_percent", None),
        ("mri_sac_area", "sac_area_mm2", None),
        ("mri_worn", "pfirrmann_grade", lambda grade: float(grade >= 4)),
        ("mri_redundant_roots", "redundant_roots", float),
        ("mri_fat_absent", "epidural_fat_absent", float),
    )
    found = {
        name: _pairs(read[:, _place(name)], true[:, NAMES.index(column)], verdict)
        for name, column, verdict in asked
    }
    return {
        name: _figure(found[name], explained if verdict is None else balanced_accuracy)
        for name, _, verdict in asked
        if len(np.unique(found[name][:, 0])) > 1
    }


def balanced_accuracy(pairs: Pairs) -> float:
    """Mean of sensitivity and specificity where the chance read exceeds one half."""
    yes, said = pairs[:, 0] > 0.5, pairs[:, 1] > 0.5
    return float((said[yes].mean() + (~said[~yes]).mean()) / 2)


def explained(pairs: Pairs) -> float:
    """R2: share of the truth's variance that is gone when the reading is subtracted."""
    true, read = pairs.T
    return float(1 - ((true - read) ** 2).sum() / ((true - true.mean()) ** 2).sum())


def _place(name: str) -> int:
    return [number.name for number in NUMBERS].index(name)


def _read(encoder: LevelEncoder, graded: Graded) -> Float[np.ndarray, " numbers"]:
    crops = torch.from_numpy(np.asarray(graded.crops, np.float32))
    with torch.inference_mode():
        return patient_numbers(encoder, crops)


def _pairs(
    read: np.ndarray, true: np.ndarray, verdict: Callable[[float], float] | None
) -> Pairs:
    known = ~np.isnan(true)
    values = true[known]
    if verdict is not None:
        values = np.array([verdict(value) for value in values])
    return np.column_stack([values, read[known]])


def _figure(pairs: Pairs, measure: Callable[[Pairs], float]) -> Figure:
    low, high = _interval(pairs, measure)
    return Figure(
        value=measure(pairs),
        low=low,
        high=high,
        patients=len(pairs),
        what="R2" if measure is explained else "balanced accuracy",
    )


def _interval(pairs: Pairs, measure: Callable[[Pairs], float]) -> tuple[float, float]:
    """Percentiles over resampled patients; a resample without both sides is redrawn."""
    chance = np.random.default_rng(0)
    found: list[float] = []
    while len(found) < RESAMPLES:
        drawn = pairs[chance.integers(len(pairs), size=len(pairs))]
        if len(np.unique(drawn[:, 0])) > 1:
            found.append(measure(drawn))
    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
