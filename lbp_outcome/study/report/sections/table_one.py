"""Table one: what the analysed patients were like before surgery."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from lbp_outcome.cohort.dictionary import Column
from lbp_outcome.study.report.page import (
    FEWEST_SHOWN,
    TOO_FEW,
    Cell,
    Section,
    Table,
    count,
)
from lbp_outcome.study.report.studied import Studied

WITHHELD = Cell(text="withheld", detail=f"{TOO_FEW} in a group")
Members = Bool[np.ndarray, " patients"]


def table_one(studied: Studied) -> Section:
    """Return the characteristics of the analysed patients by outcome."""
    return Section(
        anchor="table-one",
        title="Characteristics of the patients",
        blocks=(characteristics(studied),),
    )


def characteristics(studied: Studied) -> Table:
    """Return one row per variable: all patients, and those with and without."""
    groups = _groups(studied)
    heads = tuple(
        f"{name}, n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{who.sum()}"
        for name, who in groups.items()
    )
    return Table(
        caption="Numbers: mean (standard deviation), below it median [quartiles]. Yes "
        "or no: patients (share of those known).",
        columns=("Before surgery", *heads, "Missing"),
        rows=tuple(_row(variable, groups) for variable in _variables(studied)),
        notes=(
            f"Counts from 1 to {FEWEST_SHOWN - 1} are not shown, and both groups are "
            "withheld where one could be worked out from the other. There are no p "
            "values: groups are described, not tested.",
        ),
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class _Variable:
    """One row; `yes_no` cells are 0 and 1."""

    name: str
    unit: str
    yes_no: bool
    cells: Float[np.ndarray, " patients"]


def _groups(studied: Studied) -> dict[str, Members]:
    outcome = studied.data.view.outcome
    assert outcome is not None
    groups = {"All": np.ones(len(outcome), dtype=bool)}
    if studied.binary:
        groups |= {"With the outcome": outcome == 1, "Without": outcome == 0}
    return groups


def _variables(studied: Studied) -> Iterator[_Variable]:
    view, columns = studied.data.view, studied.data.cohort.columns
    if not studied.binary:
        assert view.outcome is not None
        name = f"Outcome: {studied.plan.endpoint.statement}"
        yield _Variable(name=name, unit=studied.unit, yes_no=False, cells=view.outcome)
    shown = set()
    for number, predictor in enumerate(view.predictors):
        shown.add(predictor.name.partition("=")[0])
        yield _Variable(
            name=predictor.description or predictor.name,
            unit=predictor.unit.symbol.strip(),
            yes_no=predictor.indicator,
            cells=view.table[:, number],
        )
    people = studied.data.cohort.participants.loc[list(view.patients)]
    for name, column in columns.items():
        if name not in shown and column.before_surgery:
            yield from _of_column(column, people[name])


def _of_column(column: Column, cells: "pd.Series[str]") -> Iterator[_Variable]:
    """Describe a column that no model reads, such as the hospital."""
    name = column.description or column.name
    if column.kind == "number":
        values = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float)
        unit = column.unit.symbol.strip()
        yield _Variable(name=name, unit=unit, yes_no=False, cells=values)
    if column.kind != "category":
        return
    levels = ("1",) if set(column.levels) == {"0", "1"} else column.levels
    for level in levels:
        said = name if level == "1" and len(levels) == 1 else f"{name}: {level}"
        values = np.where(cells.isna(), np.nan, (cells == level).to_numpy(dtype=float))
        yield _Variable(name=said, unit="", yes_no=True, cells=values)


def _row(variable: _Variable, groups: Mapping[str, Members]) -> tuple[Cell, ...]:
    unit = f" [{variable.unit}]" if variable.unit else ""
    known = ~np.isnan(variable.cells)
    describe = _shares if variable.yes_no else _averages
    cells = describe([variable.cells[who & known] for who in groups.values()])
    missing = int((~known).sum())
    return (Cell(text=f"{variable.name}{unit}"), *cells, Cell(text=count(missing)))


def _averages(groups: list[np.ndarray]) -> list[Cell]:
    return [_average(values) for values in groups]


def _average(values: np.ndarray) -> Cell:
    if len(values) < FEWEST_SHOWN:
        return Cell(text="withheld", detail=f"{TOO_FEW} known")
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    spread = float(values.std(ddof=1))
    digits = _digits(max(abs(float(values.mean())), spread))
    mean, sd, median, first, third = (
        f"{number:,.{digits}f}" for number in (values.mean(), spread, middle, low, high)
    )
    return Cell(text=f"{mean} ({sd})", detail=f"{median} [{first} to {third}]")


def _digits(size: float) -> int:
    """Print three figures or so: 0.123, 1.23, 12.3, 123."""
    return 3 if size < 1 else 2 if size < 10 else 1 if size < 100 else 0


def _shares(groups: list[np.ndarray]) -> list[Cell]:
    """Describe counts; withhold those from which a small one could be worked out."""
    whole, parts = groups[0], groups[1:]
    if any(_is_small(part) for part in parts):
        return [_share(whole), *(WITHHELD for _ in parts)]
    return [_share(values) for values in groups]


def _is_small(values: np.ndarray) -> bool:
    yes = int(values.sum())
    return 0 < yes < FEWEST_SHOWN or 0 < len(values) - yes < FEWEST_SHOWN


def _share(values: np.ndarray) -> Cell:
    if len(values) == 0:
        return Cell(text="none known")
    yes = int(values.sum())
    if 0 < yes < FEWEST_SHOWN:
        return Cell(text=TOO_FEW)
    if 0 < len(values) - yes < FEWEST_SHOWN:
        return Cell(text=f"all but {TOO_FEW}")
    return Cell(text=f"{yes} ({100 * yes / len(values):.0f} %)")
