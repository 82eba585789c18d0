"""Measuring every examination of a cohort folder into one tidy table."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lbp_outcome import __version__
from lbp_outcome.cohort.folder import read_cohort
from lbp_outcome.cohort.person import person_of
from lbp_outcome.errors import InvalidChoice, LbpError
from lbp_outcome.examination import Person
from lbp_outcome.io.atomic import atomic_file, require_place
from lbp_outcome.measurements import (
    MEASUREMENTS,
    as_table,
    measure_files,
    read_norms,
    separate_doubts,
    write_parquet,
)
from lbp_outcome.patient_files import PatientFiles
from lbp_outcome.progress import progress
from lbp_outcome.workers import worker_processes

if TYPE_CHECKING:
    from pyarrow import Table

FINGERPRINT = b"fingerprint"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What became of a cohort.

    Attributes:
        table: The table that was written.
        done: Patients measured now.
        kept: Patients measured before, whose files have not changed.
        failed: Why a patient could not be measured, by pseudonym.
        doubts: What speaks against a patient's numbers, by pseudonym; the table says
            so beside each of them.
        without: Patients without a segmented spine.
    """

    table: Path
    done: tuple[str, ...]
    kept: tuple[str, ...]
    failed: dict[str, str]
    doubts: dict[str, tuple[str, ...]]
    without: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Job:
    """One patient to measure, and the file to put the result in."""

    patient: str
    files: PatientFiles
    person: Person | None
    norms: Path | None
    repeatability: bool
    part: Path
    fingerprint: str


def measure_cohort(
    cohort: Path,
    out: Path,
    *,
    norms: Path | None = None,
    repeatability: bool = False,
    processes: int | None = None,
) -> Measured:
    """Measure the MR examination of every patient into one Parquet table.

    A patient who cannot be measured is reported and does not stop the others. Patients
    whose files, and this software, have not changed since the table was written are not
    measured again; a run that was interrupted goes on where it stopped.

    Args:
        cohort: Cohort folder.
        out: Table to write; it ends in .parquet.
        norms: Table of reference values (CSV); the one built in is made up.
        repeatability: Whether to say how far each number moves if outlines do.
        processes: Number of processes; all cores if not given.

    Raises:
        CohortError: The folder breaks its data dictionary.
        InvalidChoice: `out` is no Parquet file.
        UnreadableFile: The table of reference values cannot be used; names the line.
    """
    if out.suffix != ".parquet":
        raise InvalidChoice(f"{out.name}: the table of a cohort ends in .parquet")
    require_place(out)
    known = () if norms is None else read_norms(norms)
    people, parts = read_cohort(cohort), out.with_name(f"{out.name}.parts")
    jobs = [
        _Job(
            patient=patient,
            files=files,
            person=person_of(people, patient),
            norms=norms,
            repeatability=repeatability,
            part=parts / f"{patient}.parquet",
            fingerprint=_fingerprint(
                files, person_of(people, patient), known, repeatability
            ),
        )
        for patient, files in people.files.items()
        if files.segmentation is not None
    ]
    parts.mkdir(parents=True, exist_ok=True)
    _take_apart(out, jobs)
    kept = [job for job in jobs if _is_done(job)]
    failed = _measure([job for job in jobs if job not in kept], processes)
    done = [job for job in jobs if _is_done(job)]
    _put_together(out, done)
    shutil.rmtree(parts)
    return Measured(
        table=out,
        done=tuple(job.patient for job in done if job not in kept),
        kept=tuple(job.patient for job in kept),
        failed=failed,
        doubts=_doubts(out),
        without=tuple(p for p in people.patients if p not in {j.patient for j in jobs}),
    )


def _measure(jobs: Sequence[_Job], processes: int | None) -> dict[str, str]:
    """Measure patients side by side; return why some could not be."""
    workers = min(processes or os.cpu_count() or 1, len(jobs))
    if workers < 2:
        return _failures(jobs, map(_measure_one, jobs))
    with worker_processes(workers) as pool:
        return _failures(jobs, pool.map(_measure_one, jobs))


def _failures(jobs: Sequence[_Job], reasons: Iterable[str]) -> dict[str, str]:
    bar = progress(reasons, "Measuring", total=len(jobs))
    pairs = zip(jobs, bar, strict=True)
    return {job.patient: reason for job, reason in pairs if reason}


def _measure_one(job: _Job) -> str:
    """Measure one patient into the patient's own file; return why not, or nothing."""
    try:
        found = measure_files(
            job.files,
            person=job.person,
            norms=job.norms,
            repeatability=job.repeatability,
        )
    except LbpError as error:
        return " ".join(str(error).split())
    except Exception as error:
        return f"unexpected {type(error).__name__}: {error}; please report this"
    _write(job.part, as_table(job.patient, found), job.fingerprint)
    return ""


def _write(path: Path, table: "Table", fingerprint: str) -> None:
    marked = table.replace_schema_metadata({FINGERPRINT: fingerprint})
    with atomic_file(path) as temporary:
        write_parquet(temporary, marked)


def _is_done(job: _Job) -> bool:
    """Whether the patient's own file is there and still true."""
    if not job.part.is_file():
        return False
    from pyarrow import parquet

    written = parquet.read_schema(job.part).metadata or {}
    return written.get(FINGERPRINT) == job.fingerprint.encode()


def _put_together(out: Path, jobs: Sequence[_Job]) -> None:
    """Join the patients' own files into one table."""
    import pyarrow as pa
    from pyarrow import parquet

    tables = [parquet.read_table(job.part) for job in jobs] or [as_table("", ())]
    plain = [table.replace_schema_metadata(None) for table in tables]
    marks = json.dumps({job.patient: job.fingerprint for job in jobs})
    _write(out, pa.concat_tables(plain), marks)


def _doubts(out: Path) -> dict[str, tuple[str, ...]]:
    """What the table says against the numbers of each patient, if anything."""
    from pyarrow import parquet

    table = parquet.read_table(out, columns=["subject", "doubt"])
    pairs = table.group_by(["subject", "doubt"], use_threads=False).aggregate([])
    said: dict[str, list[str]] = {}
    for row in pairs.to_pylist():
        said.setdefault(row["subject"], []).append(row["doubt"])
    single = {patient: separate_doubts(texts) for patient, texts in said.items()}
    return {patient: doubts for patient, doubts in single.items() if doubts}


def _take_apart(out: Path, jobs: Sequence[_Job]) -> None:
    """Give every patient of an earlier table a file of their own again."""
    if not out.is_file():
        return
    import pyarrow.compute as pc
    from pyarrow import parquet

    table = parquet.read_table(out)
    marks = json.loads((table.schema.metadata or {}).get(FINGERPRINT, b"{}"))
    for job in jobs:
        if marks.get(job.patient) == job.fingerprint and not job.part.exists():
            rows = table.filter(pc.equal(table["subject"], job.patient))
            _write(job.part, rows, job.fingerprint)


def _fingerprint(
    files: PatientFiles,
    person: Person | None,
    norms: tuple[object, ...],
    repeatability: bool,
) -> str:
    """Sum over all that a patient's measurements depend on."""
    paths = sorted({path for path in _paths(files) if path.is_file()})
    state = [(str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in paths]
    without_film = replace(files, radiograph=None)
    everything = (
        __version__,
        [*MEASUREMENTS],
        state,
        without_film,
        person,
        norms,
        repeatability,
    )
    return hashlib.sha256(repr(everything).encode()).hexdigest()


def _paths(files: PatientFiles) -> Iterable[Path]:
    """Every file that is measured."""
    yield from filter(None, (files.t2, files.t1, *files.axial))
    if files.segmentation is not None:
        yield files.segmentation.mask
        yield from filter(None, [files.segmentation.semantic])
    for scan in files.muscles:
        yield from filter(None, (scan.mask, scan.image, scan.water, scan.fat))
