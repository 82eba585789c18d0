"""Table, and what a pretrained network reads off the MRI: the default for small n.

The network learned on simulated spines what a radiologist grades and stays as it is;
only a penalised regression is fitted to the patients, and 160 of them can carry it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.special import expit

from lbp_outcome.contracts import FoldData, ModelRecipe, Predictions, Settings
from lbp_outcome.view import CohortView
from models import MODELS
from models._levels.weights import shipped_sha256
from models._margin import margin_scores
from models._outcome import binary_outcome
from models._readings import encoder_entry, encoder_of, read_images
from models._ridge import ridge_logistic
from models._saved import SavedModel
from models._score import Design, LinearScore
from models._settings import read_settings

C_TIMES_PENALTY = 5.0
"""A penalty on the margin shrinks about as much as C = 5 / penalty on the verdict:
one patient tells 0.2 about a log-odds where a margin tells 1."""


@dataclass(frozen=True, kw_only=True)
class EmbeddedSettings:
    """How much the regression trusts the data.

    Attributes:
        penalty: Pull of every weight towards zero, on standardised predictors.
    """

    penalty: float = 100.0


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedEmbedded:
    """A regression on the table and on what the network reads off the MRI.

    Attributes:
        score: Log-odds of the outcome; its last predictors are the network's.
        encoder_sha256: Of the weights that the network had.
    """

    score: LinearScore
    encoder_sha256: str

    def predict(self, data: FoldData) -> Predictions:
        """Return the probability of the outcome for each held-out patient.

        Raises:
            InvalidChoice: The patients have other predictors than the model, or crops
                that the network does not know.
        """
        held_out = read_images(data.held_out, self.encoder_sha256)
        seen = _Seen(data.train.take([]), held_out)
        predicted: np.ndarray = expit(self.score.of(seen))
        return predicted

    def save(self, folder: Path) -> None:
        """Write the model into an empty folder as one JSON card.

        The network's weights are named by their SHA-256 sum, not copied.
        """
        card = self.score.save("embedded")
        encoder = encoder_entry(self.encoder_sha256)
        replace(card, fitted={**card.fitted, "encoder": encoder}).write(folder)


def fit(data: FoldData, settings: Settings, seed: int) -> FittedEmbedded:
    """Fit the regression; there is one optimum, so the seed changes nothing.

    Raises:
        InvalidChoice: The outcome cannot be learned from, or a crop is no image that
            the network knows.
        UnknownName: A setting it does not have.
    """
    return fit_all(data, [settings], seed)[0]


def fit_all(
    data: FoldData, settings: Sequence[Settings], seed: int
) -> Sequence[FittedEmbedded]:
    """Fit one regression per setting; every patient is read once.

    Where the outcome says by how much a patient passes or misses it, the margin is
    regressed (see `graded`), else the verdict.

    Raises:
        InvalidChoice: The outcome cannot be learned from, or a crop is no image that
            the network knows.
        UnknownName: A setting it does not have.
    """
    penalties = [read_settings(EmbeddedSettings, each).penalty for each in settings]
    outcome = binary_outcome(data.train)
    sha256 = shipped_sha256()
    train = read_images(data.train, sha256)
    design = Design.learn(train.predictors, train.table)
    if train.margin is not None:
        scores = margin_scores(design, train.margin, penalties)
    else:
        strengths = [C_TIMES_PENALTY / max(penalty, 1e-3) for penalty in penalties]
        scores = design.scores(ridge_logistic(design.columns, outcome, strengths))
    return [FittedEmbedded(score=score, encoder_sha256=sha256) for score in scores]


def load(folder: Path) -> FittedEmbedded:
    """Read back what was saved, to the last bit.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged, or the network
            shipped here is not the one it was fitted with.
    """
    card = SavedModel.read(folder, "embedded")
    sha256 = encoder_of(card, folder)
    return FittedEmbedded(score=LinearScore.read(card), encoder_sha256=sha256)


@dataclass(frozen=True)
class _Seen:
    train: CohortView
    held_out: CohortView


EMBEDDED = MODELS.add(
    ModelRecipe(
        name="embedded",
        data="multimodal",
        fit=fit,
        fit_all=fit_all,
        load=load,
        grid=tuple({"penalty": p} for p in (100.0, 30.0, 300.0, 1000.0)),
        sees_images=True,
        pretrained=True,
    )
)
