"""What every check says of the study."""

from lbp_outcome.study.checking import Verdict
from lbp_outcome.study.report.page import Cell, Section, Table
from lbp_outcome.study.report.studied import Studied

SIGNS = {
    "passed": "✓ passed",
    "failed": "✗ failed",
    "muted": "\N{EN DASH} muted",
    "not applicable": "○ not applicable",
}
"""Told apart by sign and word, never by colour."""


def checks(studied: Studied) -> Section:
    """Return one row per check: what it guards against, and what it says."""
    table = Table(
        caption="An error stops the study; a warning must be read. A check that is "
        "muted was overruled in the plan, for the reason given.",
        columns=("Check", "It fires when", "Here", "What it found, or why not"),
        rows=tuple(_row(verdict) for verdict in studied.verdicts),
    )
    return Section(anchor="checks", title="Checks", blocks=(table,))


def _row(verdict: Verdict) -> tuple[Cell, ...]:
    check = verdict.check
    status = SIGNS[verdict.status]
    if verdict.status == "failed":
        status += f" ({check.severity})"
    said = "; ".join(verdict.findings)
    if verdict.reason:
        muted = verdict.status == "muted"
        said = f"{said}; muted because: {verdict.reason}" if muted else verdict.reason
    return (
        Cell(text=check.code, detail=check.name),
        Cell(text=check.title),
        Cell(text=status),
        Cell(text=said),
    )
