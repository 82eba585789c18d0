"""Sequential fusion: one modality after the other updates what is known so far.

The state is two numbers: what is expected of the patient, and how uncertain that is. A
modality corrects it by what those before it left unexplained; one that is absent leaves
both numbers as they are. After each step there is a prediction, so that one sees what
each modality added to those before it; in another order the shares differ.

It keeps the scheme of MultiModN (Swamy et al. 2023) and replaces its networks
by penalised regressions: 160 patients can carry them, and each has one optimum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import expit, logit

from lbp_outcome.contracts import FoldData, ModelRecipe, Predictions, Settings
from lbp_outcome.view import CohortView, Predictor
from models import MODELS
from models._levels.weights import shipped_sha256
from models._margin import LOGIT_PER_PROBIT
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
from models._ridge import ridge_linear, ridge_logistic
from models._saved import SavedModel, listed
from models._score import Design
from models._settings import read_settings
from models.embedded import C_TIMES_PENALTY


@dataclass(frozen=True, kw_only=True)
class SequentialSettings:
    """How much every step trusts the data.

    Attributes:
        penalty: Pull of every weight towards zero, on standardised predictors.
    """

    penalty: float = 100.0


@dataclass(frozen=True, eq=False, kw_only=True)
class State:
    """What is known of each patient so far.

    Attributes:
        expected: By how much each is expected to pass or miss.
        spread: Standard deviation of the truth around it, same unit.
    """

    expected: Float[np.ndarray, " patients"]
    spread: Float[np.ndarray, " patients"]

    @property
    def probability(self) -> Float[np.ndarray, " patients"]:
        """Chance that the truth is not below 0."""
        chance: np.ndarray = expit(LOGIT_PER_PROBIT * self.expected / self.spread)
        return chance


@dataclass(frozen=True, eq=False, kw_only=True)
class Step:
    """One modality's correction of the state.

    Attributes:
        modality: What it adds to what is expected; 0 of a patient who lacks it.
        narrowing: What the spread is multiplied with where it is present, 0 to 1.
    """

    modality: ModalityScore
    narrowing: float

    def after(self, state: State, view: CohortView) -> State:
        """Return the state after this modality; as it was for those who lack it."""
        part = view.reading((self.modality.name,), images=False)
        return State(
            expected=state.expected + self.modality.of(view),
            spread=np.where(has_any(part), state.spread * self.narrowing, state.spread),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedSequential:
    """The steps in their order, and what is known before the first.

    Attributes:
        predictors: What it was fitted on; the last are the network's readings.
        expected: What is expected of a patient of whom nothing is known.
        spread: Standard deviation of the truth around it.
        steps: One per modality: the table in its order, then the MRI.
        encoder_sha256: Of the weights of the network that reads the MRI.
    """

    predictors: tuple[Predictor, ...]
    expected: float
    spread: float
    steps: tuple[Step, ...]
    encoder_sha256: str

    @property
    def modalities(self) -> tuple[str, ...]:
        """The modalities in the order of the steps."""
        return tuple(step.modality.name for step in self.steps)

    def after_each(
        self, data: FoldData
    ) -> Float[np.ndarray, "patients modalities_and_one"]:
        """Return each held-out patient's probability before and after every step.

        The first column is that of a patient of whom nothing is known.

        Raises:
            InvalidChoice: The patients have other predictors than the model, or crops
                that the network does not know.
        """
        seen = read_images(data.held_out, self.encoder_sha256)
        expect(self.predictors, seen.predictors)
        states = [_before(self.expected, self.spread, len(seen))]
        for step in self.steps:
            states.append(step.after(states[-1], seen))
        return np.column_stack([state.probability for state in states])

    def predict(self, data: FoldData) -> Predictions:
        """Return the probability of the outcome for each held-out patient.

        Raises:
            InvalidChoice: The patients have other predictors than the model, or crops
                that the network does not know.
        """
        predicted: np.ndarray = self.after_each(data)[:, -1].copy()
        return predicted

    def save(self, folder: Path) -> None:
        """Write the model into an empty folder as one JSON card.

        The network's weights are named by their SHA-256 sum, not copied.
        """
        fitted: dict[str, Any] = {
            "modalities": written([step.modality for step in self.steps]),
            "narrowing": [step.narrowing for step in self.steps],
            "start": listed(np.array([self.expected, self.spread])),
            "encoder": encoder_entry(self.encoder_sha256),
        }
        card = SavedModel(model="sequential", predictors=self.predictors, fitted=fitted)
        card.write(folder)


def fit(data: FoldData, settings: Settings, seed: int) -> FittedSequential:
    """Fit one step after the other; each has one optimum, so no seed is needed.

    Raises:
        InvalidChoice: The outcome cannot be learned from, or a crop is no image that
            the network knows.
        UnknownName: A setting it does not have.
    """
    return fit_all(data, [settings], seed)[0]


def fit_all(
    data: FoldData, settings: Sequence[Settings], seed: int
) -> Sequence[FittedSequential]:
    """Fit one model per setting; every image is read once.

    Raises:
        InvalidChoice: The outcome cannot be learned from, or a crop is no image that
            the network knows.
        UnknownName: A setting it does not have.
    """
    penalties = [read_settings(SequentialSettings, each).penalty for each in settings]
    outcome = binary_outcome(data.train)
    sha256 = shipped_sha256()
    train = read_images(data.train, sha256)
    return [_fit(train, outcome, penalty, sha256) for penalty in penalties]


def load(folder: Path) -> FittedSequential:
    """Read back what was saved, to the last bit.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged, or the network
            shipped here is not the one it was fitted with.
    """
    card = SavedModel.read(folder, "sequential")
    scores = read_scores(card, folder)
    narrowing = card.numbers("narrowing", len(scores))
    expected, spread = card.numbers("start", 2)
    return FittedSequential(
        predictors=card.predictors,
        expected=float(expected),
        spread=float(spread),
        steps=tuple(
            Step(modality=score, narrowing=float(factor))
            for score, factor in zip(scores, narrowing, strict=True)
        ),
        encoder_sha256=encoder_of(card, folder),
    )


def _fit(
    train: CohortView,
    outcome: Float[np.ndarray, " patients"],
    penalty: float,
    sha256: str,
) -> FittedSequential:
    expected, spread = _start(train, outcome)
    state, steps = _before(expected, spread, len(train)), []
    for name in modality_names(train.predictors):
        steps.append(_step(train, name, state, penalty))
        state = steps[-1].after(state, train)
    return FittedSequential(
        predictors=train.predictors,
        expected=expected,
        spread=spread,
        steps=tuple(steps),
        encoder_sha256=sha256,
    )


def _start(
    train: CohortView, outcome: Float[np.ndarray, " patients"]
) -> tuple[float, float]:
    """Return the mean margin and its spread; of verdicts the log-odds, spread fixed."""
    if train.margin is None:
        return float(logit(outcome.mean())), LOGIT_PER_PROBIT
    return float(train.margin.mean()), float(train.margin.std())


def _before(expected: float, spread: float, patients: int) -> State:
    return State(expected=np.full(patients, expected), spread=np.full(patients, spread))


def _step(train: CohortView, name: str, state: State, penalty: float) -> Step:
    """Learn from the patients who have the modality what is left to explain."""
    part = train.reading((name,), images=False)
    rows = np.flatnonzero(has_any(part))
    seen, known = part.take(rows), state.expected[rows]
    assert seen.outcome is not None
    if len(np.unique(seen.outcome)) < 2:
        return Step(modality=silent(name, part.predictors), narrowing=1.0)
    design = Design.learn(seen.predictors, seen.table)
    if seen.margin is None:
        strength = C_TIMES_PENALTY / max(penalty, 1e-3)
        weights = ridge_logistic(design.columns, seen.outcome, [strength], known)
        narrowing = 1.0
    else:
        left = seen.margin - known
        weights = ridge_linear(design.columns, left, [penalty])
        narrowing = _share_left(left, design.columns @ weights[0, 1:])
    score = relative_score(name, design.scores(weights)[0])
    return Step(modality=score, narrowing=narrowing)


def _share_left(
    left: Float[np.ndarray, " patients"], explained: Float[np.ndarray, " patients"]
) -> float:
    """Return the share of the standard deviation that stays unexplained."""
    return float((left - explained).std() / left.std())


SEQUENTIAL = MODELS.add(
    ModelRecipe(
        name="sequential",
        data="multimodal",
        fit=fit,
        fit_all=fit_all,
        load=load,
        grid=tuple({"penalty": p} for p in (100.0, 30.0, 300.0, 1000.0)),
        sees_images=True,
        pretrained=True,
        reference="doi:10.48550/arXiv.2309.14118",
    )
)
