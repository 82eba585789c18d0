"""An intercept plus one term per predictor: what every linear model predicts with."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.contracts import FoldData
from lbp_outcome.view import Predictor
from models._predictors import expect
from models._preparation import TablePreparation
from models._saved import SavedModel, listed


@dataclass(frozen=True, eq=False, kw_only=True)
class LinearScore:
    """A sum over the predictors, in log-odds or in the unit of the outcome.

    Attributes:
        predictors: What it was fitted on.
        preparation: Fills gaps and standardises.
        intercept: Score of a patient who is average in everything.
        weights: Score per training standard deviation of each predictor.
        missing_weights: Score of not having each predictor; 0 where every training
            patient had it.
    """

    predictors: tuple[Predictor, ...]
    preparation: TablePreparation
    intercept: float
    weights: Float[np.ndarray, " predictors"]
    missing_weights: Float[np.ndarray, " predictors"]

    @property
    def used(self) -> tuple[str, ...]:
        """Names of the predictors whose weight is not zero."""
        felt = (self.weights != 0) | (self.missing_weights != 0)
        pairs = zip(self.predictors, felt, strict=True)
        return tuple(item.name for item, counts in pairs if counts)

    def terms(self, data: FoldData) -> Float[np.ndarray, "patients predictors"]:
        """Return what each predictor adds to the score of each held-out patient.

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

    def of(self, data: FoldData) -> Float[np.ndarray, " patients"]:
        """Return the score of each held-out patient.

        Raises:
            InvalidChoice: The patients have other predictors than the model.
        """
        return summed(self.intercept, self.terms(data))

    def save(self, model: str) -> SavedModel:
        """Return the card of a model that is nothing but this score."""
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
        return SavedModel(model=model, predictors=self.predictors, fitted=fitted)

    @classmethod
    def read(cls, card: SavedModel) -> "LinearScore":
        """Return the score that a card holds, to the last bit.

        Raises:
            UnreadableFile: The card is damaged.
        """
        count = len(card.predictors)
        return cls(
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


@dataclass(frozen=True, eq=False)
class Design:
    """The columns of a linear regression: the values, and who lacks them.

    Attributes:
        predictors: What the table holds.
        preparation: Learned from the same patients.
        columns: Standardised values, then the indicators of the predictors with gaps;
            each of mean 0.
    """

    predictors: tuple[Predictor, ...]
    preparation: TablePreparation
    columns: Float[np.ndarray, "patients columns"]

    @classmethod
    def learn(
        cls,
        predictors: tuple[Predictor, ...],
        table: Float[np.ndarray, "patients predictors"],
    ) -> "Design":
        """Learn the preparation from the training patients and apply it to them."""
        preparation = TablePreparation.learn(table)
        missing = preparation.missing(table)[:, preparation.informative]
        return cls(
            predictors,
            preparation,
            np.hstack([preparation.standardise(table), missing]),
        )

    def scores(
        self, weights: Float[np.ndarray, "fits columns_and_one"]
    ) -> Sequence[LinearScore]:
        """Return one score per row of weights: the intercept, then the columns."""
        return [self._score(row) for row in weights]

    def _score(self, row: Float[np.ndarray, " columns_and_one"]) -> LinearScore:
        count = len(self.predictors)
        missing = np.zeros(count)
        missing[self.preparation.informative] = row[1 + count :]
        return LinearScore(
            predictors=self.predictors,
            preparation=self.preparation,
            intercept=float(row[0]),
            weights=row[1 : 1 + count].copy(),
            missing_weights=missing,
        )


def summed(
    intercept: float, terms: Float[np.ndarray, "patients predictors"]
) -> Float[np.ndarray, " patients"]:
    """Return intercept plus terms; the company a patient is in changes no bit."""
    return np.array([intercept + row.sum() for row in terms], dtype=float)
