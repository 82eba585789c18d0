"""Does a model change with patients whom its fit must not see?"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from datamodules import DATAMODULES
from lbp_outcome.contracts import FittedModel, ModelRecipe, Predictions
from lbp_outcome.errors import LbpError
from lbp_outcome.statistics.dealing import is_binary
from lbp_outcome.statistics.splits import Fold
from lbp_outcome.study.checks import (
    CHECKS,
    Check,
    CheckNotApplicable,
    Examined,
)
from lbp_outcome.study.fitting.folds import study_folds
from lbp_outcome.study.fitting.recipe import recipe_of, seen_by
from lbp_outcome.study.fitting.refit import fit_predict
from lbp_outcome.study.plan import ModelPlan
from lbp_outcome.view import CohortView
from models import MODELS

SEED = 0
TOLERANCE = 1e-6
"""Relative difference of predictions that rounding may make."""


def look(examined: Examined) -> tuple[str, ...]:
    """Fit every method on one fold, twice, with other patients held out."""
    models = [m for m in examined.plan.every_model if not MODELS[m.method].sees_images]
    if not models:
        raise CheckNotApplicable("every model reads images, which takes too long")
    fold = study_folds(examined.plan, examined.data)[0]
    distinct = {(m.method, m.reads, repr(m.settings)): m for m in models}
    return tuple(
        f"{model.name!r} ({model.method}) {found}"
        for model in distinct.values()
        for found in _findings(model, seen_by(model, examined.data.view), fold)
    )


def _findings(model: ModelPlan, view: CohortView, fold: Fold) -> Iterator[str]:
    recipe = recipe_of(model)
    train, held_out = view.take(fold.train), view.take(fold.held_out)
    first, expected = _fit(recipe, train, held_out)
    _fit_elsewhere(recipe, view, fold)  # whatever it remembers is of others now
    second, _ = _fit(recipe, train, _disturbed(held_out, view))
    if not _same(expected, _predict(recipe, second, train, held_out)):
        yield "changes when only the held-out patients change"
    half = held_out.take(range(len(held_out) // 2))
    if not _same(expected[: len(half)], _predict(recipe, first, train, half)):
        yield "predicts a patient otherwise when other patients are predicted too"


def _fit(
    recipe: ModelRecipe, train: CohortView, held_out: CohortView
) -> tuple[FittedModel, Predictions]:
    return fit_predict(recipe, train, held_out, recipe.grid[0], SEED)


def _fit_elsewhere(recipe: ModelRecipe, view: CohortView, fold: Fold) -> None:
    """Fit to patients who do not exist; that it cannot be fitted does not matter."""
    nobody = _disturbed(view, view)
    try:
        _fit(recipe, nobody.take(fold.train), nobody.take(fold.held_out))
    except LbpError:
        return


def _predict(
    recipe: ModelRecipe, fitted: FittedModel, train: CohortView, others: CohortView
) -> Predictions:
    build = DATAMODULES[recipe.data].build
    return fitted.predict(build(train, others.without_outcome(), SEED))


def _disturbed(patients: CohortView, view: CohortView) -> CohortView:
    """Give patients high values at random and the opposite outcome, and no gaps."""
    rng = np.random.default_rng(SEED)
    table = np.column_stack(
        [_high_values(column, len(patients), rng) for column in view.table.T]
        or [np.empty((len(patients), 0))]
    )
    outcome = patients.outcome
    if outcome is not None:
        opposite = 1 - outcome if is_binary(outcome) else outcome.min() - outcome
        outcome = opposite.astype(float)
    margin = None if patients.margin is None else -patients.margin
    return replace(patients, table=table, outcome=outcome, margin=margin)


def _high_values(
    column: Float[np.ndarray, " patients"], size: int, rng: np.random.Generator
) -> Float[np.ndarray, " disturbed"]:
    known = column[~np.isnan(column)]
    if not known.size:
        return np.full(size, np.nan)
    drawn: np.ndarray = rng.choice(known[known >= np.median(known)], size)
    return drawn


def _same(first: Predictions, second: Predictions) -> bool:
    return bool(np.allclose(first, second, rtol=TOLERANCE, atol=TOLERANCE))


FITTED_OUTSIDE_FOLDS = CHECKS.add(
    Check(
        code="LBP105",
        name="fitted_outside_folds",
        title="a model learns from patients whom it is to predict",
        severity="error",
        stage="before training",
        explanation=(
            "Every method without images is fitted on one fold, again after a fit to "
            "other patients, and with the held-out patients replaced by made-up ones "
            "of the opposite outcome. The same training patients must give the same "
            "predictions, and each prediction must stay the same whoever else is "
            "predicted. If not, the method looks at held-out patients or keeps "
            "something from an earlier fit: mend its recipe, so that all it learns "
            "comes from `data.train`. What a method works out once and keeps for the "
            "rest of the process is not seen, nor are methods that read images."
        ),
        look=look,
        reference="doi:10.1016/j.patter.2023.100804",
    )
)
