"""Whether the models serve women and men, young and old, and every hospital alike."""

from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.subgroups import SubgroupPerformance
from lbp_outcome.study.findings.subgroups import Subgroups
from lbp_outcome.study.report.drawing.forest import forest_figure
from lbp_outcome.study.report.drawing.house import as_png
from lbp_outcome.study.report.page import (
    FEWEST_SHOWN,
    TOO_FEW,
    Block,
    Cell,
    Picture,
    Section,
    Table,
    Text,
    count,
    number,
)
from lbp_outcome.study.report.studied import Studied

HEADING = Estimate(value=None, reason="heading")


def subgroups(studied: Studied) -> Section:
    """Return the performance of the chosen models in each group."""
    found = studied.results.subgroups
    if not any(found.values()):
        why = (
            "The plan names no column of this cohort."
            if studied.binary
            else "Subgroups are evaluated for yes-or-no outcomes only."
        )
        return Section(
            anchor="subgroups", title="Subgroups", blocks=(Text(text=why, soft=True),)
        )
    blocks: list[Block] = [_table(studied, name, of) for name, of in found.items()]
    blocks.append(_forest(studied, studied.chosen[-1]))
    blocks.append(Text(text=REMARK, soft=True))
    return Section(anchor="subgroups", title="Subgroups", blocks=tuple(blocks))


REMARK = (
    "With many groups some differ by chance alone. A wide interval around no "
    "difference does not show that a model is fair, only that these patients cannot "
    "tell. The Brier score depends on the base rate, so groups do not compare by it."
)


def _table(studied: Studied, name: str, of: Subgroups) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for column, groups in of.items():
        rows.append((Cell(text=_title(studied, column)),))
        rows += [_row(group) for group in _in_order(groups)]
    return Table(
        caption=f"Performance of “{name}” by group, with 95 % interval",
        columns=(
            "Group",
            "Patients",
            "With the outcome",
            "AUC",
            "AUC minus that of all others",
            "Calibration intercept",
            "Brier score",
        ),
        rows=tuple(rows),
        notes=(
            "Not measurable where fewer than 10 patients of a group had, or had not, "
            "the outcome.",
        ),
    )


def _in_order(
    groups: tuple[SubgroupPerformance, ...],
) -> list[SubgroupPerformance]:
    """Put the lowest band of ages first; groups come by name."""
    return sorted(groups, key=lambda group: not group.group.startswith("below "))


def _title(studied: Studied, column: str) -> str:
    known = studied.data.cohort.columns.get(column)
    return known.description or column if known else column


def _row(group: SubgroupPerformance) -> tuple[Cell, ...]:
    return (
        Cell(text=group.group),
        Cell(text=count(group.patients)),
        Cell(text=_events(group)),
        number(group.auc),
        number(group.auc_difference, signed=True),
        number(group.calibration_intercept),
        number(group.brier, 3),
    )


def _events(group: SubgroupPerformance) -> str:
    """Withhold counts from which a few patients' outcome could be read."""
    without = group.patients - group.events
    if 0 < group.patients < FEWEST_SHOWN:
        return "withheld"
    if 0 < group.events < FEWEST_SHOWN:
        return TOO_FEW
    return f"all but {TOO_FEW}" if 0 < without < FEWEST_SHOWN else str(group.events)


def _forest(studied: Studied, name: str) -> Picture:
    whole = studied.binary_performance[name].auc
    rows: dict[str, Estimate] = {"All patients": whole}
    headings = []
    for column, groups in studied.results.subgroups[name].items():
        title = _title(studied, column)
        headings.append(title)
        rows[title] = HEADING
        for group in _in_order(groups):
            auc = group.auc
            rows[f"{group.group} (n {count(group.patients)})"] = (
                auc
                if auc.value is not None
                else Estimate(value=None, reason="too few patients")
            )
    figure = forest_figure(
        rows,
        title=f"AUC of “{name}” by group",
        label="AUC within folds, with 95 % interval",
        line=whole.value if whole.value is not None else 0.5,
        line_name="all patients",
        headings=headings,
        simulated=studied.simulated,
    )
    return Picture(
        title=f"AUC of “{name}” by group",
        caption="AUC within folds among the patients of each group; the dashed line is "
        "that of all patients.",
        png=as_png(figure),
    )
