"""The comparator of a continuous outcome: everybody gets the average."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from lbp_outcome.contracts import (
    FoldData,
    ModelRecipe,
    OutcomeKind,
    Predictions,
    Settings,
)
from models import MODELS
from models._outcome import continuous_outcome
from models._saved import SavedModel, listed
from models._settings import read_settings


@dataclass(frozen=True, kw_only=True)
class AverageSettings:
    """There is nothing to set."""


@dataclass(frozen=True, kw_only=True)
class FittedAverage:
    """Predicts the mean outcome of the training patients.

    Attributes:
        intercept: That mean.
    """

    intercept: float

    @property
    def predicts(self) -> OutcomeKind:
        """A number."""
        return "continuous"

    def terms(self, data: FoldData) -> Float[np.ndarray, "patients predictors"]:
        """Return zeros: no predictor changes anything."""
        return np.zeros_like(data.held_out.table, dtype=float)

    def predict(self, data: FoldData) -> Predictions:
        """Return the same value for each held-out patient."""
        return np.full(len(data.held_out), self.intercept)

    def save(self, folder: Path) -> None:
        """Write the model into an empty folder."""
        fitted = {"mean": listed(np.array([self.intercept]))}
        SavedModel(model="average", predictors=(), fitted=fitted).write(folder)


def fit(data: FoldData, settings: Settings, seed: int) -> FittedAverage:
    """Return the mean of the training patients; it looks at nothing else.

    Raises:
        InvalidChoice: The outcome cannot be learned from.
        UnknownName: Any setting: it has none.
    """
    read_settings(AverageSettings, settings)
    return FittedAverage(intercept=float(continuous_outcome(data.train).mean()))


def load(folder: Path) -> FittedAverage:
    """Read back what was saved.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged.
    """
    card = SavedModel.read(folder, "average")
    return FittedAverage(intercept=float(card.numbers("mean", 1)[0]))


AVERAGE = MODELS.add(
    ModelRecipe(
        name="average",
        data="tabular",
        fit=fit,
        load=load,
        predicts="continuous",
        reference="doi:10.1136/bmj-2023-078378",  # TRIPOD+AI
    )
)
