"""Why a study's models predicted what they did for one patient."""

import json
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import Any

from lbp_outcome import BANNER
from lbp_outcome.cohort.folder import Cohort, read_cohort
from lbp_outcome.cohort.person import person_of
from lbp_outcome.cohort.scans import read_scan
from lbp_outcome.features import measured_names
from lbp_outcome.io.atomic import atomic_folder
from lbp_outcome.progress import progress
from lbp_outcome.study.explanation.factors import factors_of
from lbp_outcome.study.explanation.factors_figure import draw_factors
from lbp_outcome.study.explanation.heat_map import draw_heat_map, heat_maps_of
from lbp_outcome.study.explanation.modalities import (
    CAUTION,
    ModalityShares,
    modality_shares,
)
from lbp_outcome.study.explanation.modalities_figure import draw_modalities
from lbp_outcome.study.folder import FINAL, StudyFolder
from lbp_outcome.study.outcome_model import OutcomeModel
from lbp_outcome.study.rows import PatientRow, patient_row
from models import MODELS

EXPLANATION = "explanation.json"


def explain_patient(
    run: str, patient: str, out: Path, *, cohort: Path | None = None
) -> Path:
    """Write what every model of a study looked at in one patient.

    Each model is the one of the fold that held this patient out, so the explanation
    is of a prediction for a patient it never saw. Networks give heat maps in patient
    space (`heat_map_*.nii.gz`), a panel over the T2 image and a sanity check; models of
    the table give the contribution of every predictor. What each modality adds follows
    from predictions with every subset of them.

    Args:
        run: Folder of the results, or the id of the study's MLflow run.
        patient: Pseudonym.
        out: Folder to write.
        cohort: Cohort folder, if it is no longer where the study found it.

    Returns:
        The folder.

    Raises:
        LbpError: There is no such study or patient.
    """
    study = StudyFolder.open(run)
    people = read_cohort(cohort or study.cohort)
    with atomic_folder(out, holds=EXPLANATION) as folder:
        explained = {
            name: _explain(study, name, people, patient, folder)
            for name in progress(study.models, "Explaining models")
        }
        content = {
            "banner": BANNER,
            "patient": patient,
            "simulated": study.results["simulated"],
            "outcome": study.results["outcome_statement"],
            "caution": "an association is not a cause; a heat map shows where a "
            "network looked, not where the disease is",
            "models": explained,
        }
        text = json.dumps(content, indent=2, allow_nan=False) + "\n"
        (folder / EXPLANATION).write_text(text, encoding="utf-8")
    return Path(out)


def _explain(
    study: StudyFolder, name: str, cohort: Cohort, patient: str, folder: Path
) -> dict[str, Any]:
    fitted_as, model = study.model_not_trained_on(name, patient)
    row = _row(model, cohort, patient)
    return {
        "fitted_as": fitted_as,
        "fitted_to": "all patients of the study"
        if fitted_as == FINAL
        else "the other folds",
        "probability": round(float(model.predict(row.view)[0]), 4),
        "missing": dict(row.missing),
        **_factors(model, row, folder),
        **_modalities(model, row, folder),
        **_heat_maps(model, row, cohort, folder),
    }


def _row(model: OutcomeModel, cohort: Cohort, patient: str) -> PatientRow:
    card, files = model.card, cohort.files.get(patient)
    scan = None
    if files and {"measurements", "images"} & set(card.reads):
        person = person_of(cohort, patient)
        scan = read_scan(files, card.discs, measured_names(card.measurements), person)
    return patient_row(card, cohort, patient, scan)


def _factors(model: OutcomeModel, row: PatientRow, folder: Path) -> dict[str, Any]:
    found = factors_of(model, row)
    if found is None:
        return {"factors": None}  # nothing that this model reads moves it
    picture = f"factors_{model.card.name}.png"
    (folder / picture).write_bytes(draw_factors(model.card, found))
    return {
        "factors": {
            "method": found.method,
            "scale": found.scale,
            "reference": round(found.reference, 4),
            "picture": picture,
            "contributions": [asdict(factor) for factor in found.factors],
        }
    }


def _modalities(model: OutcomeModel, row: PatientRow, folder: Path) -> dict[str, Any]:
    kind = MODELS[model.card.method].predicts
    found = modality_shares(model.predict, row.view, kind)
    if not found.modalities:
        return {}
    picture = f"modalities_{model.card.name}.png"
    marked = " (trained on simulated patients)" if model.card.simulated else ""
    patient = row.view.patients[0]
    title = f"{patient}: what each modality added to {model.card.name}{marked}"
    (folder / picture).write_bytes(draw_modalities(found, title))
    return {
        "modalities": {
            "caution": CAUTION,
            "scale": found.scale,
            "picture": picture,
            "shares": _shares(found),
            "predictions": _subsets(found),
        }
    }


def _shares(found: ModalityShares) -> list[dict[str, Any]]:
    each = zip(found.modalities, found.present[0], found.shares[0], strict=True)
    return [
        {"modality": name, "present": bool(there), "adds": round(float(share), 4)}
        for name, there, share in each
    ]


def _subsets(found: ModalityShares) -> list[dict[str, Any]]:
    """The prediction with every subset of what the patient has, none first."""
    there = zip(found.modalities, found.present[0], strict=True)
    names = [name for name, present in there if present]
    kept = [c for size in range(len(names) + 1) for c in combinations(names, size)]
    return [
        {"with": list(each), "prediction": round(float(found.predicted(each)[0]), 4)}
        for each in kept
    ]


def _heat_maps(
    model: OutcomeModel, row: PatientRow, cohort: Cohort, folder: Path
) -> dict[str, Any]:
    files = cohort.files.get(row.view.patients[0])
    if files is None:
        return {}
    made = []
    for found in heat_maps_of(model, row, files):
        draw_heat_map(found, folder, model.card)
        made.append(
            {
                "method": found.method.name,
                "shows": found.method.shows,
                "level": found.level,
                "share": {str(disc): round(v, 4) for disc, v in found.share.items()},
                "volume": found.volume,
                "picture": found.picture,
                "sanity": asdict(found.sanity),
            }
        )
    return {"heat_maps": made} if made else {}
