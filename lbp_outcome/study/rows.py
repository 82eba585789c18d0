"""Rows of a table, or one patient of a cohort, as a model wants to see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lbp_outcome.cohort.folder import Cohort
from lbp_outcome.cohort.scans import Scan, read_scan
from lbp_outcome.errors import InvalidChoice, UnknownName, suggestion
from lbp_outcome.features import feature_table
from lbp_outcome.patient_files import PatientFiles, Segmentation
from lbp_outcome.study.outcome_model import ModelCard
from lbp_outcome.view import CohortView, PatientImages

FILES = ("t2", "mask", "semantic", "scheme", "radiograph")
"""Columns that name files, and the label scheme of the mask."""

NO_PREDICTOR = "none"
"""Column of a model without predictors, since MLflow wants at least one."""


@dataclass(frozen=True, eq=False, kw_only=True)
class PatientRow:
    """One patient as a model sees them.

    Attributes:
        view: The patient alone.
        missing: Why a predictor or a modality is missing, by name.
        scan: What the images gave; None without images.
    """

    view: CohortView
    missing: Mapping[str, str]
    scan: Scan | None


def view_of_rows(card: ModelCard, table: pd.DataFrame) -> CohortView:
    """Return the rows of a table as patients `row-1`, `row-2`, ...

    Raises:
        InvalidChoice: The table has a column that the model does not know.
    """
    names = [predictor.name for predictor in card.predictors]
    for column in table.columns:
        if column not in {*names, *FILES, NO_PREDICTOR}:
            hint = suggestion(str(column), names)
            raise InvalidChoice(f"{card.name} has no predictor {column!r}.{hint}")
    numbers = table.reindex(columns=names).astype(float).to_numpy()
    patients = tuple(f"row-{row + 1}" for row in range(len(table)))
    images: dict[str, PatientImages] = {}
    if "images" in card.reads:
        for patient, (_, row) in zip(patients, table.iterrows(), strict=True):
            images[patient] = read_scan(_files(row), card.discs, ()).images
    return _view(card, patients, numbers, images)


def patient_row(
    card: ModelCard, cohort: Cohort, patient: str, scan: Scan | None
) -> PatientRow:
    """Return one patient of a cohort; what the cohort does not hold is missing.

    Raises:
        InvalidChoice: The cohort has no such patient.
    """
    if patient not in cohort.patients:
        hint = suggestion(patient, cohort.patients[:50])
        raise InvalidChoice(f"the cohort has no patient {patient!r}.{hint}")
    numbers, missing = _numbers(card, cohort, patient, scan)
    images = {}
    if "images" in card.reads:
        images[patient] = PatientImages() if scan is None else scan.images
        missing |= _absent(images[patient])
    view = _view(card, (patient,), numbers, images)
    return PatientRow(view=view, missing=missing, scan=scan)


def _numbers(
    card: ModelCard, cohort: Cohort, patient: str, scan: Scan | None
) -> tuple[np.ndarray, dict[str, str]]:
    """Return the predictors in the model's order, and why some are missing."""
    made: dict[str, float] = {}
    reasons: dict[str, str] = {}
    for clinical, measurements in _one_by_one(card):
        try:
            table = feature_table(
                cohort,
                clinical=clinical,
                measurements=measurements,
                measured={} if scan is None else {patient: scan.measurements},
            )
        except UnknownName:
            continue  # the cohort's tables do not have this column
        for name in table.numbers:
            made[str(name)] = float(table.numbers[name][patient])
            reasons[str(name)] = table.reasons.get((patient, str(name)), "")
    names = [predictor.name for predictor in card.predictors]
    missing = {n: reasons.get(n, "not in the tables of this cohort") for n in names}
    numbers = np.array([[made.get(name, float("nan")) for name in names]], dtype=float)
    return numbers, {name: reason for name, reason in missing.items() if reason}


def _absent(images: PatientImages) -> dict[str, str]:
    absent = dict(images.absent)
    if not images.levels:
        absent.setdefault("mri", "no MR image")
    if images.radiograph is None:
        absent.setdefault("radiograph", "no lateral X-ray")
    return absent


def _one_by_one(card: ModelCard) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    clinical = [((name,), ()) for name in card.clinical if "clinical" in card.reads]
    measured = [
        ((), (name,)) for name in card.measurements if "measurements" in card.reads
    ]
    return [*clinical, *measured]


def _view(
    card: ModelCard,
    patients: tuple[str, ...],
    numbers: np.ndarray,
    images: Mapping[str, PatientImages],
) -> CohortView:
    return CohortView(
        patients=patients,
        predictors=card.predictors,
        table=numbers.reshape(len(patients), len(card.predictors)),
        images=images,
        levels=card.discs if "images" in card.reads else (),
    )


def _files(row: "pd.Series[Any]") -> PatientFiles:
    def path(name: str) -> Path | None:
        given = row.get(name)
        return Path(given) if isinstance(given, str) and given else None

    mask, scheme = path("mask"), row.get("scheme")
    return PatientFiles(
        t2=path("t2"),
        radiograph=path("radiograph"),
        segmentation=None
        if mask is None
        else Segmentation(
            mask=mask, semantic=path("semantic"), scheme=str(scheme or "spider")
        ),
    )
