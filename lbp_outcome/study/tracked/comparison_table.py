"""Several studies side by side, and whether their numbers may be compared at all."""

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.study.folder import StudyFolder

MEASURES: Mapping[str, tuple[str, int]] = {
    "auc": ("AUC", 2),
    "r2": ("R2", 2),
    "mae": ("mean error", 1),
    "brier": ("Brier", 3),
    "calibration_slope": ("slope", 2),
}
"""Measures of a model that are shown: their heading and their decimals."""

GAINS: Mapping[str, str] = {"auc": "gain in AUC", "r2": "gain in R2"}
"""Measures whose gain over the reference model is shown."""

NOTHING = "-"
NAME_LETTERS = 12


@dataclass(frozen=True, eq=False, kw_only=True)
class Comparison:
    """Studies side by side.

    Attributes:
        legend: Which study each letter is.
        cautions: In what the studies differ, one sentence each.
        table: One row per model and study: `model`, `study` and what is shown.
        numbers: One row per model, study and measure: `value`, `low`, `high`.
    """

    legend: tuple[str, ...]
    cautions: tuple[str, ...]
    table: pd.DataFrame
    numbers: pd.DataFrame

    def __str__(self) -> str:
        cautions = self.cautions or ("The same plan, patients, outcome and code.",)
        table = (*_aligned(self.table), "", "Brackets: 95 % intervals.")
        parts = (self.legend, cautions, table)
        return "\n\n".join("\n".join(part) for part in parts)


def compare_runs(runs: Sequence[str]) -> Comparison:
    """Set the models of two or more studies side by side.

    Numbers of other patients, or of another outcome, stand beside each other but do
    not compare: the harder cohort makes the same model look worse. That is said first.

    Args:
        runs: Folders of results, or ids of MLflow runs.

    Raises:
        InvalidChoice: Fewer than two are given, or one is neither.
    """
    if len(runs) < 2:
        raise InvalidChoice("a comparison needs two studies: lbp compare RUN RUN")
    letters = string.ascii_uppercase
    if len(runs) > len(letters):
        raise InvalidChoice(f"at most {len(letters)} studies can be compared at once")
    studies = {
        letter: StudyFolder.open(run).results
        for letter, run in zip(letters, runs, strict=False)
    }
    return Comparison(
        legend=tuple(
            _legend(letter, run, found)
            for run, (letter, found) in zip(runs, studies.items(), strict=True)
        ),
        cautions=tuple(_cautions(studies)),
        table=_table(studies),
        numbers=pd.DataFrame(_numbers(studies)),
    )


def _legend(letter: str, run: str, found: Mapping[str, Any]) -> str:
    events = "" if found["events"] is None else f", {found['events']} with the outcome"
    whose = "simulated patients" if found["simulated"] else "patients"
    return (
        f"{letter}  {found['study']} ({run}): {found['outcome']} at "
        f"{found['horizon']}, {found['patients']} {whose}{events}"
    )


def _cautions(studies: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    aims = {k: (s["outcome"], s["horizon"]) for k, s in studies.items()}
    made = {k: s["provenance"] for k, s in studies.items()}
    if _differ(aims):
        yield f"OUTCOMES DIFFER ({_who(aims)}): the numbers do not compare."
    patients = {k: m["data_sha256"] for k, m in made.items()}
    if _differ(patients):
        yield (
            f"PATIENTS OR PREDICTORS DIFFER ({_who(patients)}): the numbers do not "
            "compare; each holds for its own patients."
        )
    plans = {k: m["plan_sha256"] for k, m in made.items()}
    if _differ(plans):
        yield f"Plans differ ({_who(plans)}): folds, models or settings may too."
    code = {k: m["code_version"] for k, m in made.items()}
    if _differ(code):
        yield f"Code differs ({_who(code)})."
    for letter, found in studies.items():
        failed = [c["name"] for c in found["checks"] if _stopped(c)]
        if failed:
            yield f"{letter} was stopped by its checks: {', '.join(failed)}."


def _stopped(check: Mapping[str, Any]) -> bool:
    return bool(check["status"] == "failed" and check["severity"] == "error")


def _differ(values: Mapping[str, object]) -> bool:
    return len(set(values.values())) > 1


def _who(values: Mapping[str, Any]) -> str:
    """Name each value with the studies that have it: `A, B: x; C: y`."""
    having: dict[Any, list[str]] = {}
    for letter, value in values.items():
        having.setdefault(value, []).append(letter)
    return "; ".join(f"{', '.join(who)}: {_short(v)}" for v, who in having.items())


def _short(value: object) -> str:
    if isinstance(value, tuple):
        return " at ".join(value)
    text = str(value)
    return text[:NAME_LETTERS] if len(text) == 64 else text  # a SHA-256 sum


def _table(studies: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    rows = []
    for model in _models(studies):
        for letter, found in studies.items():
            if model in found["models"]:
                rows.append({"model": model, "study": letter, **_shown(model, found)})
    return pd.DataFrame(rows).fillna(NOTHING)


def _models(studies: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """All models, in the order of the first study that has them."""
    return list(dict.fromkeys(m for found in studies.values() for m in found["models"]))


def _shown(model: str, found: Mapping[str, Any]) -> dict[str, str]:
    measures, gains = found["models"][model], found["differences"].get(model, {})
    cells = {
        heading: _cell(measures[measure], digits)
        for measure, (heading, digits) in MEASURES.items()
        if measure in measures
    }
    for measure, heading in GAINS.items():
        if measure in gains:
            cells[heading] = _cell(gains[measure], 2, signed=True)
        elif model == found["reference"] and measure in measures:
            cells[heading] = "reference"
    return cells


def _aligned(table: pd.DataFrame) -> Iterator[str]:
    rows = [[str(name) for name in table], *table.to_numpy().tolist()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield "  ".join(cells).rstrip()


def _cell(stored: Mapping[str, Any], digits: int, *, signed: bool = False) -> str:
    found = Estimate(**stored)
    return NOTHING if found.value is None else found.shown(digits, signed=signed)


def _numbers(studies: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for letter, found in studies.items():
        gains = found["differences"]
        for model, measures in found["models"].items():
            gained = {f"gain_{k}": v for k, v in gains.get(model, {}).items()}
            for measure, stored in {**measures, **gained}.items():
                if isinstance(stored, dict) and stored.get("value") is not None:
                    ends = {end: stored[end] for end in ("value", "low", "high")}
                    yield {
                        "letter": letter,
                        "study": found["study"],
                        "mlflow_run": found["provenance"]["mlflow_run"],
                        "model": model,
                        "measure": measure,
                        **ends,
                    }
