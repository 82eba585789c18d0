"""Does one patient stand in the cohort under several pseudonyms?"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.cohort.folder import Cohort
from lbp_outcome.cohort.scans import Scan
from lbp_outcome.patient_files import PatientFiles
from lbp_outcome.study.checks import CHECKS, Check, Examined
from lbp_outcome.study.checks._alike import rows_alike
from lbp_outcome.study.checks._cohort import lines, participants_table, scores_by_visit
from lbp_outcome.view import PatientImages
from lbp_outcome.visits import BASELINE, VISITS

SHOWN = 5
"""Groups of patients that are listed one by one."""

FEWEST = 5
"""Measurements that a scan must have given to be compared."""

GZIP_TRAILER = 8
"""Bytes at the end of a gzip file: check sum and length of its content."""


def look(examined: Examined) -> tuple[str, ...]:
    """Compare tables, answers, measurements and images of all patients."""
    data = examined.data
    sources = {
        **_tables_alike(data.cohort),
        "the same measurements": _measured_alike(data.scans),
        "an identical image": _imaged_alike(data.view.images, data.cohort.files),
    }
    return tuple(
        _said(data.cohort, groups, what) for what, groups in sources.items() if groups
    )


def _tables_alike(cohort: Cohort) -> dict[str, list[list[str]]]:
    """Compare who patients are, that with their answers, and all their answers."""
    people = list(cohort.patients)
    scores = scores_by_visit(cohort, people, VISITS)
    early = np.array([visit for visit, _ in scores]) == BASELINE
    answers = np.array([*scores.values()]).reshape(len(scores), len(people)).T
    rows = participants_table(cohort)
    described = _alike(people, rows)
    with_answers = _alike(people, np.hstack([rows, answers[:, early]]))
    return {
        "the same row in participants.tsv": described,
        "the same row and the same scores before surgery": [
            group for group in with_answers if group not in described
        ],
        "the same scores at every visit": _alike(people, answers, early),
    }


def _alike(
    people: Sequence[str],
    table: Float[np.ndarray, "patients columns"],
    telling: Bool[np.ndarray, " columns"] | None = None,
) -> list[list[str]]:
    return [[people[row] for row in rows] for rows in rows_alike(table, telling)]


def _measured_alike(scans: Mapping[str, Scan]) -> list[list[str]]:
    found = {
        patient: {
            (m.name, str(m.level), str(m.side), str(m.part)): m.value
            for m in scan.measurements
            if m.value is not None
        }
        for patient, scan in scans.items()
    }
    people = [patient for patient, values in found.items() if len(values) >= FEWEST]
    names = sorted({name for patient in people for name in found[patient]})
    rows = [[found[p].get(name, float("nan")) for name in names] for p in people]
    table = np.array(rows, dtype=float).reshape(len(people), len(names))
    return _alike(people, table) if people else []


def _imaged_alike(
    images: Mapping[str, PatientImages], files: Mapping[str, PatientFiles]
) -> list[list[str]]:
    owners: dict[str, set[str]] = defaultdict(set)
    for patient, seen in images.items():
        for content in _contents(seen):
            owners[content].add(patient)
    for patient, group in _files_alike(files):
        owners[group].add(patient)
    shared = {frozenset(group) for group in owners.values() if len(group) > 1}
    return [sorted(group) for group in sorted(shared, key=sorted)]


def _contents(seen: PatientImages) -> Iterator[str]:
    """Sum up each image that shows something."""
    pictures = [crop.values for crop in seen.levels.values()]
    if seen.radiograph is not None:
        pictures.append(seen.radiograph)
    for picture in pictures:
        if np.ptp(picture) > 0:
            yield hashlib.sha256(np.ascontiguousarray(picture).tobytes()).hexdigest()


def _files_alike(files: Mapping[str, PatientFiles]) -> Iterator[tuple[str, str]]:
    """Yield patient and content of the files whose content more than one patient has.

    The end of a gzip file holds the check sum of its content, whatever name and date
    its beginning holds; only files that agree in it are read.
    """
    candidates: dict[tuple[str, bytes], list[tuple[str, Path]]] = defaultdict(list)
    for patient, owned in files.items():
        for path in (owned.t2, owned.t1, *owned.axial, owned.radiograph):
            if path is not None and path.is_file():
                candidates[path.suffix, _trailer(path)].append((patient, path))
    for alike in candidates.values():
        if len({patient for patient, _ in alike}) > 1:
            for patient, path in alike:
                yield patient, _whole_content(path)


def _trailer(path: Path) -> bytes:
    size = path.stat().st_size
    if path.suffix != ".gz":
        return size.to_bytes(8, "little")
    with path.open("rb") as file:
        file.seek(max(0, size - GZIP_TRAILER))
        return file.read()


def _whole_content(path: Path) -> str:
    import gzip

    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    return hashlib.sha256(content).hexdigest()


def _said(cohort: Cohort, groups: Sequence[Collection[str]], what: str) -> str:
    number = f"{len(groups)} {'pair' if len(groups) == 1 else 'pairs'} of patients"
    if any(len(group) > 2 for group in groups):
        number = (
            f"{len(groups)} {'group' if len(groups) == 1 else 'groups'} of patients"
        )
    where = "; ".join(lines(cohort, group) for group in groups[:SHOWN])
    more = f"; and {len(groups) - SHOWN} more" if len(groups) > SHOWN else ""
    return f"{number} with {what} ({where}{more})"


PATIENT_TWICE = CHECKS.add(
    Check(
        code="LBP103",
        name="patient_twice",
        title="a patient stands in the cohort under several pseudonyms",
        severity="error",
        stage="before training",
        explanation=(
            "A patient with two pseudonyms may be learned from under one and predicted "
            "under the other, and counts twice in every interval. Equal rows, equal "
            "scores at every visit, equal measurements or an identical image give "
            "it away; how likely equal rows are by chance is taken into account. Keep "
            "one pseudonym per patient: for a second operation, the first. Patients "
            "whose data were entered anew with other values are not found."
        ),
        look=look,
        reference="doi:10.1016/j.patter.2023.100804",
    )
)
