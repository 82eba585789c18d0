"""Measurements as one tidy table: a row for each number, or for the reason why none."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.io.atomic import atomic_file, require_place
from lbp_outcome.records import Measurement

if TYPE_CHECKING:
    from pyarrow import Table

COLUMNS = (
    "subject",
    "name",
    "level",
    "part",
    "side",
    "value",
    "unit",
    "reason",
    "remark",
    "repeatability",
    "doubt",
    "naming",
)
NUMBERS = ("value", "repeatability")
DECIMALS = 4
SEPARATORS = {".csv": ",", ".tsv": "\t"}


def write_measurements(
    path: Path, subject: str, measurements: Iterable[Measurement]
) -> None:
    """Write measurements as a table: .csv, .tsv or .parquet.

    Each row holds a value or the reason why there is none, never both; and beside a
    value what speaks against it, such as doubtful names of the levels.

    Raises:
        InvalidChoice: The file's ending names no kind of table.
    """
    require_table_name(path)
    with atomic_file(path) as temporary:
        if path.suffix == ".parquet":
            write_parquet(temporary, as_table(subject, measurements))
        else:
            _write_text(temporary, subject, measurements, SEPARATORS[path.suffix])


def require_table_name(path: Path) -> None:
    """Refuse a table that could not be written, before anything is measured.

    Raises:
        InvalidChoice: Its ending is none of .csv, .tsv and .parquet, or no file can be
            written there.
    """
    if path.suffix not in {*SEPARATORS, ".parquet"}:
        raise InvalidChoice(
            f"{path.name}: a table of measurements ends in .csv, .tsv or .parquet"
        )
    require_place(path)


def as_table(subject: str, measurements: Iterable[Measurement]) -> "Table":
    """Return measurements as an Arrow table; numbers keep all their digits."""
    import pyarrow as pa  # slow to import

    types = {name: pa.float64() for name in NUMBERS}
    schema = pa.schema([(name, types.get(name, pa.string())) for name in COLUMNS])
    return pa.Table.from_pylist(
        [
            {
                "subject": subject,
                "name": item.name,
                "level": str(item.level or ""),
                "part": str(item.part or ""),
                "side": str(item.side or ""),
                "value": item.value,
                "unit": str(item.unit),
                "reason": item.reason,
                "remark": item.remark,
                "repeatability": item.repeatability,
                "doubt": item.doubt,
                "naming": item.naming,
            }
            for item in measurements
        ],
        schema=schema,
    )


def write_parquet(path: Path, table: "Table") -> None:
    """Write an Arrow table as Parquet."""
    from pyarrow import parquet

    parquet.write_table(table, path, compression="zstd")


def _write_text(
    path: Path, subject: str, measurements: Iterable[Measurement], separator: str
) -> None:
    with path.open("w", newline="") as file:
        table = csv.writer(file, delimiter=separator, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(_row(subject, item) for item in measurements)


def _row(subject: str, item: Measurement) -> tuple[str, ...]:
    return (
        subject,
        item.name,
        str(item.level or ""),
        str(item.part or ""),
        str(item.side or ""),
        _written(item.value),
        str(item.unit),
        item.reason,
        item.remark,
        _written(item.repeatability),
        item.doubt,
        item.naming,
    )


def _written(value: float | None) -> str:
    """Four decimals, and never a negative zero."""
    return "" if value is None else f"{round(value, DECIMALS) + 0.0:.{DECIMALS}f}"
