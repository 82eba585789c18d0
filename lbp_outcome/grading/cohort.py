"""Grading the X-rays of every patient of a cohort into one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lbp_outcome.cohort.folder import read_cohort
from lbp_outcome.errors import LbpError
from lbp_outcome.grading.films import XrayGrader, grade_files
from lbp_outcome.io.atomic import atomic_file
from lbp_outcome.measurements import as_table, write_measurements, write_parquet
from lbp_outcome.measurements._table import require_table_name
from lbp_outcome.progress import progress
from lbp_outcome.records import Measurement


@dataclass(frozen=True, kw_only=True)
class GradedCohort:
    """What became of a cohort.

    Attributes:
        table: The table that was written.
        done: Patients whose X-rays were graded.
        failed: Why a patient's could not be, by pseudonym.
        without: Patients without a lateral X-ray.
    """

    table: Path
    done: tuple[str, ...]
    failed: Mapping[str, str]
    without: tuple[str, ...]


def grade_cohort(
    cohort: Path, out: Path, *, grader: XrayGrader | None = None
) -> GradedCohort:
    """Grade the X-rays of every patient into one table, as `lbp measure` writes it.

    The frontal film lies beside the lateral one (`_view-ap_xray` for
    `_view-lateral_xray`). A patient whose films cannot be graded is reported and does
    not stop the others.

    Args:
        cohort: Cohort folder.
        out: Table to write, .csv, .tsv or .parquet.
        grader: The reader, if it is loaded already.

    Raises:
        CohortError: The folder breaks its data dictionary.
        InvalidChoice: `out` is no table, or nothing can be written there.
        UnreadableFile: The weights are missing or altered.
    """
    require_table_name(out)
    people, grader = read_cohort(cohort), grader or XrayGrader()
    films = {
        patient: files.radiograph
        for patient, files in people.files.items()
        if files.radiograph is not None
    }
    found: dict[str, tuple[Measurement, ...]] = {}
    failed: dict[str, str] = {}
    for patient, lateral in progress(films.items(), "Grading", total=len(films)):
        try:
            found[patient] = grade_files(lateral, _frontal(lateral), grader=grader)
        except LbpError as error:
            failed[patient] = " ".join(str(error).split())
    _write(out, found)
    return GradedCohort(
        table=out,
        done=tuple(found),
        failed=failed,
        without=tuple(p for p in people.patients if p not in films),
    )


def _frontal(lateral: Path) -> Path | None:
    """The frontal film of the same patient, if there is one."""
    name = lateral.name.replace("_view-lateral_", "_view-ap_")
    beside = lateral.with_name(name)
    return beside if name != lateral.name and beside.exists() else None


def _write(out: Path, found: Mapping[str, tuple[Measurement, ...]]) -> None:
    with atomic_file(out) as temporary:
        if out.suffix == ".parquet":
            import pyarrow as pa

            empty = as_table("", ())
            tables = [as_table(name, rows) for name, rows in found.items()]
            write_parquet(temporary, pa.concat_tables([empty, *tables]))
        else:
            temporary.write_text(_text(found, out.suffix), "utf-8")


def _text(found: Mapping[str, tuple[Measurement, ...]], suffix: str) -> str:
    """One header, then the rows of each patient as their own table has them."""
    with TemporaryDirectory() as folder:
        part = Path(folder) / f"part{suffix}"
        write_measurements(part, "", ())
        text = part.read_text("utf-8")
        header = len(text)
        for name, rows in found.items():
            write_measurements(part, name, rows)
            text += part.read_text("utf-8")[header:]
    return text
