"""Explainable boosting: one curve per predictor, learned by tiny trees, added up.

An optional extra (`pip install lbp-outcome[ebm]`): the library is needed to fit and
never to predict. Curves only, no interactions: each predictor's part in a prediction
can be read off its curve, and 160 patients could not tell an interaction from chance.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import expit, logit

from lbp_outcome.contracts import (
    FoldData,
    ModelRecipe,
    OutcomeKind,
    Predictions,
    Settings,
)
from lbp_outcome.errors import InvalidChoice, UnreadableFile
from lbp_outcome.view import Predictor
from models import MODELS
from models._outcome import binary_outcome
from models._predictors import expect
from models._saved import SavedModel, listed
from models._score import summed
from models._settings import read_settings


@dataclass(frozen=True, kw_only=True)
class ExplainableBoostingSettings:
    """How long the curves are shaped, and how often anew.

    Attributes:
        rounds: Most passes over the predictors; fewer where patients set aside are
            no longer predicted better.
        bags: Resamples of the patients whose curves are averaged.
        learning_rate: Share of each tree that is added.
    """

    rounds: int = 100
    bags: int = 8
    learning_rate: float = 0.02


@dataclass(frozen=True, eq=False, kw_only=True)
class Curve:
    """What one predictor adds, constant between cuts.

    Attributes:
        cuts: Where the curve steps, ascending; a value on a cut belongs above it.
        heights: Log-odds of a missing value, then from the lowest values to the
            highest; mean 0 over the training patients.
    """

    cuts: Float[np.ndarray, " cuts"]
    heights: Float[np.ndarray, " cuts_and_two"]

    def at(self, values: Float[np.ndarray, " patients"]) -> np.ndarray:
        """Return the height of the curve at each value."""
        bins = np.searchsorted(self.cuts, values, side="right") + 1
        found: np.ndarray = self.heights[np.where(np.isnan(values), 0, bins)]
        return found


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedExplainableBoosting:
    """The curves, and what they were learned from.

    Attributes:
        predictors: What it was fitted on.
        curves: One per predictor.
        intercept: Log-odds of the average training patient.
    """

    predictors: tuple[Predictor, ...]
    curves: tuple[Curve, ...]
    intercept: float

    @property
    def predicts(self) -> OutcomeKind:
        """A yes or no."""
        return "binary"

    def terms(self, data: FoldData) -> Float[np.ndarray, "patients predictors"]:
        """Return what each predictor adds to the log-odds of each held-out patient.

        Raises:
            InvalidChoice: The patients have other predictors than the model.
        """
        expect(self.predictors, data.held_out.predictors)
        return _heights(self.curves, data.held_out.table)

    def predict(self, data: FoldData) -> Predictions:
        """Return the probability of the outcome for each held-out patient.

        Raises:
            InvalidChoice: The patients have other predictors than the model.
        """
        predicted: np.ndarray = expit(summed(self.intercept, self.terms(data)))
        return predicted

    def save(self, folder: Path) -> None:
        """Write the curves into an empty folder as one JSON card."""
        fitted = {
            "intercept": self.intercept,
            "curves": [
                {"cuts": listed(curve.cuts), "heights": listed(curve.heights)}
                for curve in self.curves
            ],
        }
        card = SavedModel(
            model="explainable_boosting", predictors=self.predictors, fitted=fitted
        )
        card.write(folder)


def fit(data: FoldData, settings: Settings, seed: int) -> FittedExplainableBoosting:
    """Learn the curves; the seed decides which patients each bag holds.

    Raises:
        InvalidChoice: The outcome cannot be learned from, or the optional library is
            not installed.
        UnknownName: A setting it does not have.
    """
    chosen = read_settings(ExplainableBoostingSettings, settings)
    outcome, table = binary_outcome(data.train), _told(data.train.table)
    intercept, curves = float(logit(outcome.mean())), tuple[Curve, ...]()
    if data.train.predictors:
        intercept, curves = _centred(*_boosted(table, outcome, chosen, seed), table)
    return FittedExplainableBoosting(
        predictors=data.train.predictors, curves=curves, intercept=intercept
    )


def load(folder: Path) -> FittedExplainableBoosting:
    """Read back what was saved, to the last bit; the optional library is not needed.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged.
    """
    card = SavedModel.read(folder, "explainable_boosting")
    try:
        entries = zip(card.predictors, card.fitted["curves"], strict=True)
        curves = tuple(_curve(entry) for _, entry in entries)
        intercept = float(card.fitted["intercept"])
    except (KeyError, TypeError, ValueError):
        raise UnreadableFile(f"{folder}: the model's card is damaged.") from None
    return FittedExplainableBoosting(
        predictors=card.predictors, curves=curves, intercept=intercept
    )


def _told(
    table: Float[np.ndarray, "patients predictors"],
) -> Float[np.ndarray, "patients predictors"]:
    """Return the table with zeros for predictors that no training patient has."""
    told: np.ndarray = np.where(np.isnan(table).all(axis=0), 0.0, table)
    return told


def _boosted(
    table: Float[np.ndarray, "patients predictors"],
    outcome: Float[np.ndarray, " patients"],
    chosen: ExplainableBoostingSettings,
    seed: int,
) -> tuple[float, tuple[Curve, ...]]:
    model = _library()(
        feature_types=["continuous"] * table.shape[1],
        interactions=0,
        max_rounds=chosen.rounds,
        outer_bags=chosen.bags,
        learning_rate=chosen.learning_rate,
        n_jobs=1,
        random_state=seed,
    )
    with warnings.catch_warnings():
        # It warns that its own pictures leave missing values out; ours do not.
        warnings.filterwarnings("ignore", "Missing values detected", UserWarning)
        model.fit(table, outcome)
    pairs = zip(model.bins_, model.term_scores_, strict=True)
    curves = [
        Curve(cuts=np.array(bins[0], dtype=float), heights=np.array(scores[:-1]))
        for bins, scores in pairs  # the last score is of values that are no numbers
    ]
    return float(model.intercept_[0]), tuple(curves)


def _library() -> Any:  # noqa: ANN401 - an optional library without types
    try:
        from interpret.glassbox import ExplainableBoostingClassifier
    except ModuleNotFoundError:
        raise InvalidChoice(
            "explainable_boosting needs an extra that is not installed: "
            "pip install 'lbp-outcome[ebm]'"
        ) from None
    return ExplainableBoostingClassifier


def _centred(
    intercept: float,
    curves: Sequence[Curve],
    table: Float[np.ndarray, "patients predictors"],
) -> tuple[float, tuple[Curve, ...]]:
    """Move each curve to mean 0 over the training patients."""
    means = _heights(curves, table).mean(axis=0)
    moved = [
        replace(curve, heights=_moved(curve, mean, bool(np.isnan(column).any())))
        for curve, mean, column in zip(curves, means, table.T, strict=True)
    ]
    return intercept + float(means.sum()), tuple(moved)


def _moved(curve: Curve, mean: float, gaps: bool) -> np.ndarray:
    heights = curve.heights - mean
    if not gaps:
        heights[0] = 0.0  # nobody showed what a missing value means
    return heights


def _heights(
    curves: Sequence[Curve], table: Float[np.ndarray, "patients predictors"]
) -> Float[np.ndarray, "patients predictors"]:
    columns = [curve.at(table[:, place]) for place, curve in enumerate(curves)]
    return np.reshape(columns, (len(curves), len(table))).T


def _curve(entry: Mapping[str, Any]) -> Curve:
    cuts, heights = (np.array(entry[key], dtype=float) for key in ("cuts", "heights"))
    if cuts.ndim != 1 or heights.shape != (len(cuts) + 2,):
        raise ValueError
    return Curve(cuts=cuts, heights=heights)


EXPLAINABLE_BOOSTING = MODELS.add(
    ModelRecipe(
        name="explainable_boosting",
        data="tabular",
        fit=fit,
        load=load,
        grid=({"rounds": 100}, {"rounds": 30}, {"rounds": 300}),
        reference="doi:10.48550/arXiv.1909.09223",
    )
)
