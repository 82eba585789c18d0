"""Every estimate of a study as one row of a table, for other programs."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

import pandas as pd

from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.study.report.studied import Studied

COLUMNS = ["model", "measure", "value", "low", "high", "reason", "where"]
Row = tuple[str, str, Estimate, str]


def performance_table(studied: Studied) -> pd.DataFrame:
    """Return model, measure, value, low, high, reason and where it was measured.

    Where a value is missing there is a reason; where only bounds are, it is a number
    without an interval (apparent performance, or stability).
    """
    return pd.DataFrame(
        [
            (model, measure, e.value, e.low, e.high, e.reason, where)
            for model, measure, e, where in _rows(studied)
        ]
        + [
            (model, measure, value, None, None, "", where)
            for model, measure, value, where in _numbers(studied)
        ],
        columns=COLUMNS,
    ).astype({"value": float, "low": float, "high": float})


def _rows(studied: Studied) -> Iterator[Row]:
    results = studied.results
    for name, found in results.performance.items():
        yield from _of(name, found, "unseen patients")
    for gain in results.differences:
        yield from _of(gain.model, gain, f"difference from {gain.reference}")
    for name, optimism in results.optimism.items():
        corrected = Estimate.of(optimism.corrected)
        yield name, _measure(studied), corrected, "corrected for optimism"
    yield from _elsewhere(studied)
    yield from _groups(studied)
    for name, sets in studied.sets.items():
        if not isinstance(sets, str):
            yield from _of(name, sets, "sets or intervals for single patients")


def _elsewhere(studied: Studied) -> Iterator[Row]:
    for cohort in studied.results.external:
        for name, performance in cohort.performance.items():
            yield from _of(name, performance, f"cohort {cohort.name}")


def _groups(studied: Studied) -> Iterator[Row]:
    for name, groups in studied.results.subgroups.items():
        for column, parts in groups.items():
            for part in parts:
                yield from _of(name, part, f"subgroup {column} = {part.group}")


def _measure(studied: Studied) -> str:
    return "auc" if studied.binary else "r2"


def _of(name: str, record: object, where: str) -> Iterator[Row]:
    """Yield every estimate of a record, also those of records inside it."""
    yield from _inside(name, asdict(record), where)  # type: ignore[call-overload]


def _inside(name: str, content: Mapping[str, object], where: str) -> Iterator[Row]:
    for key, value in content.items():
        if not isinstance(value, Mapping):
            continue
        if set(value) == {"value", "low", "high", "reason"}:
            yield name, key, Estimate(**value), where
        else:
            yield from _inside(name, value, f"{where}, {key.replace('_', ' ')}")


def _numbers(studied: Studied) -> Iterator[tuple[str, str, float, str]]:
    for name, optimism in studied.results.optimism.items():
        yield name, _measure(studied), optimism.apparent, "same patients (apparent)"
    for name, found in studied.results.stability.items():
        for key in ("instability", "worst"):
            value = getattr(found, key)
            if value is not None:
                yield name, key, value, "between repeats"
