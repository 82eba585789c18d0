"""Fitted models whose prediction follows from one sum over the predictors."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float
from scipy.special import expit

from lbp_outcome.contracts import FoldData, OutcomeKind, Predictions
from models._saved import SavedModel
from models._score import LinearScore


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedAdditive:
    """A regression: its score is the log-odds of a yes, or the number itself.

    Attributes:
        model: Name on the shelf of models.
        predicts: Whether the outcome is a yes or no, or a number.
        score: The sum over the predictors.
    """

    model: str
    predicts: OutcomeKind
    score: LinearScore

    @property
    def intercept(self) -> float:
        """Score of the average training patient."""
        return self.score.intercept

    def terms(self, data: FoldData) -> Float[np.ndarray, "patients predictors"]:
        """Return what each predictor adds to the score of each held-out patient.

        Raises:
            InvalidChoice: The patients have other predictors than the model.
        """
        return self.score.terms(data)

    def predict(self, data: FoldData) -> Predictions:
        """Return each held-out patient's probability of the outcome, or its value.

        Raises:
            InvalidChoice: The patients have other predictors than the model.
        """
        score = self.score.of(data)
        predicted: np.ndarray = expit(score) if self.predicts == "binary" else score
        return predicted

    def save(self, folder: Path) -> None:
        """Write the model into an empty folder as one JSON card."""
        self.score.save(self.model).write(folder)


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedSelection:
    """A regression that chose some of its predictors and leaves the others alone.

    Attributes:
        additive: The regression.
    """

    additive: FittedAdditive

    @property
    def selected(self) -> tuple[str, ...]:
        """Names of the predictors it uses."""
        return self.additive.score.used

    @property
    def predicts(self) -> OutcomeKind:
        """Whether the outcome is a yes or no, or a number."""
        return self.additive.predicts

    @property
    def intercept(self) -> float:
        """Score of the average training patient."""
        return self.additive.intercept

    def terms(self, data: FoldData) -> Float[np.ndarray, "patients predictors"]:
        """Return what each predictor adds to the score; 0 where it is not used.

        Raises:
            InvalidChoice: The patients have other predictors than the model.
        """
        return self.additive.terms(data)

    def predict(self, data: FoldData) -> Predictions:
        """Return each held-out patient's probability of the outcome, or its value.

        Raises:
            InvalidChoice: The patients have other predictors than the model.
        """
        return self.additive.predict(data)

    def save(self, folder: Path) -> None:
        """Write the model into an empty folder as one JSON card."""
        self.additive.save(folder)


def load_additive(folder: Path, model: str, predicts: OutcomeKind) -> FittedAdditive:
    """Read back what was saved, to the last bit.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged.
    """
    score = LinearScore.read(SavedModel.read(folder, model))
    return FittedAdditive(model=model, predicts=predicts, score=score)
