"""The settings of a model are chosen on inner folds, never on those held out."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from datamodules import DATAMODULES
from lbp_outcome.contracts import FoldData, ModelRecipe, Predictions, Settings
from lbp_outcome.view import CohortView

Rows = Sequence[int] | np.ndarray

CLIP = 1e-6
"""Probabilities are kept this far from 0 and 1, so that the log loss stays finite."""


def choose_settings(
    recipe: ModelRecipe,
    view: CohortView,
    inner: Sequence[tuple[Rows, Rows]],
    seed: int,
) -> Settings:
    """Return the settings with the smallest mean loss on the inner folds.

    The loss of a probability is the log loss, that of a number the squared error.
    """
    if len(recipe.grid) == 1:
        return recipe.grid[0]
    losses = [
        _losses(recipe, view.drawn(train), view.drawn(validation), seed)
        for train, validation in inner
    ]
    return recipe.grid[int(np.argmin(np.mean(losses, axis=0)))]


def log_loss(outcome: Float[np.ndarray, " n"], probability: Predictions) -> float:
    """Mean negative log-likelihood: 0 is perfect, 0.69 is a coin toss."""
    p = np.clip(probability, CLIP, 1 - CLIP)
    return float(-np.mean(outcome * np.log(p) + (1 - outcome) * np.log(1 - p)))


def squared_error(outcome: Float[np.ndarray, " n"], expected: Predictions) -> float:
    """Mean squared distance of expectation and outcome: 0 is perfect."""
    return float(np.mean((outcome - expected) ** 2))


LOSSES = {"binary": log_loss, "continuous": squared_error}


def _losses(
    recipe: ModelRecipe, train: CohortView, validation: CohortView, seed: int
) -> list[float]:
    """Return the loss of each of the settings in the patients held out."""
    hidden = validation.without_outcome()
    data = DATAMODULES[recipe.data].build(train, hidden, seed)
    assert validation.outcome is not None
    loss, outcome = LOSSES[recipe.predicts], validation.outcome
    return [loss(outcome, predicted) for predicted in _predictions(recipe, data, seed)]


def _predictions(recipe: ModelRecipe, data: FoldData, seed: int) -> list[Predictions]:
    if recipe.fit_all is not None:
        return [
            model.predict(data) for model in recipe.fit_all(data, recipe.grid, seed)
        ]
    return [recipe.fit(data, chosen, seed).predict(data) for chosen in recipe.grid]
