"""One fit of one model by the whole procedure: settings chosen, fitted, predicting."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int

from datamodules import DATAMODULES
from lbp_outcome.contracts import (
    FittedModel,
    FoldData,
    ModelRecipe,
    Predictions,
    Resumable,
    SelectingModel,
    Settings,
)
from lbp_outcome.io.atomic import atomic_folder
from lbp_outcome.study.fitting.recipe import recipe_of, seen_by
from lbp_outcome.study.fitting.settings_choice import choose_settings
from lbp_outcome.study.outcome_model import NATIVE
from lbp_outcome.study.plan import ModelPlan
from lbp_outcome.view import CohortView

OUTCOME = "refit.json"


@dataclass(frozen=True, eq=False, kw_only=True)
class Refit:
    """What is to be fitted, and whom it is to predict.

    Attributes:
        key: Name of the work, such as `clinical/repeat-0-fold-1`.
        model: The model.
        train: Rows of the cohort to learn from; a bootstrap resample repeats some.
        predict: Rows to predict.
        inner: Pairs of rows, all from `train`, on which settings are chosen.
        seed: Seed of the fit.
        dealt: Whose outcome each patient is given instead of their own.
    """

    key: str
    model: ModelPlan
    train: Int[np.ndarray, " train"]
    predict: Int[np.ndarray, " predict"]
    inner: tuple[tuple[np.ndarray, np.ndarray], ...]
    seed: int
    dealt: Int[np.ndarray, " rows"] | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Refitted:
    """A model that was fitted, and what it says.

    Attributes:
        settings: Settings chosen on the inner folds.
        predicted: Its predictions, in the order of the rows to predict.
        selected: Predictors it uses, where it chose some; None where it uses all.
        native: Folder of the fitted model's own files.
    """

    settings: Settings
    predicted: Predictions
    selected: tuple[str, ...] | None
    native: Path


def refit(work: Refit, view: CohortView, folder: Path) -> Refitted:
    """Do one piece of work and keep it in a folder, whole or not at all.

    Beside that folder a network keeps the state of its training while it lasts, so that
    a study that was killed goes on in the middle of a long fit.
    """
    recipe = recipe_of(work.model)
    seen = seen_by(work.model, view)
    if work.dealt is not None:
        seen = seen.dealt(work.dealt)
    settings = choose_settings(recipe, seen, work.inner, work.seed)
    train, others = seen.drawn(work.train), seen.take(work.predict)
    home, state = folder / work.key, folder / f"{work.key}.training"
    fitted, predicted = fit_predict(recipe, train, others, settings, work.seed, state)
    with atomic_folder(home, holds=OUTCOME) as temporary:
        (temporary / NATIVE).mkdir()
        fitted.save(temporary / NATIVE)
        _write(temporary / OUTCOME, settings, predicted, _selected(fitted))
    shutil.rmtree(state, ignore_errors=True)
    return _read(home)


def finished(work: Refit, folder: Path) -> Refitted | None:
    """Return what an earlier run left of this piece of work, if it was finished."""
    home = folder / work.key
    return _read(home) if (home / OUTCOME).is_file() else None


def fit_predict(
    recipe: ModelRecipe,
    train: CohortView,
    held_out: CohortView,
    settings: Settings,
    seed: int,
    checkpoints: Path | None = None,
) -> tuple[FittedModel, Predictions]:
    """Fit on some patients and predict others, whose outcome is hidden.

    A model of all patients also predicts those it was fitted to; it is given them only
    afterwards.

    Args:
        recipe: The model.
        train: Patients to learn from.
        held_out: Patients to predict.
        settings: Of the model.
        seed: Of the fit.
        checkpoints: Folder for the state of a training; models of tables need none.
    """
    module, hidden = DATAMODULES[recipe.data], held_out.without_outcome()
    if set(train.patients) & set(held_out.patients):
        learned = _kept(module.build(train, train.take([]), seed), checkpoints)
        fitted = recipe.fit(learned, settings, seed)
        return fitted, fitted.predict(module.build(train.take([]), hidden, seed))
    data = _kept(module.build(train, hidden, seed), checkpoints)
    fitted = recipe.fit(data, settings, seed)
    return fitted, fitted.predict(data)


def _kept(data: FoldData, checkpoints: Path | None) -> FoldData:
    if isinstance(data, Resumable):
        data.checkpoints = checkpoints
    return data


def _selected(fitted: FittedModel) -> tuple[str, ...] | None:
    return fitted.selected if isinstance(fitted, SelectingModel) else None


def _write(
    file: Path,
    settings: Settings,
    predicted: Predictions,
    selected: Sequence[str] | None,
) -> None:
    content = {
        "settings": dict(settings),
        "predicted": np.asarray(predicted, dtype=float).tolist(),  # exact in JSON
        "selected": selected,
    }
    file.write_text(json.dumps(content, allow_nan=False), encoding="utf-8")


def _read(home: Path) -> Refitted:
    content = json.loads((home / OUTCOME).read_text(encoding="utf-8"))
    selected = content["selected"]
    return Refitted(
        settings=content["settings"],
        predicted=np.array(content["predicted"], dtype=float),
        selected=None if selected is None else tuple(selected),
        native=home / NATIVE,
    )
