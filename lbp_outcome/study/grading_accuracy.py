"""How well the level encoder reads spines it has not seen, with intervals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from models._levels.encoder import LevelEncoder
from models._levels.gradings import NAMES
from models._levels.losses import split
from models._levels.patient_numbers import NUMBERS, patient_numbers
from models._levels.training import Graded

RESAMPLES, LEVEL = 1000, 0.95

Pairs = Float[np.ndarray, "item 2"]
"""Truth and reading of patients or levels."""

Measure = Callable[[Pairs], float]

ASKED: tuple[tuple[str, str, Callable[[float], float] | None], ...] = (
    ("mri_multifidus_fat", "multifidus_fat_percent", None),
    ("mri_erector_fat", "erector_fat_percent", None),
    ("mri_sac_area", "sac_area_mm2", None),
    ("mri_worn", "pfirrmann_grade", lambda grade: float(grade >= 4)),
    ("mri_redundant_roots", "redundant_roots", float),
    ("mri_fat_absent", "epidural_fat_absent", float),
)
"""What is read of a patient, what is true, and what counts as a yes (None: an amount).
"""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure with its interval from resampled patients.

    Attributes:
        value: The figure.
        low: Lower end of the 95 % interval.
        high: Upper end.
        patients: How many it rests on; levels count with their patient.
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
    not told which level that is and reads the narrowest. Modic changes are those of
    every level. What is the same in all patients has no figure.

    Args:
        encoder: In evaluation mode.
        spines: Each with the row of the level to be operated on; those that do not
            show it are left out.
    """
    shown = [(graded, row) for graded, row in spines if row is not None]
    read = np.array([_read(encoder, graded) for graded, _ in shown])
    true = np.array([graded.truth[row] for graded, row in shown])
    found = {
        name: _pairs(read[:, _place(name)], true[:, NAMES.index(column)], verdict)
        for name, column, verdict in ASKED
    }
    figures = {
        name: _figure(
            [pair[None] for pair in found[name]],
            explained if verdict is None else balanced_accuracy,
        )
        for name, _, verdict in ASKED
        if len(np.unique(found[name][:, 0])) > 1
    }
    return figures | _of_modic([_modic(encoder, graded) for graded, _ in shown])


def balanced_accuracy(pairs: Pairs) -> float:
    """Mean of sensitivity and specificity where the chance read exceeds one half."""
    yes, said = pairs[:, 0] > 0.5, pairs[:, 1] > 0.5
    return float((said[yes].mean() + (~said[~yes]).mean()) / 2)


def explained(pairs: Pairs) -> float:
    """R2: share of the truth's variance that is gone when the reading is subtracted."""
    true, read = pairs.T
    return float(1 - ((true - read) ** 2).sum() / ((true - true.mean()) ** 2).sum())


def agreement(pairs: Pairs) -> float:
    """Cohen's kappa: agreement on a type beyond chance; 1 where there is one type only.

    doi:10.1177/001316446002000104
    """
    true, read = pairs.T
    types = np.union1d(true, read)
    by_chance = sum((true == kind).mean() * (read == kind).mean() for kind in types)
    if by_chance == 1:
        return 1.0
    return float(((true == read).mean() - by_chance) / (1 - by_chance))


def _of_modic(levels: Sequence[Pairs]) -> dict[str, Figure]:
    """Whether there is a change at a level, and of which type."""
    known = [pairs[~np.isnan(pairs[:, 0])] for pairs in levels]
    changed = [(pairs > 0).astype(float) for pairs in known]
    if not known or len(np.unique(np.concatenate(changed)[:, 0])) < 2:
        return {}
    return {
        "modic_change": _figure(changed, balanced_accuracy),
        "modic_type": _figure(known, agreement),
    }


def _modic(encoder: LevelEncoder, graded: Graded) -> Pairs:
    """True type and likeliest type of each level."""
    crops = torch.from_numpy(np.asarray(graded.crops, np.float32))
    with torch.inference_mode():
        raw = {grading.name: part for grading, part in split(encoder(crops).raw)}
    likeliest = raw["modic_type"].argmax(dim=1).double().numpy()
    return np.column_stack([graded.truth[:, NAMES.index("modic_type")], likeliest])


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


WHAT: Mapping[Measure, str] = {
    explained: "R2",
    balanced_accuracy: "balanced accuracy",
    agreement: "kappa",
}


def _figure(patients: Sequence[Pairs], measure: Measure) -> Figure:
    low, high = _interval(patients, measure)
    return Figure(
        value=measure(np.concatenate(patients)),
        low=low,
        high=high,
        patients=len(patients),
        what=WHAT[measure],
    )


def _interval(patients: Sequence[Pairs], measure: Measure) -> tuple[float, float]:
    """Percentiles over resampled patients; a resample without both sides is redrawn."""
    chance = np.random.default_rng(0)
    found: list[float] = []
    while len(found) < RESAMPLES:
        rows = chance.integers(len(patients), size=len(patients))
        drawn = np.concatenate([patients[row] for row in rows])
        if len(np.unique(drawn[:, 0])) > 1:
            found.append(measure(drawn))
    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
