"""Run a study: every model on every fold, then results, checks, report, registry."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.features import KnownOnlyAfterSurgery
from lbp_outcome.io.atomic import atomic_folder
from lbp_outcome.study.cards import model_card
from lbp_outcome.study.checking import (
    CheckFailed,
    examine,
    refuse_unknown_mutes,
    stop_at_errors,
)
from lbp_outcome.study.checks import CHECKS, Examined
from lbp_outcome.study.data import StudyData, study_data
from lbp_outcome.study.findings.results import StudyResults, study_results
from lbp_outcome.study.fitting.fits import StudyFits, fit_study
from lbp_outcome.study.fitting.workbench import open_workbench
from lbp_outcome.study.folder import FINAL, MODELS_FOLDER, RESULTS
from lbp_outcome.study.outcome_model import ModelCard, keep_model
from lbp_outcome.study.plan import StudyPlan, read_plan
from lbp_outcome.study.report.studied import Studied
from lbp_outcome.study.report.writing import REPORT, write_study
from lbp_outcome.study.tracked.provenance import code_version
from lbp_outcome.study.tracked.record import StudyRecord

PLAN = "plan.yaml"


def run_study(
    file: Path, out: Path | None = None, *, processes: int | None = None
) -> Path:
    """Run a study file and return its report.

    Everything is kept in MLflow as it happens, also that a check stopped it; the folder
    of results appears at the end, whole or not at all. A study that was interrupted
    goes on where it was, and ends with the same numbers.

    Args:
        file: Study file (YAML).
        out: Folder for the results; runs/<study> by default.
        processes: How many fits at a time; all cores by default.

    Raises:
        CheckFailed: A check found an error. Found before training, nothing is
            trained; found after it, the results are written to be looked into, and
            no model is registered.
        LbpError: The plan or the cohort is not in order.
    """
    plan = read_plan(file)
    refuse_unknown_mutes(plan)
    folder = Path("runs") / plan.name if out is None else Path(out)
    _refuse_other_plan(folder, plan)
    with atomic_folder(folder, holds=RESULTS) as temporary:
        data = _data(plan)
        provenance = _provenance(plan, data)
        record = StudyRecord(plan, data, provenance)
        verdicts = examine(Examined(plan=plan, data=data), "before training")
        if any(verdict.stops for verdict in verdicts):
            record.refused(verdicts)
        stop_at_errors(verdicts)
        workbench = open_workbench(folder, provenance)
        with record.study(workbench) as study_run:
            provenance["mlflow_run"] = study_run
            fits = fit_study(
                plan, data, workbench, processes=processes, on_fold=record.fold
            )
            results = study_results(plan, data, fits)
            found = Examined(plan=plan, data=data, results=results)
            verdicts += examine(found, "after training")
            shutil.copyfile(file, temporary / PLAN)
            cards = _cards(plan, data, results, provenance)
            studied = Studied(
                plan=plan,
                data=data,
                results=results,
                verdicts=verdicts,
                cards=cards,
                provenance=provenance,
            )
            write_study(temporary, studied)
            _keep_models(temporary, cards, fits)
            record.results(temporary, results, cards, verdicts)
    shutil.rmtree(workbench)
    stop_at_errors(verdicts)
    return folder / REPORT


def _data(plan: StudyPlan) -> StudyData:
    """Read the patients; a predictor that is known only afterwards stops the study."""
    try:
        return study_data(plan)
    except KnownOnlyAfterSurgery as leak:
        check = CHECKS["outcome_among_predictors"]
        raise CheckFailed(f"{check.code} {check.name}: {leak}") from None


def _refuse_other_plan(folder: Path, plan: StudyPlan) -> None:
    """A changed plan is a new study: it never replaces the results of the old one."""
    earlier = folder / RESULTS
    if not earlier.is_file():
        return
    stored = json.loads(earlier.read_text(encoding="utf-8"))
    if stored["provenance"].get("plan_sha256") != plan.fingerprint:
        raise InvalidChoice(
            f"{folder} holds the results of another plan named {plan.name!r}, and a "
            "changed plan is a new study: give it another name or folder (--out)"
        )


def _cards(
    plan: StudyPlan,
    data: StudyData,
    results: StudyResults,
    provenance: Mapping[str, str],
) -> dict[str, ModelCard]:
    return {
        model.name: model_card(plan, model, data, results, provenance)
        for model in plan.every_model
    }


def _keep_models(folder: Path, cards: Mapping[str, ModelCard], fits: StudyFits) -> None:
    home = folder / MODELS_FOLDER
    for name, final in fits.final.items():
        keep_model(cards[name], final.native, home / name / FINAL)
    for result in fits.folds:
        card = cards[result.model]
        keep_model(card, result.native, home / result.model / result.name)


def _provenance(plan: StudyPlan, data: StudyData) -> dict[str, str]:
    return {
        "code_version": code_version(),
        "plan_sha256": plan.fingerprint,
        "data_sha256": data.fingerprint,
        "seed": str(plan.seed),
        "cohort": str(plan.cohort),
    }
