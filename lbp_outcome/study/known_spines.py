"""Spines whose truth is known: simulated cohorts, or a table of gradings."""

import csv
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.cohort.folder import read_cohort
from lbp_outcome.errors import InvalidChoice, NotMeasurable, UnreadableFile
from lbp_outcome.patient_files import PatientFiles, Segmentation
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.graded_spine import GradedSpine, cut_levels, level_gradings
from lbp_outcome.units import Unit

COLUMNS = {
    "Pfirrman grade": ("pfirrmann_grade", 1, 5),  # spelt like this when released
    "Modic": ("modic_type", 0, 3),
    "Disc herniation": ("herniation", 0, 1),
    "Spondylolisthesis": ("slip", 0, 1),
}
"""Columns of SPIDER's `radiological_gradings.csv`, the gradings they teach, and the
lowest and highest grade. The others (endplates, narrowing, bulging) teach nothing that
the encoder reads. doi:10.1038/s41597-024-03090-w."""

PATIENT, DISC = "Patient", "IVD label"
ENDINGS = (".mha", ".nii.gz", ".nii")

Gradings = dict[str, dict[int, dict[str, float]]]
"""By patient and number of the disc: 1 above the sacrum, 0 a disc within it."""

Found = Iterator[tuple[str, GradedSpine]]


def spines_of_cohort(cohort: Path) -> Found:
    """Yield the patients of a simulated cohort with their spines cut into levels.

    Raises:
        InvalidChoice: The cohort has no truth: it is not simulated.
        LbpError: An image cannot be used; the message names the file.
    """
    truth = cohort / "derivatives" / "truth" / "findings.tsv"
    if not truth.is_file():
        raise InvalidChoice(f"{cohort.name}: has no findings.tsv: it is not simulated.")
    findings, read = _findings(truth), read_cohort(cohort)
    operated = read.participants["operated_level"]
    for patient, files in read.files.items():
        if files.segmentation is None or files.t2 is None:
            continue
        graded = partial(level_gradings, findings.get(patient, []))
        yield from _cut(patient, files, graded, Disc.parse(str(operated[patient])))


def spines_of_gradings(table: Path, images: Path) -> Found:
    """Yield the patients of a table of gradings in the format of SPIDER.

    Args:
        table: `radiological_gradings.csv`: one row per disc, numbered from the lowest.
        images: Folder with `images/<patient>_t2`, `images/<patient>_t1` if there is
            one, and `masks/<patient>_t2`, as MHA or NIfTI. Patients without images
            are passed over.

    Raises:
        UnreadableFile: The table lacks a column or holds an impossible grade; names
            the line.
        LbpError: An image cannot be used; the message names the file.
    """
    for patient, of_discs in read_gradings(table).items():
        t2, t1, mask = (
            _file(images / folder / f"{patient}_{look}")
            for folder, look in (("images", "t2"), ("images", "t1"), ("masks", "t2"))
        )
        if t2 is None or mask is None:
            continue
        segmentation = Segmentation(mask=mask, scheme="spider")
        files = PatientFiles(t2=t2, t1=t1, segmentation=segmentation)
        yield from _cut(patient, files, partial(_graded, of_discs), None)


def read_gradings(table: Path) -> Gradings:
    """Return what radiologists graded, by patient and disc.

    Raises:
        UnreadableFile: The table is missing, lacks a column, or holds an impossible
            grade; names the line.
    """
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError):
        raise UnreadableFile(f"{table}: cannot be read as a table (CSV).") from None
    lacking = {PATIENT, DISC, *COLUMNS} - set(rows[0] if rows else ())
    if lacking:
        raise UnreadableFile(f"{table.name}: lacks {', '.join(sorted(lacking))}.")
    found: Gradings = {}
    for line, row in enumerate(rows, start=2):
        disc = int(_number(table, line, DISC, row[DISC], 0, 25))
        found.setdefault(row[PATIENT].strip(), {})[disc] = _row(table, line, row)
    return found


def _row(table: Path, line: int, row: Mapping[str, str]) -> dict[str, float]:
    """The gradings of one disc; a blank is not known."""
    return {
        name: _number(table, line, column, row[column], low, high)
        for column, (name, low, high) in COLUMNS.items()
        if (row[column] or "").strip()
    }


def _number(
    table: Path, line: int, column: str, text: str, low: int, high: int
) -> float:
    try:
        number = float(text)
    except (TypeError, ValueError):
        number = float("nan")
    if number not in range(low, high + 1):
        raise UnreadableFile(
            f"{table.name} line {line}, {column} = {text!r}: must be a whole number "
            f"from {low} to {high}."
        )
    return number


def _graded(of_discs: Mapping[int, dict[str, float]], disc: Disc) -> dict[str, float]:
    """SPIDER numbers discs from the lowest up: 1 lies below the lowest vertebra, L5."""
    usual = [name for name in Vertebra if name not in (Vertebra.T13, Vertebra.L6)]
    if disc.upper not in usual:
        return {}
    return of_discs.get(usual.index(Vertebra.S1) - usual.index(disc.upper), {})


def _cut(
    patient: str,
    files: PatientFiles,
    graded: "partial[dict[str, float]]",
    operated: Disc | None,
) -> Found:
    seen = files.examination(needs=("t2", "t1"))
    assert seen.t2 is not None
    try:
        yield patient, cut_levels(seen.spine, seen.t2, seen.t1, graded, operated)
    except NotMeasurable:
        return  # nothing to learn from a spine of which nothing is seen


def _findings(path: Path) -> dict[str, list[Measurement]]:
    found: dict[str, list[Measurement]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["value"] not in ("", "n/a"):
                found.setdefault(row["subject"], []).append(_measurement(row))
    return found


def _measurement(row: Mapping[str, str]) -> Measurement:
    place = row["level"]
    level = None if place == "n/a" else Disc.parse(place) if "-" in place else place
    return Measurement(
        name=row["name"],
        value=float(row["value"]),
        unit=Unit(row["unit"]),
        level=Vertebra(level) if isinstance(level, str) else level,
    )


def _file(stem: Path) -> Path | None:
    candidates = (stem.with_name(stem.name + ending) for ending in ENDINGS)
    return next((path for path in candidates if path.is_file()), None)
