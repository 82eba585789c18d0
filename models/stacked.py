"""Late fusion: one expert per modality, believed as far as it was right before.

Each expert sees one modality only and may be absent. How far each is believed is
learned from what it said of patients it had not seen. With 160 patients that is hard
to tell, so experts are believed as independent witnesses unless the patients object.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize
from scipy.special import expit, logit

from lbp_outcome.contracts import FoldData, ModelRecipe, Predictions, Settings
from lbp_outcome.statistics.splits import Fold, nested_folds
from lbp_outcome.view import CohortView, Predictor
from models import MODELS
from models._levels.weights import shipped_sha256
from models._margin import margin_scores
from models._modalities import (
    ModalityScore,
    has_any,
    modality_names,
    read_scores,
    relative_score,
    silent,
    written,
)
from models._outcome import binary_outcome
from models._predictors import expect
from models._readings import encoder_entry, encoder_of, read_images
from models._ridge import ridge_logistic
from models._saved import SavedModel, listed
from models._score import Design
from models._settings import read_settings
from models.embedded import C_TIMES_PENALTY

FOLDS = 5


@dataclass(frozen=True, kw_only=True)
class StackedSettings:
    """How much the experts trust the data, and how much they are trusted.

    Attributes:
        penalty: Pull of every expert's weights towards zero, on standardised
            predictors.
        pull: Of each expert's trust towards 1: to be taken at its word. 0 lets the
            patients alone decide.
    """

    penalty: float = 100.0
    pull: float = 20.0


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedStacked:
    """The experts, and how far each is believed.

    Attributes:
        predictors: What it was fitted on; the last are the network's readings.
        experts: One per modality, in log-odds relative to the average patient.
        trust: Weight of each expert, never below 0.
        intercept: Log-odds of a patient of whom nothing is known.
        encoder_sha256: Of the weights of the network that reads the MRI.
    """

    predictors: tuple[Predictor, ...]
    experts: tuple[ModalityScore, ...]
    trust: Float[np.ndarray, " experts"]
    intercept: float
    encoder_sha256: str

    def opinions(self, data: FoldData) -> Float[np.ndarray, "patients experts"]:
        """Return what each expert adds to the log-odds of each held-out patient.

        Raises:
            InvalidChoice: The patients have other predictors than the model, or crops
                that the network does not know.
        """
        seen = read_images(data.held_out, self.encoder_sha256)
        expect(self.predictors, seen.predictors)
        said: np.ndarray = _said(self.experts, seen) * self.trust
        return said

    def predict(self, data: FoldData) -> Predictions:
        """Return the probability of the outcome for each held-out patient.

        Raises:
            InvalidChoice: The patients have other predictors than the model, or crops
                that the network does not know.
        """
        predicted: np.ndarray = expit(self.intercept + self.opinions(data).sum(axis=1))
        return predicted

    def save(self, folder: Path) -> None:
        """Write the model into an empty folder as one JSON card.

        The network's weights are named by their SHA-256 sum, not copied.
        """
        fitted = {
            "modalities": written(self.experts),
            "trust": listed(self.trust),
            "intercept": listed(np.array([self.intercept])),
            "encoder": encoder_entry(self.encoder_sha256),
        }
        SavedModel(model="stacked", predictors=self.predictors, fitted=fitted).write(
            folder
        )


def fit(data: FoldData, settings: Settings, seed: int) -> FittedStacked:
    """Fit the experts and how far each is believed; the seed deals the folds.

    Raises:
        InvalidChoice: The outcome cannot be learned from, fewer than two patients have
            the rarer outcome, or a crop is no image that the network knows.
        UnknownName: A setting it does not have.
    """
    return fit_all(data, [settings], seed)[0]


def fit_all(
    data: FoldData, settings: Sequence[Settings], seed: int
) -> Sequence[FittedStacked]:
    """Fit one model per setting; every image is read once.

    Where the outcome says by how much a patient passes or misses it, experts regress
    the margin (see `graded`), else the verdict.

    Raises:
        InvalidChoice: The outcome cannot be learned from, fewer than two patients have
            the rarer outcome, or a crop is no image that the network knows.
        UnknownName: A setting it does not have.
    """
    chosen = [read_settings(StackedSettings, each) for each in settings]
    outcome = binary_outcome(data.train)
    sha256 = shipped_sha256()
    train = read_images(data.train, sha256)
    folds = _folds(train.patients, outcome, seed)
    return [_fit(train, outcome, folds, each, sha256) for each in chosen]


def load(folder: Path) -> FittedStacked:
    """Read back what was saved, to the last bit.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged, or the network
            shipped here is not the one it was fitted with.
    """
    card = SavedModel.read(folder, "stacked")
    experts = read_scores(card, folder)
    return FittedStacked(
        predictors=card.predictors,
        experts=experts,
        trust=card.numbers("trust", len(experts)),
        intercept=float(card.numbers("intercept", 1)[0]),
        encoder_sha256=encoder_of(card, folder),
    )


def _fit(
    train: CohortView,
    outcome: Float[np.ndarray, " patients"],
    folds: Sequence[Fold],
    chosen: StackedSettings,
    sha256: str,
) -> FittedStacked:
    names = modality_names(train.predictors)
    said = np.zeros((len(train), len(names)))
    for fold in folds:  # every patient is spoken of by experts who never met them
        experts = _experts(train.take(fold.train), names, chosen.penalty)
        said[fold.held_out] = _said(experts, train.take(fold.held_out))
    intercept, trust = _believed(said, outcome, chosen.pull)
    return FittedStacked(
        predictors=train.predictors,
        experts=_experts(train, names, chosen.penalty),
        trust=trust,
        intercept=intercept,
        encoder_sha256=sha256,
    )


def _folds(
    patients: Sequence[str], outcome: Float[np.ndarray, " patients"], seed: int
) -> tuple[Fold, ...]:
    """Deal the patients; the copies that a bootstrap draws stay on one side."""
    people = [patient.partition("#")[0] for patient in patients]
    rare = min(
        len({name for name, value in zip(people, outcome, strict=True) if value == one})
        for one in (0.0, 1.0)
    )
    folds = max(2, min(FOLDS, rare))
    return nested_folds(people, outcome, outer=folds, inner=0, repeats=1, seed=seed)


def _experts(
    train: CohortView, names: Sequence[str], penalty: float
) -> tuple[ModalityScore, ...]:
    return tuple(
        _expert(train.reading((name,), images=False), name, penalty) for name in names
    )


def _expert(part: CohortView, name: str, penalty: float) -> ModalityScore:
    """Learn one modality from the patients who have it."""
    seen = part.take(np.flatnonzero(has_any(part)))
    assert seen.outcome is not None
    if len(np.unique(seen.outcome)) < 2:
        return silent(name, part.predictors)
    design = Design.learn(seen.predictors, seen.table)
    if seen.margin is not None:
        return relative_score(name, margin_scores(design, seen.margin, [penalty])[0])
    strength = C_TIMES_PENALTY / max(penalty, 1e-3)
    weights = ridge_logistic(design.columns, seen.outcome, [strength])
    return relative_score(name, design.scores(weights)[0])


def _said(
    experts: Sequence[ModalityScore], view: CohortView
) -> Float[np.ndarray, "patients experts"]:
    said = [expert.of(view) for expert in experts]
    return np.reshape(said, (len(experts), len(view))).T


def _believed(
    said: Float[np.ndarray, "patients experts"],
    outcome: Float[np.ndarray, " patients"],
    pull: float,
) -> tuple[float, Float[np.ndarray, " experts"]]:
    """Return the intercept and the trust of penalised likelihood, none below 0.

    Minimises the negative log-likelihood plus `pull / 2 * |trust - 1|^2`. Where every
    trust is 1 the experts' log-odds add up, as they do of independent witnesses.
    """

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        score, apart = weights[0] + said @ weights[1:], weights[1:] - 1.0
        missed = expit(score) - outcome
        value = np.logaddexp(0.0, score).sum() - outcome @ score
        slope = np.concatenate([[missed.sum()], said.T @ missed + pull * apart])
        return float(value + pull / 2 * apart @ apart), slope

    start = np.concatenate([[logit(outcome.mean())], np.ones(said.shape[1])])
    bounds = [(None, None), *[(0.0, None)] * said.shape[1]]
    options = {"ftol": 1e-14, "gtol": 1e-10}
    found = minimize(
        loss, start, jac=True, bounds=bounds, method="L-BFGS-B", options=options
    )
    return float(found.x[0]), found.x[1:].copy()


STACKED = MODELS.add(
    ModelRecipe(
        name="stacked",
        data="multimodal",
        fit=fit,
        fit_all=fit_all,
        load=load,
        grid=tuple({"penalty": p} for p in (100.0, 30.0, 300.0, 1000.0)),
        sees_images=True,
        pretrained=True,
        reference="doi:10.1007/BF00117832",  # Breiman: stacked regressions
    )
)
