"""The data dictionary: what each column of a table may hold."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from lbp_outcome.anatomy import LUMBAR_DISCS
from lbp_outcome.cohort.problems import Problems
from lbp_outcome.units import Unit


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table.

    Attributes:
        name: Column name.
        kind: `number`, `category` (one of `levels`) or `text`.
        description: One sentence that a clinician understands.
        unit: Unit of a number.
        minimum: Smallest possible value.
        maximum: Largest possible value.
        levels: What a category may be, the reference first.
        before_surgery: Whether it is known before the operation; only then can it be
            a predictor.
    """

    name: str
    kind: Literal["number", "category", "text"]
    description: str = ""
    unit: Unit = Unit.RATIO
    minimum: float | None = None
    maximum: float | None = None
    levels: tuple[str, ...] = ()
    before_surgery: bool = True


def _yes_no(name: str, description: str) -> Column:
    return Column(
        name=name, kind="category", levels=("0", "1"), description=description
    )


_OPERABLE = (*map(str, LUMBAR_DISCS), "T11-T12", "L4-S1", "L5-L6", "L6-S1")

PARTICIPANT_COLUMNS: Mapping[str, Column] = {
    column.name: column
    for column in (
        Column(
            name="age",
            kind="number",
            unit=Unit.YEAR,
            minimum=18,
            maximum=110,
            description="Age at surgery",
        ),
        Column(
            name="sex", kind="category", levels=("F", "M"), description="Sex at birth"
        ),
        Column(
            name="bmi",
            kind="number",
            unit=Unit.KILOGRAM_PER_SQUARE_METRE,
            minimum=10,
            maximum=80,
            description="Body mass index",
        ),
        _yes_no("smoker", "Smokes at the time of surgery"),
        _yes_no("depression", "Depression, treated or by questionnaire"),
        _yes_no("comorbidity", "Another disease that limits daily life"),
        Column(
            name="symptom_duration_months",
            kind="number",
            unit=Unit.MONTH,
            minimum=0,
            maximum=1200,
            description="Time since the leg symptoms began",
        ),
        Column(
            name="operated_level",
            kind="category",
            levels=_OPERABLE,
            description="Disc level that was decompressed",
        ),
        Column(name="site", kind="text", description="Hospital"),
    )
}
"""Columns of participants.tsv that every cohort may use without declaring them."""


def declared_columns(
    sidecar: Path, standard: Mapping[str, Column], problems: Problems
) -> dict[str, Column]:
    """Return the standard columns and those that a BIDS sidecar declares.

    A sidecar may narrow a standard column and may add any other. `Levels` makes a
    category; `Minimum`, `Maximum` and `Units` describe a number; `"Timing":
    "postoperative"` marks what is not known before surgery.
    """
    columns = dict(standard)
    for name, entry in _entries(sidecar, problems).items():
        columns[name] = _declared(columns.get(name), name, entry)
    columns.pop("participant_id", None)
    return columns


def _entries(sidecar: Path, problems: Problems) -> dict[str, dict[str, Any]]:
    if not sidecar.is_file():
        return {}
    try:
        content = json.loads(sidecar.read_text(encoding="utf-8-sig"))
    except (ValueError, OSError) as error:
        problems.add(sidecar, f"this is not valid JSON ({error})")
        return {}
    if not isinstance(content, dict):
        problems.add(sidecar, "a sidecar is an object with one entry per column")
        return {}
    return {name: entry for name, entry in content.items() if isinstance(entry, dict)}


def _declared(known: Column | None, name: str, entry: dict[str, Any]) -> Column:
    levels = tuple(map(str, entry.get("Levels", ())))
    base = known or Column(name=name, kind="category" if levels else _kind(entry))
    return replace(
        base,
        description=str(entry.get("Description", base.description)),
        levels=levels or base.levels,
        minimum=None if levels else entry.get("Minimum", base.minimum),
        maximum=None if levels else entry.get("Maximum", base.maximum),
        unit=_unit(entry.get("Units"), base.unit),
        before_surgery=str(entry.get("Timing", "")).strip().lower() != "postoperative",
    )


def _kind(entry: dict[str, Any]) -> Literal["number", "text"]:
    return "number" if {"Units", "Minimum", "Maximum"} & set(entry) else "text"


def _unit(code: object, default: Unit) -> Unit:
    return Unit(code) if code in {str(unit) for unit in Unit} else default
