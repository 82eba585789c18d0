"""Read a cohort folder, or list everything that is wrong with it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from lbp_outcome.cohort.dictionary import (
    PARTICIPANT_COLUMNS,
    Column,
    declared_columns,
)
from lbp_outcome.cohort.imaging import check_images, files_of
from lbp_outcome.cohort.problems import Problems
from lbp_outcome.cohort.table import LINE, TableKind, find_table, read_table
from lbp_outcome.errors import CohortError, InvalidAnswer, suggestion
from lbp_outcome.outcomes import Scores
from lbp_outcome.patient_files import PatientFiles
from lbp_outcome.progress import progress
from lbp_outcome.questionnaires import QUESTIONNAIRES, Questionnaire
from lbp_outcome.records import Measurement
from lbp_outcome.units import Unit
from lbp_outcome.visits import VISITS

TRUTH_COLUMNS = ("latent_benefit", "oracle_probability")
"""What only a simulation knows; found among predictors it was copied there."""

PATIENT_ID = re.compile(r"sub-[A-Za-z0-9]+")

_KEY = Column(name="participant_id", kind="text", description="Pseudonym")
_VISIT = Column(name="visit", kind="category", levels=VISITS)


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """The patients of one folder.

    Attributes:
        folder: Where it lies.
        simulated: Whether the folder says that its patients are simulated.
        participants: One row per patient, indexed by pseudonym.
        columns: What the columns of `participants` are.
        scores: Questionnaire scores by patient and visit.
        files: Image files by patient.
    """

    folder: Path
    simulated: bool
    participants: pd.DataFrame
    columns: Mapping[str, Column]
    scores: Mapping[tuple[str, str], Scores]
    files: Mapping[str, PatientFiles] = field(default_factory=dict)

    @property
    def patients(self) -> tuple[str, ...]:
        """Pseudonyms in the order of the table."""
        return tuple(self.participants.index)

    def scores_at(self, patient: str, visit: str) -> Scores:
        """Return the scores of one patient at one visit; empty if there was none."""
        return self.scores.get((patient, visit), {})


def read_cohort(folder: Path) -> Cohort:
    """Return the cohort of a folder whose tables are in order.

    Images are found but not opened; `check_cohort` opens them.

    Raises:
        CohortError: The folder breaks its data dictionary; every problem is listed.
    """
    problems = Problems(Path(folder))
    cohort = _read(Path(folder), problems)
    if cohort is None or len(problems):
        raise CohortError(list(problems))
    return cohort


def check_cohort(folder: Path) -> list[str]:
    """Return every problem of a cohort folder in words; empty when it is in order.

    A folder of tables without images is in order, and so is a patient without some
    image. Every image is opened, so that a damaged one is found now.
    """
    problems = Problems(Path(folder))
    cohort = _read(Path(folder), problems)
    if cohort is not None:
        for patient in progress(cohort.files, "Opening images"):
            check_images(cohort.files[patient], problems)
    return list(problems)


def _read(folder: Path, problems: Problems) -> Cohort | None:
    description = _description(folder, problems)
    if description.get("Truth"):
        problems.add(folder, "this is the truth of a simulation; no study may read it")
        return None
    table = find_table(folder, "participants")
    imaged = sorted(path.name for path in folder.glob("sub-*") if path.is_dir())
    if table is None and not imaged:
        what = "this is no cohort: no participants.tsv and no sub-* folder"
        problems.add(folder, what if folder.is_dir() else "there is no such folder")
        return None
    columns = declared_columns(
        folder / "participants.json", PARTICIPANT_COLUMNS, problems
    )
    participants = _participants(folder, table, imaged, columns, problems)
    _refuse_truth(folder / "participants.tsv", participants, problems)
    for patient in imaged:
        if patient not in participants.index:
            problems.add(folder / patient, "this patient is not in participants.tsv")
    return Cohort(
        folder=folder,
        simulated=bool(description.get("Simulated")),
        participants=participants,
        columns={name: columns[name] for name in participants.columns},
        scores=_scores(folder, participants, problems),
        files={
            patient: files_of(folder, patient)
            for patient in participants.index
            if patient in imaged
        },
    )


def _participants(
    folder: Path,
    table: Path | None,
    imaged: list[str],
    columns: dict[str, Column],
    problems: Problems,
) -> pd.DataFrame:
    if table is None:  # images alone can be measured and advised on
        return pd.DataFrame(index=pd.Index(imaged, name="participant_id"))
    kind = TableKind(
        columns=columns,
        keys={"participant_id": _KEY},
        declares_in="participants.json",
    )
    read = read_table(table, kind, problems)
    if "participant_id" not in read:
        return pd.DataFrame(index=pd.Index([], name="participant_id"))
    for line, patient in read["participant_id"].items():
        if patient is not None and not PATIENT_ID.fullmatch(str(patient)):
            problems.add(
                table,
                "a pseudonym is 'sub-' and letters or digits",
                line=int(str(line)),
                column="participant_id",
                value=str(patient),
            )
    return read.dropna(subset="participant_id").set_index("participant_id")


def _description(folder: Path, problems: Problems) -> dict[str, object]:
    file = folder / "dataset_description.json"
    if not file.is_file():
        return {}
    try:
        return dict(json.loads(file.read_text("utf-8-sig")))
    except (ValueError, TypeError):
        problems.add(file, "this is not a valid JSON object")
        return {}


def _refuse_truth(file: Path, participants: pd.DataFrame, problems: Problems) -> None:
    for column in set(TRUTH_COLUMNS) & set(participants.columns):
        what = "this is the truth of a simulation; no study may read it"
        problems.add(file, what, line=1, column=column)


def _scores(
    folder: Path, participants: pd.DataFrame, problems: Problems
) -> dict[tuple[str, str], dict[str, Measurement]]:
    scores: dict[tuple[str, str], dict[str, Measurement]] = {}
    for file in sorted((folder / "phenotype").glob("*.[tc]sv")):
        if file.stem not in QUESTIONNAIRES:
            hint = suggestion(file.stem, QUESTIONNAIRES)
            if "Did you mean" in hint:
                problems.add(file, f"no questionnaire has this name.{hint}")
            continue
        for key, found in _answers(file, participants, problems).items():
            given = scores.setdefault(key, {})
            if twice := sorted(set(given) & set(found)):
                problems.add(file, f"{twice[0]} is given by another instrument too")
            given.update(found)
    return scores


def _answers(
    file: Path, participants: pd.DataFrame, problems: Problems
) -> dict[tuple[str, str], dict[str, Measurement]]:
    form: Questionnaire = QUESTIONNAIRES[file.stem]
    items = {
        item: Column(name=item, kind="number", unit=Unit.SCORE) for item in form.items
    }
    kind = TableKind(
        columns=items, keys={"participant_id": _KEY, "visit": _VISIT}, required=()
    )
    table = read_table(file, kind, problems)
    if not {"participant_id", "visit"} <= set(table.columns):
        return {}
    found: dict[tuple[str, str], dict[str, Measurement]] = {}
    asked = [item for item in form.items if item in table]
    for row in table.rename_axis(LINE).reset_index().to_dict("records"):
        patient, visit = row["participant_id"], row["visit"]
        if patient not in participants.index:
            problems.add(
                file,
                "this patient is not in participants.tsv",
                line=int(row[LINE]),
                column="participant_id",
                value=str(patient),
            )
            continue
        answers = {item: float(row[item]) for item in asked if row[item] == row[item]}
        valid = _valid(file, int(row[LINE]), form, answers, problems)
        found[str(patient), str(visit)] = dict(form.scores(valid))
    return found


def _valid(
    file: Path,
    line: int,
    form: Questionnaire,
    answers: dict[str, float],
    problems: Problems,
) -> dict[str, float]:
    valid = {}
    for item, answer in answers.items():
        try:
            form.check(item, answer)
        except InvalidAnswer:
            what = f"must be {form.allowed[item]}"
            problems.add(file, what, line=line, column=item, value=f"{answer:g}")
        else:
            valid[item] = answer
    return valid
