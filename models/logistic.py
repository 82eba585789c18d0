"""Ridge logistic regression: the model that 160 patients can carry."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float
from scipy.special import expit

from lbp_outcome.contracts import FoldData, ModelRecipe, Probabilities, Settings
from lbp_outcome.view import Predictor
from models import MODELS
from models._outcome import binary_outcome
from models._predictors import expect
from models._preparation import TablePreparation
from models._ridge import ridge_logistic
from models._saved import SavedModel, listed
from models._settings import read_settings


@dataclass(frozen=True, kw_only=True)
class LogisticSettings:
    """How much the regression trusts the data.

    Attributes:
        C: Inverse of the ridge penalty; small values shrink the weights towards the
            base rate. The default suits some 100 events on standardised predictors.
    """

    C: float = 0.1


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedLogistic:
    """Log-odds as an intercept plus one term per predictor.

    Attributes:
        predictors: What it was fitted on.
        preparation: Fills gaps and standardises.
        intercept: Log-odds of a patient who is average in everything.
        weights: Log-odds per training standard deviation of each predictor.
        missing_weights: Log-odds of not having each predictor; 0 where every training
            patient had it.
    """

    predictors: tuple[Predictor, ...]
    preparation: TablePreparation
    intercept: float
    weights: Float[np.ndarray, " predictors"]
    missing_weights: Float[np.ndarray, " predictors"]

    def terms(self, data: FoldData) -> Float[np.ndarray, "patients predictors"]:
        """Return what each predictor adds to the log-odds of each held-out patient.

        Terms average zero over the training patients, so they are exact Shapley values
        of a linear model with independent predictors.

        Raises:
            InvalidChoice: The patients have other predictors than the model.
        """
        expect(self.predictors, data.held_out.predictors)
        table = data.held_out.table
        values = self.preparation.standardise(table) * self.weights
        gaps = self.preparation.missing(table) * self.missing_weights
        terms: np.ndarray = values + gaps
        return terms

    def predict(self, data: FoldData) -> Probabilities:
        """Return the probability of the outcome for each held-out patient.

        Raises:
            InvalidChoice: The patients have other predictors than the model.
        """
        # Summed patient by patient: the company a patient is in changes no bit.
        log_odds = [self.intercept + row.sum() for row in self.terms(data)]
        probabilities: np.ndarray = expit(np.array(log_odds, dtype=float))
        return probabilities

    def save(self, folder: Path) -> None:
        """Write the model into an empty folder as one JSON card."""
        learned: dict[str, np.ndarray] = {
            "median": self.preparation.median,
            "mean": self.preparation.mean,
            "scale": self.preparation.scale,
            "gaps": self.preparation.gaps,
            "weights": self.weights,
            "missing_weights": self.missing_weights,
            "intercept": np.array([self.intercept]),
        }
        fitted = {name: listed(values) for name, values in learned.items()}
        card = SavedModel(model="logistic", predictors=self.predictors, fitted=fitted)
        card.write(folder)


def fit(data: FoldData, settings: Settings, seed: int) -> FittedLogistic:
    """Fit the regression; there is one optimum, so the seed changes nothing.

    Raises:
        InvalidChoice: The outcome cannot be learned from, or C is not above zero.
        UnknownName: A setting it does not have.
    """
    chosen = read_settings(LogisticSettings, settings)
    outcome = binary_outcome(data.train)
    preparation = TablePreparation.learn(data.train.table)
    standard = preparation.standardise(data.train.table)
    missing = preparation.missing(data.train.table)
    intercept, weights = ridge_logistic(
        np.hstack([standard, missing]), outcome, chosen.C
    )
    count = len(data.train.predictors)
    return FittedLogistic(
        predictors=data.train.predictors,
        preparation=preparation,
        intercept=intercept,
        weights=weights[:count],
        missing_weights=weights[count:],
    )


def load(folder: Path) -> FittedLogistic:
    """Read back what was saved, to the last bit.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged.
    """
    card = SavedModel.read(folder, "logistic")
    count = len(card.predictors)
    return FittedLogistic(
        predictors=card.predictors,
        preparation=TablePreparation(
            median=card.numbers("median", count),
            mean=card.numbers("mean", count),
            scale=card.numbers("scale", count),
            gaps=card.numbers("gaps", count),
        ),
        intercept=float(card.numbers("intercept", 1)[0]),
        weights=card.numbers("weights", count),
        missing_weights=card.numbers("missing_weights", count),
    )


LOGISTIC = MODELS.add(
    ModelRecipe(
        name="logistic",
        data="tabular",
        fit=fit,
        load=load,
        grid=({"C": 0.1}, {"C": 0.01}, {"C": 0.03}, {"C": 0.3}, {"C": 1.0}),
        reference="doi:10.2307/2347628",
    )
)
