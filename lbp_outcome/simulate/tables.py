"""Writing the tables of a simulated cohort, with the dictionary of their columns."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lbp_outcome.io.atomic import atomic_file, write_text
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.people.forms import (
    BLANK_COVARIATE_SHARE,
    ITEMS_AFTER,
    with_blanks,
)
from lbp_outcome.simulate.people.patients import OPERATED_LEVELS, SITES
from lbp_outcome.simulate.people.world import World

YES_NO = {"0": "no", "1": "yes"}
VISITS = {"baseline": "before surgery", "month_12": "12 months after surgery"}

PARTICIPANT_COLUMNS: dict[str, dict[str, Any]] = {
    "age": {
        "Description": "Age at surgery",
        "Units": "a",
        "Minimum": 40,
        "Maximum": 85,
    },
    "sex": {"Description": "Sex", "Levels": {"F": "female", "M": "male"}},
    "bmi": {
        "Description": "Body mass index",
        "Units": "kg/m2",
        "Minimum": 15,
        "Maximum": 50,
    },
    "smoker": {"Description": "Smokes at the time of surgery", "Levels": YES_NO},
    "depression": {"Description": "Depression at intake", "Levels": YES_NO},
    "symptom_duration_months": {
        "Description": "Duration of symptoms before surgery, in started months",
        "Units": "mo",
        "Minimum": 1,
        "Maximum": 1200,
    },
    "comorbidity": {"Description": "Any relevant comorbidity", "Levels": YES_NO},
    "operated_level": {
        "Description": "Disc level that was operated on",
        "Levels": {level: f"disc {level}" for level in OPERATED_LEVELS},
    },
    "site": {
        "Description": "Hospital (simulated)",
        "Levels": {site: f"simulated hospital {site}" for site in SITES},
    },
}

ZCQ_NAMES = (
    *("overall pain", "pain frequency", "back or buttock pain", "leg or foot pain"),
    *("numbness or tingling", "weakness", "balance"),
    *("walking distance", "walks for pleasure", "shopping", "around the house"),
    "bedroom to bathroom",
    *(
        "overall result",
        "pain relief",
        "walking",
        "daily work",
        "strength",
        "steadiness",
    ),
)
"""Short names of the items; the wording of the form is not ours to print."""


def write_phenotypes(out: Path, world: World) -> None:
    """Write the answers to the questionnaires at both visits."""
    folder = out / "phenotype"
    zcq = [f"zcq_{item}" for item in range(1, ITEMS_AFTER + 1)]
    forms = world.forms
    answers = _visits(world, zcq, forms.zcq_before, forms.zcq_after)
    _write_table(folder / "zcq.tsv", answers, _zcq_columns())
    pain = ["leg_pain", "back_pain"]
    answers = _visits(world, pain, forms.pain_before, forms.pain_after)
    _write_table(folder / "pain_vas.tsv", answers, _pain_columns())


def write_participants(out: Path, world: World, rng: np.random.Generator) -> None:
    """Write the table of patients; a few of its cells are blank."""
    patients = world.patients
    table = pd.DataFrame({"participant_id": _pseudonyms(world)})
    table["age"] = patients.age.astype(int)
    table["sex"] = np.where(patients.male, "M", "F")
    table["bmi"] = with_blanks(patients.bmi, BLANK_COVARIATE_SHARE, rng)
    for name, values in (
        ("smoker", patients.smoker),
        ("depression", patients.depression),
        ("symptom_duration_months", patients.symptom_duration),
        ("comorbidity", patients.comorbidity),
    ):
        table[name] = _whole(with_blanks(values, BLANK_COVARIATE_SHARE, rng))
    table["operated_level"] = np.array(list(OPERATED_LEVELS))[patients.operated_level]
    table["site"] = np.array(list(SITES))[patients.site]
    _write_table(out / "participants.tsv", table, PARTICIPANT_COLUMNS)


def write_true_patients(folder: Path, world: World) -> None:
    """Write what no one could know: causes, latent benefit, probability of success."""
    patients = world.patients
    table = pd.DataFrame(
        {
            "participant_id": _pseudonyms(world),
            "latent_benefit": world.outcome.benefit.round(4),
            "oracle_probability": world.oracle.round(5),
            "clinical_benefit": world.clinical.round(4),
            "imaging_benefit": world.imaging.round(4),
            "multifidus_fat_percent": patients.multifidus_fat.round(2),
            "pfirrmann_4_or_5": patients.degenerate.astype(int),
            "redundant_roots": patients.redundant_roots.astype(int),
            "epidural_fat_absent": patients.without_fat.astype(int),
            "sac_area_mm2": patients.sac_area.round(2),
        }
    )
    _write_table(folder / "patients.tsv", table, _TRUE_COLUMNS)


def write_true_measurements(
    folder: Path, found: Mapping[str, Sequence[Measurement]]
) -> None:
    """Write the analytic value of every measurement, or why the scan has none."""
    rows = [
        {
            "subject": subject,
            "name": item.name,
            "level": str(item.level) if item.level else None,
            "side": str(item.side) if item.side else None,
            "value": None if item.value is None else round(item.value, 4),
            "unit": str(item.unit),
            "reason": item.reason or None,
        }
        for subject, items in found.items()
        for item in items
    ]
    columns = ("subject", "name", "level", "side", "value", "unit", "reason")
    _write_tsv(folder / "measurements.tsv", pd.DataFrame(rows, columns=list(columns)))


_TRUE_COLUMNS: dict[str, dict[str, Any]] = {
    "latent_benefit": {"Description": "Benefit of surgery; not observable"},
    "oracle_probability": {
        "Description": "True probability of zcq_2of3 given all causes and the ZCQ "
        "scores before surgery"
    },
    "clinical_benefit": {"Description": "Part of the benefit the clinic can know"},
    "imaging_benefit": {"Description": "Part of the benefit the images can know"},
    "multifidus_fat_percent": {"Description": "Fat in the multifidus", "Units": "%"},
    "pfirrmann_4_or_5": {
        "Description": "Operated disc of Pfirrmann grade 4 or 5",
        "Levels": YES_NO,
    },
    "redundant_roots": {
        "Description": "Tortuous cauda equina above the stenosis",
        "Levels": YES_NO,
    },
    "epidural_fat_absent": {
        "Description": "No posterior epidural fat at the operated level",
        "Levels": YES_NO,
    },
    "sac_area_mm2": {
        "Description": "Dural sac cross-section at the operated level",
        "Units": "mm2",
    },
}


def _pseudonyms(world: World) -> list[str]:
    return [world.pseudonym(row) for row in range(len(world))]


def _visits(
    world: World, items: list[str], before: np.ndarray, after: np.ndarray
) -> pd.DataFrame:
    """One row per patient and visit, the visits of a patient together."""
    answers = np.stack([before, after], axis=1).reshape(-1, len(items))
    table = pd.DataFrame({item: _whole(answers[:, i]) for i, item in enumerate(items)})
    table.insert(0, "visit", np.tile(list(VISITS), len(world)))
    table.insert(0, "participant_id", np.repeat(_pseudonyms(world), len(VISITS)))
    return table


def _whole(values: np.ndarray) -> "pd.Series[int]":
    """Whole numbers that may be blank."""
    return pd.Series(values).astype("Int64")


def _zcq_columns() -> dict[str, dict[str, Any]]:
    columns: dict[str, dict[str, Any]] = {"visit": {"Levels": VISITS}}
    for number, name in enumerate(ZCQ_NAMES, start=1):
        highest = 5 if number <= 7 else 4
        codes = (1, 3, 5) if number == 7 else range(1, highest + 1)
        columns[f"zcq_{number}"] = {
            "Description": f"Zurich Claudication Questionnaire, {name}",
            "Levels": {str(code): _meaning(code, highest) for code in codes},
        }
        if number > 12:
            columns[f"zcq_{number}"]["Timing"] = "postoperative"
    return columns


def _meaning(code: int, highest: int) -> str:
    return {1: "best answer", highest: "worst answer"}.get(code, "in between")


def _pain_columns() -> dict[str, dict[str, Any]]:
    scale = {"Units": "mm", "Minimum": 0, "Maximum": 100}
    return {
        "visit": {"Levels": VISITS},
        "leg_pain": {"Description": "Leg pain, visual analogue scale", **scale},
        "back_pain": {"Description": "Back pain, visual analogue scale", **scale},
    }


def _write_table(
    path: Path, table: pd.DataFrame, columns: dict[str, dict[str, Any]]
) -> None:
    """Write the sidecar first: a table never stands without its dictionary."""
    sidecar = {"participant_id": {"Description": "Pseudonym of a simulated patient"}}
    text = json.dumps(sidecar | columns, indent=2, ensure_ascii=False)
    write_text(path.with_suffix(".json"), text + "\n")
    _write_tsv(path, table)


def _write_tsv(path: Path, table: pd.DataFrame) -> None:
    with atomic_file(path) as temporary:
        table.to_csv(
            temporary, sep="\t", index=False, na_rep="n/a", lineterminator="\n"
        )
