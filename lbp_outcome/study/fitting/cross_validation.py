"""Every fit that a study consists of; only predictions for unseen patients count."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lbp_outcome.contracts import Predictions, Settings
from lbp_outcome.statistics.optimism import resamples
from lbp_outcome.statistics.splits import Fold, nested_folds
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.fitting.recipe import seed_of
from lbp_outcome.study.fitting.refit import Refit, Refitted
from lbp_outcome.study.folder import FINAL, fold_name
from lbp_outcome.study.plan import ModelPlan, StudyPlan
from models import MODELS


@dataclass(frozen=True, eq=False, kw_only=True)
class FoldResult:
    """One model fitted on one fold, and what it says of the patients left out.

    Attributes:
        model: Name of the model.
        fold: The fold.
        settings: Settings chosen on the inner folds.
        predicted: Its predictions, in the order of `fold.held_out`.
        selected: Predictors it uses, where it chose some; None where it uses all.
        native: Folder with the fitted model, which has never seen `fold.held_out`.
    """

    model: str
    fold: Fold
    settings: Settings
    predicted: Predictions
    selected: tuple[str, ...] | None
    native: Path

    @property
    def name(self) -> str:
        """How the model of this fold is called: `repeat-0-fold-3`."""
        return fold_name(self.fold.repeat, self.fold.fold)


def fold_work(model: ModelPlan, fold: Fold, seed: int) -> Refit:
    """Return the work of predicting the patients that a fold holds out."""
    return Refit(
        key=f"{model.name}/{fold_name(fold.repeat, fold.fold)}",
        model=model,
        train=fold.train,
        predict=fold.held_out,
        inner=fold.inner,
        seed=seed_of(seed, model.name, fold.repeat, fold.fold),
    )


def fold_result(fold: Fold, work: Refit, found: Refitted) -> FoldResult:
    """Join a fold with what was found on it."""
    return FoldResult(
        model=work.model.name,
        fold=fold,
        settings=found.settings,
        predicted=found.predicted,
        selected=found.selected,
        native=found.native,
    )


def final_work(plan: StudyPlan, model: ModelPlan, data: StudyData) -> Refit:
    """Return the work of fitting a model to all patients, as it was validated."""
    everybody = np.arange(len(data.view))
    return Refit(
        key=f"{model.name}/{FINAL}",
        model=model,
        train=everybody,
        predict=everybody,
        inner=_inner(plan, data.view.patients, _outcome(data), everybody),
        seed=seed_of(plan.seed, model.name, FINAL),
    )


def permuted_works(plan: StudyPlan, data: StudyData) -> tuple[tuple[Fold, Refit], ...]:
    """Return one cross-validation for each time that outcomes are dealt out anew.

    Of models that see images it would take hours; they are left out.
    """
    models = [m for m in plan.every_model if not MODELS[m.method].sees_images]
    return tuple(
        (fold, _permuted(model, fold, number, dealt, plan.seed))
        for number in range(plan.validation.permutations)
        for dealt in [_dealt(data, plan.seed, number)]
        for fold in _folds(plan, data, _outcome(data)[dealt], number)
        for model in models
        if model.reads
    )


def optimism_works(plan: StudyPlan, data: StudyData) -> tuple[Refit, ...]:
    """Return the fits to resampled patients that measure optimism."""
    if not plan.validation.optimism:
        return ()
    drawn = resamples(
        data.view.patients, replicates=plan.validation.optimism, seed=plan.seed
    )
    return tuple(
        Refit(
            key=f"{model.name}/resample-{number}",
            model=model,
            train=rows,
            predict=np.arange(len(data.view)),
            inner=_inner(plan, data.view.patients, _outcome(data), rows),
            seed=seed_of(plan.seed, model.name, "resample", number),
        )
        for number, rows in enumerate(drawn)
        for model in plan.every_model
        if not MODELS[model.method].sees_images and _fits(plan, _outcome(data), rows)
    )


def _fits(plan: StudyPlan, outcome: np.ndarray, rows: np.ndarray) -> bool:
    """Whether a resample holds enough of either outcome for its inner folds."""
    kept = outcome[np.unique(rows)]
    rare = min(int((kept == value).sum()) for value in (0.0, 1.0))
    return plan.endpoint.kind == "continuous" or rare >= plan.validation.inner


def _permuted(
    model: ModelPlan, fold: Fold, number: int, dealt: np.ndarray, seed: int
) -> Refit:
    name = f"permuted-{number}-fold-{fold.fold}"
    return Refit(
        key=f"{model.name}/{name}",
        model=model,
        train=fold.train,
        predict=fold.held_out,
        inner=fold.inner,
        seed=seed_of(seed, model.name, name),
        dealt=dealt,
    )


def _dealt(data: StudyData, seed: int, number: int) -> np.ndarray:
    """Return whose outcome each patient is given."""
    return np.random.default_rng((seed, 2, number)).permutation(len(data.view))


def _folds(
    plan: StudyPlan, data: StudyData, outcome: np.ndarray, number: int
) -> tuple[Fold, ...]:
    return nested_folds(
        data.view.patients,
        outcome,
        outer=plan.validation.outer,
        inner=plan.validation.inner,
        repeats=1,
        seed=seed_of(plan.seed, "permuted", number),
    )


def _inner(
    plan: StudyPlan, patients: Sequence[str], outcome: np.ndarray, rows: np.ndarray
) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Divide the training rows; copies of a patient stay on one side."""
    folds = nested_folds(
        [patients[row] for row in rows],
        outcome[rows],
        outer=plan.validation.inner,
        inner=0,
        repeats=1,
        seed=plan.seed,
    )
    return tuple((rows[fold.train], rows[fold.held_out]) for fold in folds)


def _outcome(data: StudyData) -> np.ndarray:
    assert data.view.outcome is not None
    return data.view.outcome
