"""Ridge logistic regression after multiple imputation of what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float
from scipy.special import expit

from lbp_outcome.contracts import (
    FoldData,
    ModelRecipe,
    OutcomeKind,
    Predictions,
    Settings,
)
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.statistics.rubin import pool
from lbp_outcome.view import Predictor
from models import MODELS
from models._imputation import Imputation, impute
from models._outcome import binary_outcome
from models._predictors import expect
from models._ridge import ridge_information, ridge_logistic
from models._saved import SavedModel, listed
from models._score import summed
from models._settings import read_settings


@dataclass(frozen=True, kw_only=True)
class LogisticImputedSettings:
    """How much the regression trusts the data, and how often gaps are filled.

    Attributes:
        C: Inverse of the ridge penalty; small values shrink the weights towards the
            base rate.
        imputations: Complete tables to draw, 2 or more; for a final model about as
            many as the percentage of patients with a gap.
    """

    C: float = 0.1
    imputations: int = 5


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedLogisticImputed:
    """Log-odds pooled over the imputed tables.

    Attributes:
        predictors: What it was fitted on.
        imputation: What is expected of a missing predictor.
        intercept: Log-odds of a patient who is average in everything.
        weights: Log-odds per training standard deviation, pooled.
        standard_errors: Of the weights, by Rubin's rules; with a penalty they measure
            the spread of shrunken weights, not their distance from the truth.
        average: Mean of each filled predictor over the training patients.
    """

    predictors: tuple[Predictor, ...]
    imputation: Imputation
    intercept: float
    weights: Float[np.ndarray, " predictors"]
    standard_errors: Float[np.ndarray, " predictors"]
    average: Float[np.ndarray, " predictors"]

    @property
    def predicts(self) -> OutcomeKind:
        """A yes or no."""
        return "binary"

    def terms(self, data: FoldData) -> Float[np.ndarray, "patients predictors"]:
        """Return what each predictor adds to the log-odds of each held-out patient.

        A missing predictor adds what is expected of it given the others, and is
        credited with it. Terms average zero over the training patients.

        Raises:
            InvalidChoice: The patients have other predictors than the model.
        """
        expect(self.predictors, data.held_out.predictors)
        filled = self.imputation.fill(data.held_out.table)
        terms: np.ndarray = (filled - self.average) * self.weights
        return terms

    def predict(self, data: FoldData) -> Predictions:
        """Return the probability of the outcome for each held-out patient.

        Raises:
            InvalidChoice: The patients have other predictors than the model.
        """
        probabilities: np.ndarray = expit(summed(self.intercept, self.terms(data)))
        return probabilities

    def save(self, folder: Path) -> None:
        """Write the model into an empty folder as one JSON card."""
        learned = {
            "centre": self.imputation.centre,
            "spread": self.imputation.spread,
            "mean": self.imputation.mean,
            "covariance": self.imputation.covariance.ravel(),
            "intercept": np.array([self.intercept]),
            "weights": self.weights,
            "standard_errors": self.standard_errors,
            "average": self.average,
        }
        fitted = {name: listed(values) for name, values in learned.items()}
        SavedModel(
            model="logistic_imputed", predictors=self.predictors, fitted=fitted
        ).write(folder)


def fit(data: FoldData, settings: Settings, seed: int) -> FittedLogisticImputed:
    """Draw complete tables, fit a regression to each, and pool them.

    Whether values are missing is taken to follow from what is known of the patient, the
    outcome included ("missing at random"); being missing says nothing more by itself.
    Where it does, `logistic` with its indicators is the better model.

    Raises:
        InvalidChoice: The outcome cannot be learned from, or a setting is too small.
        UnknownName: A setting it does not have.
    """
    return fit_all(data, [settings], seed)[0]


def fit_all(
    data: FoldData, settings: Sequence[Settings], seed: int
) -> Sequence[FittedLogisticImputed]:
    """Fit one model per setting; gaps are filled once for all strengths.

    Raises:
        InvalidChoice: The outcome cannot be learned from, or a setting is too small.
        UnknownName: A setting it does not have.
    """
    chosen = [read_settings(LogisticImputedSettings, each) for each in settings]
    outcome = binary_outcome(data.train)
    found: dict[LogisticImputedSettings, FittedLogisticImputed] = {}
    for copies in sorted({each.imputations for each in chosen}):
        group = [each for each in chosen if each.imputations == copies]
        fitted = _fit_group(data, outcome, [each.C for each in group], copies, seed)
        found |= dict(zip(group, fitted, strict=True))
    return [found[each] for each in chosen]


def load(folder: Path) -> FittedLogisticImputed:
    """Read back what was saved, to the last bit.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged.
    """
    card = SavedModel.read(folder, "logistic_imputed")
    count = len(card.predictors)
    return FittedLogisticImputed(
        predictors=card.predictors,
        imputation=Imputation(
            centre=card.numbers("centre", count),
            spread=card.numbers("spread", count),
            mean=card.numbers("mean", count),
            covariance=card.numbers("covariance", count**2).reshape(count, count),
        ),
        intercept=float(card.numbers("intercept", 1)[0]),
        weights=card.numbers("weights", count),
        standard_errors=card.numbers("standard_errors", count),
        average=card.numbers("average", count),
    )


def _fit_group(
    data: FoldData,
    outcome: Float[np.ndarray, " patients"],
    strengths: Sequence[float],
    copies: int,
    seed: int,
) -> list[FittedLogisticImputed]:
    if copies < 2:
        raise InvalidChoice(
            f"imputations = {copies}: at least 2, or what gaps cost stays unknown."
        )
    imputation, tables = impute(data.train.table, outcome, copies, seed)
    average = imputation.fill(data.train.table).mean(axis=0)
    weights = np.array([ridge_logistic(t, outcome, strengths) for t in tables])
    fitted = []
    for row, strength in enumerate(strengths):
        pooled, errors = _pool(tables, weights[:, row], strength)
        fitted.append(
            FittedLogisticImputed(
                predictors=data.train.predictors,
                imputation=imputation,
                intercept=float(pooled[0] + (average * pooled[1:]).sum()),
                weights=pooled[1:],
                standard_errors=errors[1:],
                average=average,
            )
        )
    return fitted


def _pool(
    tables: Float[np.ndarray, "copies patients predictors"],
    weights: Float[np.ndarray, "copies terms_and_one"],
    strength: float,
) -> tuple[Float[np.ndarray, " terms_and_one"], Float[np.ndarray, " terms_and_one"]]:
    """Return weights and standard errors by Rubin's rules, one weight at a time."""
    information = [
        ridge_information(table, strength, row)
        for table, row in zip(tables, weights, strict=True)
    ]
    variances = np.linalg.inv(np.array(information)).diagonal(axis1=1, axis2=2)
    pooled = [pool(*pair) for pair in zip(weights.T, variances.T, strict=True)]
    errors = np.sqrt([each.total for each in pooled])
    return np.array([each.estimate for each in pooled]), errors


LOGISTIC_IMPUTED = MODELS.add(
    ModelRecipe(
        name="logistic_imputed",
        data="tabular",
        fit=fit,
        fit_all=fit_all,
        load=load,
        grid=({"C": 0.1}, {"C": 0.01}, {"C": 0.03}, {"C": 0.3}, {"C": 1.0}),
        reference="doi:10.1002/9780470316696",
    )
)
