"""Run a study: every model on every fold, then results, report and registry."""

import dataclasses
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from tqdm import tqdm

from lbp_outcome.io.atomic import atomic_folder
from lbp_outcome.io.manifest import sha256
from lbp_outcome.statistics.splits import Fold, nested_folds
from lbp_outcome.study import tracking
from lbp_outcome.study.cards import outcome_model
from lbp_outcome.study.cross_validation import (
    FoldResult,
    choose_settings,
    cross_validate,
    fit,
    recipe_of,
    seed_of,
    seen_by,
)
from lbp_outcome.study.data import StudyData, study_data
from lbp_outcome.study.folder import FINAL, MODELS_FOLDER, RESULTS, fold_name
from lbp_outcome.study.outcome_model import OutcomeModel
from lbp_outcome.study.plan import ModelPlan, StudyPlan, read_plan
from lbp_outcome.study.record import StudyRecord
from lbp_outcome.study.results import StudyResults, predictions_table, study_results
from lbp_outcome.study.writing import REPORT, write_study
from lbp_outcome.view import CohortView


def run_study(file: Path, out: Path | None = None) -> Path:
    """Run a study file and return its report.

    Everything is kept in MLflow as it happens; the folder of results appears at the
    end, whole or not at all.

    Args:
        file: Study file (YAML).
        out: Folder for the results; runs/<study> by default.

    Raises:
        LbpError: The plan or the cohort is not in order.
    """
    plan = read_plan(file)
    folder = Path("runs") / plan.name if out is None else Path(out)
    with atomic_folder(folder, holds=RESULTS) as temporary:
        data = study_data(plan)
        provenance = _provenance(file, plan, data)
        record = StudyRecord(plan, data, provenance)
        with record.study() as study_run:
            found = _every_model(plan, data, record)
            results = study_results(plan, predictions_table(data, found))
            models = _final_models(plan, data, results, provenance)
            shutil.copyfile(file, temporary / "plan.yaml")
            provenance["mlflow_run"] = study_run
            write_study(temporary, plan, data, results, provenance)
            _save_models(temporary, models, found)
            record.results(temporary, results, models)
    return folder / REPORT


def _every_model(
    plan: StudyPlan, data: StudyData, record: StudyRecord
) -> dict[str, list[FoldResult]]:
    folds = _folds(plan, data.view)
    found: dict[str, list[FoldResult]] = {model.name: [] for model in plan.models}
    with tqdm(total=len(folds) * len(found), desc="Validating", delay=2) as bar:
        for model in plan.models:
            with record.model(model):
                for result in cross_validate(model, data.view, folds, plan.seed):
                    found[model.name].append(result)
                    record.fold(model, result)
                    bar.update()
    return found


def _folds(plan: StudyPlan, view: CohortView) -> tuple[Fold, ...]:
    assert view.outcome is not None
    return nested_folds(
        view.patients,
        view.outcome,
        outer=plan.validation.outer,
        inner=plan.validation.inner,
        repeats=plan.validation.repeats,
        seed=plan.seed,
    )


def _final_models(
    plan: StudyPlan,
    data: StudyData,
    results: StudyResults,
    provenance: Mapping[str, str],
) -> dict[str, OutcomeModel]:
    """Fit every model to all patients, by the procedure that was validated."""
    return {
        model.name: _final_model(plan, model, data, results, provenance)
        for model in tqdm(plan.models, desc="Fitting to all patients", delay=2)
    }


def _final_model(
    plan: StudyPlan,
    model: ModelPlan,
    data: StudyData,
    results: StudyResults,
    provenance: Mapping[str, str],
) -> OutcomeModel:
    recipe = recipe_of(model)
    seen = seen_by(model, data.view)
    key = seed_of(plan.seed, model.name, FINAL)
    settings = choose_settings(recipe, seen, _inner_folds(plan, seen), key)
    fitted = fit(recipe, seen, settings, key)
    return outcome_model(plan, model, data, seen, fitted, results, provenance)


def _inner_folds(
    plan: StudyPlan, view: CohortView
) -> tuple[tuple[Sequence[int], Sequence[int]], ...]:
    """Return the folds that choose the settings of the final model."""
    assert view.outcome is not None
    folds = nested_folds(
        view.patients,
        view.outcome,
        outer=plan.validation.inner,
        inner=0,
        repeats=1,
        seed=plan.seed,
    )
    return tuple((fold.train.tolist(), fold.held_out.tolist()) for fold in folds)


def _save_models(
    folder: Path,
    models: Mapping[str, OutcomeModel],
    found: Mapping[str, Sequence[FoldResult]],
) -> None:
    for name, model in models.items():
        home = folder / MODELS_FOLDER / name
        model.save(home / FINAL)
        for result in found[name]:
            of_fold = dataclasses.replace(model, fitted=result.fitted)
            of_fold.save(home / fold_name(result.fold.repeat, result.fold.fold))


def _provenance(file: Path, plan: StudyPlan, data: StudyData) -> dict[str, str]:
    return {
        "code_version": tracking.code_version(),
        "plan_sha256": sha256(Path(file)),
        "data_sha256": data.fingerprint,
        "seed": str(plan.seed),
        "cohort": str(plan.cohort),
    }
