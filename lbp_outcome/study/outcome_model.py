"""A fitted model with all that is needed to use it: no pickle, hashes checked."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from datamodules import DATAMODULES
from lbp_outcome.anatomy import Disc
from lbp_outcome.contracts import FittedModel, FoldData, Predictions
from lbp_outcome.io.manifest import check_manifest, write_manifest
from lbp_outcome.statistics.recalibration import Recalibration
from lbp_outcome.statistics.residual_interval import ResidualInterval
from lbp_outcome.units import Unit
from lbp_outcome.view import CohortView, Predictor
from models import MODELS

CARD = "card.json"
NATIVE = "native"


@dataclass(frozen=True, kw_only=True)
class Range:
    """The values that the training patients had."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether a value lies inside."""
        return self.low <= value <= self.high


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """Training patients of one sex and age band, and how many had the outcome."""

    sex: str
    age_from: int
    age_to: int
    patients: int
    events: int


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What a model is, and for whom it may speak.

    Attributes:
        name: What the study calls it.
        study: Name of the study.
        method: Name on the shelf of models.
        reads: Groups of predictors it sees.
        outcome: Name of the outcome.
        statement: The outcome in words.
        horizon: Visit at which the outcome is taken.
        simulated: Whether it was trained on simulated patients.
        patients: Number of training patients.
        events: How many of them had the outcome; None for a continuous one.
        clinical: Clinical predictors as the plan names them.
        measurements: Measurements as the plan names them.
        predictors: Columns of the table, in order.
        ranges: Values the training patients had, by predictor; `t2_spacing_min_mm`
            and `t2_spacing_max_mm` speak of the MR image.
        most_missing: Most predictors that any training patient lacked.
        quantiles: 99 percentiles by predictor, to place a patient among the others.
        levels: Discs of which it sees a crop.
        recalibration: From its out-of-fold predictions: makes a probability honest
            and gives its interval; of a continuous outcome gives the range.
        strata: Training patients and outcomes by sex and age band.
        performance: Headline figures with intervals, in words.
        discriminates: Whether the interval of its AUC lies above 0.5, or that of its
            explained variance above 0.
        provenance: Code version, fingerprint of the data, hash of the plan, seed.
    """

    name: str
    study: str
    method: str
    reads: tuple[str, ...]
    outcome: str
    statement: str
    horizon: str
    simulated: bool
    patients: int
    events: int | None
    clinical: tuple[str, ...]
    measurements: tuple[str, ...]
    predictors: tuple[Predictor, ...]
    ranges: Mapping[str, Range]
    most_missing: int
    quantiles: Mapping[str, tuple[float, ...]]
    levels: tuple[str, ...]
    recalibration: Recalibration | ResidualInterval
    strata: tuple[Stratum, ...] = ()
    performance: Mapping[str, str] = field(default_factory=dict)
    discriminates: bool = False
    provenance: Mapping[str, str] = field(default_factory=dict)

    @property
    def discs(self) -> tuple[Disc, ...]:
        """The discs of which it sees a crop."""
        return tuple(Disc.parse(level) for level in self.levels)

    def to_json(self) -> str:
        """Return the card as JSON text."""
        content = asdict(self) | {"recalibration": self.recalibration.to_json()}
        return json.dumps(content, indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "ModelCard":
        """Read a card."""
        content: dict[str, Any] = json.loads(text)
        predictors = tuple(
            Predictor(**{**item, "unit": Unit(item["unit"])})
            for item in content["predictors"]
        )
        return cls(
            **content
            | {
                "reads": tuple(content["reads"]),
                "clinical": tuple(content["clinical"]),
                "measurements": tuple(content["measurements"]),
                "levels": tuple(content["levels"]),
                "predictors": predictors,
                "ranges": {k: Range(**v) for k, v in content["ranges"].items()},
                "quantiles": {k: tuple(v) for k, v in content["quantiles"].items()},
                "strata": tuple(Stratum(**item) for item in content["strata"]),
                "recalibration": _recalibration(content),
            }
        )


@dataclass(frozen=True, kw_only=True)
class OutcomeModel:
    """A fitted model and its card.

    Attributes:
        card: What it is.
        fitted: The model itself.
    """

    card: ModelCard
    fitted: FittedModel

    def data(self, view: CohortView) -> FoldData:
        """Return patients in the form that the model reads."""
        return data_for(self.card.method, view)

    def predict(self, view: CohortView) -> Predictions:
        """Return the uncalibrated probability of the outcome for each patient."""
        return self.fitted.predict(self.data(view))

    @classmethod
    def load(cls, folder: Path) -> "OutcomeModel":
        """Read a model whose files are as they were saved.

        Raises:
            UnreadableFile: A file was changed, added or lost.
        """
        check_manifest(folder)
        card = ModelCard.from_json((folder / CARD).read_text(encoding="utf-8"))
        return cls(card=card, fitted=MODELS[card.method].load(folder / NATIVE))


def data_for(method: str, view: CohortView) -> FoldData:
    """Return patients to predict, with nobody to learn from."""
    nobody = view.take(np.array([], dtype=int))
    return DATAMODULES[MODELS[method].data].build(nobody, view, 0)


def predict_with(method: str, native: Path, view: CohortView) -> Predictions:
    """Predict with a fitted model that was saved without its card."""
    return MODELS[method].load(native).predict(data_for(method, view))


def keep_model(card: ModelCard, native: Path, folder: Path) -> None:
    """Write a model into a new folder: its card, its own files, and their hashes.

    Args:
        card: What it is.
        native: Where the fitted model wrote its own files (JSON, UBJ, safetensors).
        folder: The folder to make.
    """
    shutil.copytree(native, folder / NATIVE)
    (folder / CARD).write_text(card.to_json(), encoding="utf-8")
    write_manifest(folder)


def _recalibration(content: Mapping[str, Any]) -> Recalibration | ResidualInterval:
    stored = content["recalibration"]
    kind = Recalibration if "slope" in stored else ResidualInterval
    return kind.from_json(stored)
