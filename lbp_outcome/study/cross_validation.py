"""Nested cross-validation: only predictions for unseen patients leave this room."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from datamodules import DATAMODULES
from lbp_outcome.contracts import FittedModel, ModelRecipe, Probabilities, Settings
from lbp_outcome.statistics.splits import Fold
from lbp_outcome.study.plan import ModelPlan
from lbp_outcome.view import CohortView
from models import MODELS

Rows = Sequence[int] | np.ndarray

CLIP = 1e-6
"""Probabilities are kept this far from 0 and 1, so that the log loss stays finite."""


@dataclass(frozen=True, eq=False, kw_only=True)
class FoldResult:
    """One model fitted on one fold, and what it says of the patients left out.

    Attributes:
        fold: The fold.
        settings: Settings chosen on the inner folds.
        fitted: The model, which has never seen `fold.held_out`.
        probability: Its predictions, in the order of `fold.held_out`.
    """

    fold: Fold
    settings: Settings
    fitted: FittedModel
    probability: Probabilities


def cross_validate(
    plan: ModelPlan, view: CohortView, folds: Iterable[Fold], seed: int
) -> Iterator[FoldResult]:
    """Fit a model on every outer fold and predict the patients left out.

    Settings are chosen on the inner folds alone. The held-out view carries no
    outcome, so a model cannot see it.
    """
    recipe = recipe_of(plan)
    view = seen_by(plan, view)
    for fold in folds:
        key = seed_of(seed, plan.name, fold.repeat, fold.fold)
        settings = choose_settings(recipe, view, fold.inner, key)
        train, held_out = view.take(fold.train), view.take(fold.held_out)
        fitted, probability = fit_predict(recipe, train, held_out, settings, key)
        yield FoldResult(
            fold=fold, settings=settings, fitted=fitted, probability=probability
        )


def recipe_of(plan: ModelPlan) -> ModelRecipe:
    """Return the model's recipe, with the settings that the plan fixes."""
    recipe = MODELS[plan.method]
    fixed = [{**settings, **plan.settings} for settings in recipe.grid]
    distinct = {repr(sorted(settings.items())): settings for settings in fixed}
    return replace(recipe, grid=tuple(distinct.values()))


def seen_by(plan: ModelPlan, view: CohortView) -> CohortView:
    """Return the view with only what this model reads."""
    return view.reading(plan.reads, images="images" in plan.reads)


def choose_settings(
    recipe: ModelRecipe,
    view: CohortView,
    inner: Sequence[tuple[Rows, Rows]],
    seed: int,
) -> Settings:
    """Return the settings with the smallest mean log loss on the inner folds."""
    if len(recipe.grid) == 1:
        return recipe.grid[0]

    def loss(settings: Settings) -> float:
        losses = []
        for train, validation in inner:
            held_out = view.take(validation)
            _, p = fit_predict(recipe, view.take(train), held_out, settings, seed)
            assert held_out.outcome is not None
            losses.append(log_loss(held_out.outcome, p))
        return float(np.mean(losses))

    return min(recipe.grid, key=loss)


def fit_predict(
    recipe: ModelRecipe,
    train: CohortView,
    held_out: CohortView,
    settings: Settings,
    seed: int,
) -> tuple[FittedModel, Probabilities]:
    """Fit on some patients and predict others, whose outcome is hidden."""
    data = DATAMODULES[recipe.data].build(train, held_out.without_outcome(), seed)
    fitted = recipe.fit(data, settings, seed)
    return fitted, fitted.predict(data)


def fit(
    recipe: ModelRecipe, train: CohortView, settings: Settings, seed: int
) -> FittedModel:
    """Fit on some patients, with nobody to predict."""
    data = DATAMODULES[recipe.data].build(train, train.take([]), seed)
    return recipe.fit(data, settings, seed)


def log_loss(outcome: Float[np.ndarray, " n"], probability: Probabilities) -> float:
    """Mean negative log-likelihood: 0 is perfect, 0.69 is a coin toss."""
    p = np.clip(probability, CLIP, 1 - CLIP)
    return float(-np.mean(outcome * np.log(p) + (1 - outcome) * np.log(1 - p)))


def seed_of(seed: int, *names: str | int) -> int:
    """Return a seed that depends on every part of the name and on nothing else."""
    words = [seed, *(word for name in names for word in str(name).encode())]
    return int(np.random.SeedSequence(words).generate_state(1)[0] >> 1)
