"""One way to read a table: text in, checked columns out, every problem in words."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from lbp_outcome.cohort.dictionary import Column
from lbp_outcome.cohort.problems import Problems
from lbp_outcome.errors import suggestion

MISSING = frozenset({"", "n/a", "N/A", "NA"})
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
LINE = "line"
"""Name of the index: the line of the file that a row comes from."""


@dataclass(frozen=True, kw_only=True)
class TableKind:
    """What a table must hold.

    Attributes:
        columns: The columns it may have.
        keys: Columns that together name a row; no two rows may share them.
        required: Columns it must have beside the keys.
        declares_in: Where a new column could be declared, for messages.
    """

    columns: Mapping[str, Column]
    keys: Mapping[str, Column]
    required: tuple[str, ...] = ()
    declares_in: str = ""


def read_table(file: Path, kind: TableKind, problems: Problems) -> pd.DataFrame:
    """Return the table with typed columns, indexed by line of the file.

    Cells that break a rule become missing and are noted; so the caller can go on and
    find further problems, and must look at `problems` before using the result.
    """
    text = _read_text(file, kind, problems)
    _check_header(file, list(text.columns), kind, problems)
    text = text.loc[:, ~text.columns.duplicated()]
    known = {**kind.keys, **kind.columns}
    typed = pd.DataFrame(index=text.index)
    for name in text.columns:
        if name in known:
            typed[name] = _typed(file, text[name], known[name], problems)
    _check_values(file, typed, known, text, problems)
    _check_keys(file, text, kind, problems)
    return typed


def find_table(folder: Path, stem: str) -> Path | None:
    """Return `<stem>.tsv`, or `<stem>.csv` as exported from a spreadsheet."""
    for ending in (".tsv", ".csv"):
        if (folder / f"{stem}{ending}").is_file():
            return folder / f"{stem}{ending}"
    return None


def _read_text(file: Path, kind: TableKind, problems: Problems) -> pd.DataFrame:
    try:
        content = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        problems.add(file, "this is not UTF-8 text; save it again as UTF-8")
        content = ""
    rows = list(csv.reader(content.splitlines(), delimiter=_delimiter(file, content)))
    if not rows:
        problems.add(file, "the file is empty")
        return pd.DataFrame(columns=list(kind.keys), dtype=str)
    header = [name.strip() for name in rows[0]]
    lines, cells = [], []
    for line, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            problems.add(file, _wrong_width(file, row, header), line=line)
            continue
        lines.append(line)
        cells.append([cell.strip() for cell in row])
    table = pd.DataFrame(cells, columns=header, index=lines, dtype=str)
    return table.rename_axis(LINE)


def _delimiter(file: Path, content: str) -> str:
    if file.suffix == ".tsv":
        return "\t"
    header = content.partition("\n")[0]
    return ";" if header.count(";") > header.count(",") else ","


def _wrong_width(file: Path, row: list[str], header: list[str]) -> str:
    text = f"{len(row)} cells where the header has {len(header)}"
    if file.suffix == ".csv" and len(row) > len(header):
        return text + "; is a decimal comma splitting a number? write 27.9, not 27,9"
    if len(row) == 1:
        return text + "; are the cells separated by tabs?"
    return text


def _check_header(
    file: Path, header: list[str], kind: TableKind, problems: Problems
) -> None:
    known = {**kind.keys, **kind.columns}
    for name in (*kind.keys, *kind.required):
        if name not in header:
            problems.add(file, f"the column {name!r} is missing", line=1)
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            problems.add(file, f"the column {name!r} stands twice", line=1)
        elif name not in known:
            unused = set(known) - set(header)
            hint = suggestion(name, unused) if unused else ""
            where = f" or {kind.declares_in}" if kind.declares_in else ""
            problems.add(
                file,
                f"the column {name!r} is not in the data dictionary{where}.{hint}",
                line=1,
            )


def _typed(
    file: Path, cells: "pd.Series[str]", column: Column, problems: Problems
) -> "pd.Series[Any]":
    if column.kind != "number":
        return cells.mask(cells.isin(MISSING), None)
    numbers = [
        _number(file, line, column, cell, problems)
        for line, cell in zip(cells.index, cells, strict=True)
    ]
    return pd.Series(numbers, index=cells.index, dtype=float)


def _number(
    file: Path, line: int, column: Column, cell: str, problems: Problems
) -> float:
    if cell in MISSING:
        return float("nan")
    try:
        number = float(cell)
    except ValueError:
        number = float("nan")
    if number - number == 0:  # neither infinite nor NaN
        return number
    what = "is not a number"
    if DECIMAL_COMMA.fullmatch(cell):
        what = f"decimal comma; write {cell.replace(',', '.')}"
    problems.add(file, what, line=line, column=column.name, value=cell)
    return float("nan")


def _check_values(
    file: Path,
    typed: pd.DataFrame,
    known: Mapping[str, Column],
    text: pd.DataFrame,
    problems: Problems,
) -> None:
    schema = pa.DataFrameSchema(
        {
            name: pa.Column(checks=_checks(known[name]), nullable=True, coerce=False)
            for name in typed.columns
        }
    )
    try:
        schema.validate(typed, lazy=True)
    except pa.errors.SchemaErrors as error:
        for case in error.failure_cases.to_dict("records"):
            line, column = int(case["index"]), str(case["column"])
            problems.add(
                file,
                str(case["check"]),
                line=line,
                column=column,
                value=str(text.loc[line, column]),
            )


def _checks(column: Column) -> list[pa.Check]:
    checks = []
    if column.levels:
        allowed = ", ".join(column.levels[:8]) + (" ..." * (len(column.levels) > 8))
        checks.append(pa.Check.isin(column.levels, error=f"must be one of {allowed}"))
    if column.minimum is not None:
        text = f"must be >= {column.minimum:g}"
        checks.append(pa.Check.ge(column.minimum, error=text))
    if column.maximum is not None:
        text = f"must be <= {column.maximum:g}"
        checks.append(pa.Check.le(column.maximum, error=text))
    return checks


def _check_keys(
    file: Path, text: pd.DataFrame, kind: TableKind, problems: Problems
) -> None:
    keys = [key for key in kind.keys if key in text.columns]
    if len(keys) < len(kind.keys):
        return
    seen: dict[tuple[str, ...], int] = {}
    for line, *values in text[keys].itertuples(name=None):
        for key, value in zip(keys, values, strict=True):
            if value in MISSING:
                problems.add(file, "must not be empty", line=line, column=key)
        first = seen.setdefault(tuple(values), line)
        if first != line:
            problems.add(
                file,
                f"the same {' and '.join(keys)} stands on line {first} already",
                line=line,
                column=keys[0],
                value=values[0],
            )
