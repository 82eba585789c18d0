"""A score assembled from published odds ratios; it is not a published model."""

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
from lbp_outcome.errors import InvalidChoice, UnreadableFile
from lbp_outcome.statistics.logistic import fit_logistic
from lbp_outcome.view import CohortView, Predictor
from models import MODELS
from models._outcome import binary_outcome
from models._predictors import expect
from models._published_effects import EFFECTS, PublishedEffect
from models._saved import SavedModel, listed
from models._score import summed
from models._settings import read_settings


@dataclass(frozen=True, kw_only=True)
class PublishedScoreSettings:
    """What is learned from the training patients; the odds ratios never are.

    Attributes:
        slope: 0 learns the intercept alone, so that the mean prediction is right; 1
            also how far the score is stretched, which mends odds ratios that promise
            too much.
    """

    slope: int = 0


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedPublishedScore:
    """Published log-odds ratios added up, with the intercept of the training patients.

    Attributes:
        predictors: What it was offered.
        average: Mean published log-odds of each predictor over the training patients;
            stands in for a missing value.
        intercept: Log-odds of the average training patient.
        slope: By how much the score is stretched; 1 as published.
    """

    predictors: tuple[Predictor, ...]
    average: Float[np.ndarray, " predictors"]
    intercept: float
    slope: float

    @property
    def predicts(self) -> OutcomeKind:
        """A yes or no."""
        return "binary"

    @property
    def selected(self) -> tuple[str, ...]:
        """Names of the predictors with a published odds ratio."""
        found = _effects(self.predictors)
        return tuple(item.name for item in self.predictors if item.name in found)

    @property
    def lacking(self) -> tuple[str, ...]:
        """Predictors with a published odds ratio that the patients do not have."""
        used = _effects(self.predictors).values()
        return tuple(effect.name for effect in EFFECTS if effect not in used)

    def terms(self, data: FoldData) -> Float[np.ndarray, "patients predictors"]:
        """Return what each predictor adds to the log-odds of each held-out patient.

        Nothing where it is missing or has no published odds ratio.

        Raises:
            InvalidChoice: The patients have other predictors than the model.
        """
        expect(self.predictors, data.held_out.predictors)
        terms: np.ndarray = self.slope * _away(data.held_out, self.average)
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
        fitted = {
            "average": listed(self.average),
            "intercept_and_slope": [self.intercept, self.slope],
            "published": _published(),
        }
        SavedModel(
            model="published_score", predictors=self.predictors, fitted=fitted
        ).write(folder)


def fit(data: FoldData, settings: Settings, seed: int) -> FittedPublishedScore:
    """Set the intercept, and on request the slope, to the training patients.

    The odds ratios come from different studies, were adjusted for different things and
    belong to outcomes that resemble the study's; 1 must mean a good outcome. Expect a
    comparator that knows the literature, not the accuracy of a published model.

    Raises:
        InvalidChoice: The outcome cannot be learned from, no predictor has a published
            odds ratio, or the slope cannot be learned.
        UnknownName: A setting it does not have.
    """
    chosen = read_settings(PublishedScoreSettings, settings)
    if chosen.slope not in (0, 1):
        raise InvalidChoice(f"slope = {chosen.slope}: must be 0 or 1.")
    outcome = binary_outcome(data.train)
    if not _effects(data.train.predictors):
        raise InvalidChoice(
            "The published score needs at least one predictor of "
            f"{', '.join(effect.name for effect in EFFECTS)}."
        )
    average = _average(_log_odds(data.train))
    score = _away(data.train, average).sum(axis=1)
    intercept, slope = _recalibrated(score, outcome, chosen.slope == 1)
    return FittedPublishedScore(
        predictors=data.train.predictors,
        average=average,
        intercept=intercept,
        slope=slope,
    )


def load(folder: Path) -> FittedPublishedScore:
    """Read back what was saved, to the last bit.

    Raises:
        UnreadableFile: The folder holds no such model, it is damaged, or this version
            adds up other odds ratios.
    """
    card = SavedModel.read(folder, "published_score")
    if card.fitted.get("published") != _published():
        raise UnreadableFile(
            f"{folder}: assembled from other odds ratios than this version knows; fit "
            "the model again."
        )
    intercept, slope = card.numbers("intercept_and_slope", 2)
    return FittedPublishedScore(
        predictors=card.predictors,
        average=card.numbers("average", len(card.predictors)),
        intercept=float(intercept),
        slope=float(slope),
    )


def _published() -> list[list[float]]:
    """Return the numbers that the score is made of."""
    return [[each.odds_ratio, each.step, each.threshold] for each in EFFECTS]


def _effects(predictors: tuple[Predictor, ...]) -> dict[str, PublishedEffect]:
    """Return the effect that stands in each column; a column holds one at most."""
    names = tuple(item.name for item in predictors)
    placed = {effect.column(names): effect for effect in EFFECTS}
    return {name: effect for name, effect in placed.items() if name is not None}


def _log_odds(view: CohortView) -> Float[np.ndarray, "patients predictors"]:
    """Return published log-odds as they are; NaN where the value is missing."""
    found, added = _effects(view.predictors), np.zeros_like(view.table, dtype=float)
    for column, predictor in enumerate(view.predictors):
        if predictor.name in found:
            added[:, column] = found[predictor.name].log_odds(view.table[:, column])
    return added


def _average(
    log_odds: Float[np.ndarray, "patients predictors"],
) -> Float[np.ndarray, " predictors"]:
    known = ~np.isnan(log_odds)
    average: np.ndarray = np.where(known, log_odds, 0.0).sum(axis=0) / np.maximum(
        known.sum(axis=0), 1
    )
    return average


def _away(
    view: CohortView, average: Float[np.ndarray, " predictors"]
) -> Float[np.ndarray, "patients predictors"]:
    log_odds = _log_odds(view)
    away: np.ndarray = np.where(np.isnan(log_odds), 0.0, log_odds - average)
    return away


def _recalibrated(
    score: Float[np.ndarray, " patients"],
    outcome: Float[np.ndarray, " patients"],
    learn_slope: bool,
) -> tuple[float, float]:
    everybody, ones = np.ones((1, len(score))), np.ones_like(score)
    if not learn_slope:
        (row,) = fit_logistic(ones[:, None], outcome, everybody, offset=score)
        return float(row[0]), 1.0
    columns = np.column_stack([ones, score])
    (row,) = fit_logistic(columns, outcome, everybody)
    if np.isnan(row).any() or np.ptp(score) == 0:
        raise InvalidChoice(
            "The slope of the published score cannot be learned from these patients: "
            "the score is the same for all, or separates them; use slope = 0."
        )
    return float(row[0]), float(row[1])


PUBLISHED_SCORE = MODELS.add(
    ModelRecipe(
        name="published_score",
        data="tabular",
        fit=fit,
        load=load,
        reference="assembled from published odds ratios, not a published model: "
        + ", ".join(dict.fromkeys(effect.reference for effect in EFFECTS)),
    )
)
