"""The comparator every model must beat: everybody gets the average."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float
from scipy.special import logit

from lbp_outcome.contracts import (
    FoldData,
    ModelRecipe,
    OutcomeKind,
    Predictions,
    Settings,
)
from lbp_outcome.errors import UnreadableFile
from models import MODELS
from models._outcome import binary_outcome
from models._saved import SavedModel
from models._settings import read_settings


@dataclass(frozen=True, kw_only=True)
class BaseRateSettings:
    """There is nothing to set."""


@dataclass(frozen=True, kw_only=True)
class FittedBaseRate:
    """Predicts the share of training patients who had the outcome.

    Attributes:
        rate: That share, 0 to 1.
    """

    rate: float

    @property
    def predicts(self) -> OutcomeKind:
        """A yes or no."""
        return "binary"

    @property
    def intercept(self) -> float:
        """Log-odds of that share."""
        return float(logit(self.rate))

    def terms(self, data: FoldData) -> Float[np.ndarray, "patients predictors"]:
        """Return zeros: no predictor changes anything."""
        return np.zeros_like(data.held_out.table, dtype=float)

    def predict(self, data: FoldData) -> Predictions:
        """Return the same probability for each held-out patient."""
        return np.full(len(data.held_out), self.rate)

    def save(self, folder: Path) -> None:
        """Write the model into an empty folder."""
        card = SavedModel(model="base_rate", predictors=(), fitted={"rate": self.rate})
        card.write(folder)


def fit(data: FoldData, settings: Settings, seed: int) -> FittedBaseRate:
    """Return the prevalence among the training patients; it looks at nothing else.

    Raises:
        InvalidChoice: The outcome cannot be learned from.
        UnknownName: Any setting: it has none.
    """
    read_settings(BaseRateSettings, settings)
    return FittedBaseRate(rate=float(binary_outcome(data.train).mean()))


def load(folder: Path) -> FittedBaseRate:
    """Read back what was saved.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged.
    """
    rate = SavedModel.read(folder, "base_rate").fitted.get("rate")
    if not isinstance(rate, float) or not 0 < rate < 1:
        raise UnreadableFile(f"{folder}: {rate!r} is not a rate between 0 and 1.")
    return FittedBaseRate(rate=rate)


BASE_RATE = MODELS.add(
    ModelRecipe(
        name="base_rate",
        data="tabular",
        fit=fit,
        load=load,
        reference="doi:10.1136/bmj-2023-078378",  # TRIPOD+AI
    )
)
