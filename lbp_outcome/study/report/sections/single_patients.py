"""What can be excluded for a single patient."""

from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.study.findings.prediction_sets import (
    LEVEL,
    PredictionIntervals,
    PredictionSets,
)
from lbp_outcome.study.report.page import Block, Cell, Section, Table, Text
from lbp_outcome.study.report.studied import Studied

LEVEL_SHOWN = f"{100 * LEVEL:.0f} %"


def single_patients(studied: Studied) -> Section:
    """Return how prediction sets, or intervals, do in patients held out."""
    blocks: list[Block] = [Text(text=_meaning(studied))]
    judged = {n: s for n, s in studied.sets.items() if not isinstance(s, str)}
    if judged:
        blocks.append(_table(studied, judged))
    blocks += [
        Text(text=f"Not measurable for “{name}”: {why}.", soft=True)
        for name, why in studied.sets.items()
        if isinstance(why, str)
    ]
    return Section(
        anchor="single-patients", title="For single patients", blocks=tuple(blocks)
    )


def _meaning(studied: Studied) -> str:
    if studied.binary:
        return (
            f"Of the patients with either outcome, {LEVEL_SHOWN} should get a set of "
            "possible outcomes that holds what happens to them. A set of both "
            "outcomes says: this model cannot tell. The fewer sets of one outcome, "
            "the less a model says of single patients, however good its AUC."
        )
    return (
        f"{LEVEL_SHOWN} of patients should have an outcome inside their interval. Such "
        "an interval holds for one patient, not for a mean, and hardly narrows as a "
        "cohort grows."
    )


def _table(
    studied: Studied, judged: dict[str, PredictionSets | PredictionIntervals]
) -> Table:
    lines = _of_sets() if studied.binary else _of_intervals(studied.unit)
    return Table(
        caption="Conformal prediction in held-out patients, calibrated in the other "
        "folds, with 95 % interval",
        columns=("", *judged),
        rows=tuple(
            (
                Cell(text=words),
                *(_cell(getattr(found, key), share) for found in judged.values()),
            )
            for key, words, share in lines
        ),
        notes=(
            "The promise ends where new patients differ from these, as those of "
            "another hospital do.",
        ),
    )


def _of_sets() -> tuple[tuple[str, str, bool], ...]:
    return (
        ("one", "Patients with a set of one outcome", True),
        ("both", "Both outcomes possible: the model cannot tell", True),
        ("neither", "Neither: a patient unlike all before", True),
        ("right_when_one", "Sets of one outcome that come true", True),
        (
            "with_outcome",
            f"With the outcome, set holds it ({LEVEL_SHOWN} wanted)",
            True,
        ),
        ("without_outcome", f"Without it, set holds that ({LEVEL_SHOWN} wanted)", True),
    )


def _of_intervals(unit: str) -> tuple[tuple[str, str, bool], ...]:
    return (
        ("coverage", f"Outcome inside the interval ({LEVEL_SHOWN} wanted)", True),
        ("width", f"Mean width of the interval [{unit}]", False),
    )


def _cell(estimate: Estimate, share: bool) -> Cell:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return Cell(text="\N{EN DASH}", detail=estimate.reason)
    if not share:
        value, interval = estimate.shown(1).split(" ", 1)
        return Cell(text=value, detail=interval)
    value, low, high = (
        f"{100 * x:.0f}" for x in (estimate.value, estimate.low, estimate.high)
    )
    return Cell(text=f"{value} %", detail=f"({low} to {high} %)")
