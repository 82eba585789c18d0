"""A cohort whose true risks are known, predicted in a cross-validation."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import expit

from lbp_outcome.statistics.splits import nested_folds


@dataclass(frozen=True, eq=False)
class Predicted:
    """Out-of-fold predictions in rows, as a study hands them over."""

    outcome: np.ndarray
    probability: np.ndarray
    base_rate: np.ndarray
    fold: np.ndarray
    repeat: np.ndarray
    patients: list[str]

    @property
    def design(self):
        return {"fold": self.fold, "repeat": self.repeat, "patients": self.patients}


@pytest.fixture(scope="session")
def predicted():
    """160 patients, five folds, three repeats; the risk is known up to some noise."""
    chance = np.random.default_rng(3)
    risk = chance.normal(0.8, 0.9, 160)
    outcome = (chance.random(160) < expit(risk)).astype(float)
    names = [f"sub-{i:03d}" for i in range(160)]
    folds = nested_folds(names, outcome, outer=5, inner=0, repeats=3, seed=1)
    rows = [(i, f.repeat, f.fold) for f in folds for i in f.held_out]
    row, repeat, fold = (np.array(column) for column in zip(*rows, strict=True))
    base = [np.full(len(f.held_out), outcome[f.train].mean()) for f in folds]
    return Predicted(
        outcome=outcome[row],
        probability=expit(risk[row] + chance.normal(0, 0.2, len(row))),
        base_rate=np.concatenate(base),
        fold=fold,
        repeat=repeat,
        patients=[names[i] for i in row],
    )
