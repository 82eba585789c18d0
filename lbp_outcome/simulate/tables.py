"""Writing the tables of a simulated cohort, with the dictionary of their columns."""

import json
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lbp_outcome.io.atomic import atomic_file, write_text
from lbp_outcome.questionnaires import QUESTIONNAIRES, Choices, Line
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.answer_table import answer_table
from lbp_outcome.simulate.people.forms import BLANK_COVARIATE_SHARE, with_blanks
from lbp_outcome.simulate.people.patients import OPERATED_LEVELS, SITES
from lbp_outcome.simulate.people.world import World
from lbp_outcome.visits import VISITS, in_words

YES_NO = {"0": "no", "1": "yes"}

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

LEAKY_COLUMNS: dict[str, dict[str, Any]] = {
    "analgesics_score": {
        "Description": "Use of painkillers",
        "Units": "1",
        "Minimum": 0,
        "Maximum": 10,
    },
    "physiotherapy_sessions_after": {
        "Description": "Sessions of physiotherapy in the year after surgery",
        "Units": "1",
        "Minimum": 0,
        "Maximum": 100,
        "Timing": "postoperative",
    },
}
"""Columns of the leaky world; the first hides what it is, the second declares it."""

NRS_SITES = ("C",)
"""Hospitals that ask for pain from 0 to 10; the others let it be marked on a line.

No patient has both: they give the same scores, and a cohort may hold each only once.
"""

ITEM_NAMES: dict[str, tuple[str, ...]] = {
    "zcq": (
        *("overall pain", "pain frequency", "back or buttock pain"),
        *("leg or foot pain", "numbness or tingling", "weakness", "balance"),
        *("walking distance", "walks for pleasure", "shopping", "around the house"),
        "bedroom to bathroom",
        *("overall result", "pain relief", "walking", "daily work", "strength"),
        "steadiness",
    ),
    "odi": (
        *("pain", "personal care", "lifting", "walking", "sitting", "standing"),
        *("sleeping", "sex life, may be left out", "social life", "travelling"),
    ),
    "eq5d": (
        *("mobility", "self-care", "usual activities", "pain or discomfort"),
        "anxiety or depression",
    ),
    "pain_vas": ("leg pain", "back pain"),
    "pain_nrs": ("leg pain", "back pain"),
}
"""Short names of the items; the wording of the forms is not ours to print."""


def write_phenotypes(out: Path, world: World) -> None:
    """Write the answers to all questionnaires at every visit."""
    pseudonyms = np.array(_pseudonyms(world))
    by_number = np.isin(np.array(list(SITES))[world.patients.site], NRS_SITES)
    asked = {"pain_vas": ~by_number, "pain_nrs": by_number}
    for name, answers in world.forms.answers.items():
        who = asked.get(name, np.ones(len(world), bool))
        if not who.any():
            continue
        path = out / "phenotype" / f"{name}.tsv"
        items = QUESTIONNAIRES[name].items
        _write_sidecar(path, _item_columns(name))
        table = answer_table(pseudonyms[who].tolist(), VISITS, answers[who], items)
        with atomic_file(path) as temporary:
            temporary.write_bytes(table)


def write_participants(out: Path, world: World, rng: np.random.Generator) -> None:
    """Write the table of patients; a few of its cells are blank."""
    patients = world.patients

    def blanked(values: np.ndarray) -> np.ndarray:
        # who stands in the table twice has left out the same
        blanks = with_blanks(values, BLANK_COVARIATE_SHARE, rng)
        return blanks.take(world.source_row)

    table = pd.DataFrame({"participant_id": _pseudonyms(world)})
    table["age"] = patients.age.astype(int)
    table["sex"] = np.where(patients.male, "M", "F")
    table["bmi"] = blanked(patients.bmi)
    for name, values in (
        ("smoker", patients.smoker),
        ("depression", patients.depression),
        ("symptom_duration_months", patients.symptom_duration),
        ("comorbidity", patients.comorbidity),
    ):
        table[name] = _whole(blanked(values))
    table["operated_level"] = np.array(list(OPERATED_LEVELS))[patients.operated_level]
    table["site"] = np.array(list(SITES))[patients.site]
    columns = PARTICIPANT_COLUMNS
    if world.scenario.leaky:
        table["analgesics_score"] = _whole(blanked(world.leaks.analgesics))
        after = _whole(blanked(world.leaks.physiotherapy))
        table["physiotherapy_sessions_after"] = after
        columns = columns | LEAKY_COLUMNS
    _write_table(out / "participants.tsv", table, columns)


def write_true_patients(folder: Path, world: World) -> None:
    """Write what no one could know: causes, latent benefit, probability of success."""
    patients = world.patients
    pseudonyms = np.array(_pseudonyms(world))
    twice = world.source_row != np.arange(len(world))
    table = pd.DataFrame(
        {
            "participant_id": pseudonyms,
            "latent_benefit": world.outcome.benefit.round(4),
            "oracle_probability": world.oracle.round(5),
            "clinical_benefit": world.clinical.round(4),
            "imaging_benefit": world.imaging.round(4),
            "site_effect": world.site.round(4),
            "multifidus_fat_percent": patients.multifidus_fat.round(2),
            "pfirrmann_4_or_5": patients.degenerate.astype(int),
            "redundant_roots": patients.redundant_roots.astype(int),
            "epidural_fat_absent": patients.without_fat.astype(int),
            "sac_area_mm2": patients.sac_area.round(2),
            "carries_planted_signal": patients.planted.astype(int),
            "is_duplicate_of": np.where(twice, pseudonyms[world.source_row], None),
        }
    )
    columns = _TRUE_COLUMNS
    if world.scenario.leaky:
        table["leaked_leg_pain_mm"] = world.outcome.leg_pain.astype(int)
        columns = columns | _LEAKED_COLUMN
    _write_table(folder / "patients.tsv", table, columns)


def write_true_values(path: Path, found: Mapping[str, Sequence[Measurement]]) -> None:
    """Write the true values of every patient, or why there is none."""
    rows = [
        {
            "subject": subject,
            "name": item.name,
            "level": str(item.level) if item.level else None,
            "part": str(item.part) if item.part else None,
            "side": str(item.side) if item.side else None,
            "value": None if item.value is None else round(item.value, 4),
            "unit": str(item.unit),
            "reason": item.reason or None,
        }
        for subject, items in found.items()
        for item in items
    ]
    columns = ["subject", "name", "level", "part", "side", "value", "unit", "reason"]
    _write_tsv(path, pd.DataFrame(rows, columns=columns))


_TRUE_COLUMNS: dict[str, dict[str, Any]] = {
    "latent_benefit": {"Description": "Benefit of surgery; not observable"},
    "oracle_probability": {
        "Description": "True probability of zcq_2of3 at one year given all causes "
        "and the ZCQ scores before surgery"
    },
    "clinical_benefit": {"Description": "Part of the benefit the clinic can know"},
    "imaging_benefit": {"Description": "Part of the benefit the images can know"},
    "site_effect": {"Description": "Part of the benefit due to the hospital alone"},
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
    "carries_planted_signal": {
        "Description": "The images hold the signal of the planted scenario",
        "Levels": YES_NO,
    },
    "is_duplicate_of": {
        "Description": "Pseudonym under which the same person stands in the tables too"
    },
}

_LEAKED_COLUMN: dict[str, dict[str, Any]] = {
    "leaked_leg_pain_mm": {
        "Description": "Leg pain one year after surgery, of which analgesics_score in "
        "participants.tsv is made: a tenth of it, with noise",
        "Units": "mm",
    }
}


def _pseudonyms(world: World) -> list[str]:
    return [world.pseudonym(row) for row in range(len(world))]


def _whole(values: np.ndarray) -> "pd.Series[int]":
    """Whole numbers that may be blank."""
    return pd.Series(values).astype("Int64")


def _item_columns(instrument: str) -> dict[str, dict[str, Any]]:
    form = QUESTIONNAIRES[instrument]
    later = [scale.items for scale in form.scales if scale.after_surgery_only]
    columns: dict[str, dict[str, Any]] = {
        "visit": {"Levels": {visit: in_words(visit) for visit in VISITS}}
    }
    for item, name in zip(form.items, ITEM_NAMES[instrument], strict=True):
        columns[item] = {
            "Description": f"{form.title}, {name}",
            **_allowed(form.allowed[item]),
            **({"Timing": "postoperative"} if item in chain(*later) else {}),
        }
    return columns


def _allowed(answers: Choices | Line) -> dict[str, Any]:
    if isinstance(answers, Line):
        return {"Units": "mm", "Minimum": answers.low, "Maximum": answers.high}
    best, *_, worst = answers.codes
    ends = {best: "best answer", worst: "worst answer"}
    return {"Levels": {str(c): ends.get(c, "in between") for c in answers.codes}}


def _write_table(
    path: Path, table: pd.DataFrame, columns: dict[str, dict[str, Any]]
) -> None:
    """Write the sidecar first: a table never stands without its dictionary."""
    _write_sidecar(path, columns)
    _write_tsv(path, table)


def _write_sidecar(path: Path, columns: dict[str, dict[str, Any]]) -> None:
    sidecar = {"participant_id": {"Description": "Pseudonym of a simulated patient"}}
    text = json.dumps(sidecar | columns, indent=2, ensure_ascii=False)
    write_text(path.with_suffix(".json"), text + "\n")


def _write_tsv(path: Path, table: pd.DataFrame) -> None:
    with atomic_file(path) as temporary:
        table.to_csv(
            temporary, sep="\t", index=False, na_rep="n/a", lineterminator="\n"
        )
