"""Checks: what must hold before a study's numbers may be believed, one per file.

A check looks at a study before anything is trained, or at its results. An error stops
the run with exit code 3, a warning is printed and shown in the report. A study file
mutes a check by name only, and says why.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from lbp_outcome.errors import LbpError
from lbp_outcome.registry import Shelf
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.findings.results import StudyResults
from lbp_outcome.study.plan import StudyPlan

Severity = Literal["error", "warning"]
Stage = Literal["before training", "after training"]


class CheckNotApplicable(LbpError):
    """A check has nothing to look at in this study; the message says why."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Examined:
    """What a check may look at.

    Attributes:
        plan: The analysis plan.
        data: The patients.
        results: What was found; None before training.
    """

    plan: StudyPlan
    data: StudyData
    results: StudyResults | None = None


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that must hold.

    Attributes:
        code: Stable code, such as `LBP101`; never given to another check.
        name: Its name on the shelf, by which a study file mutes it.
        title: What is wrong when it fires, in a few words.
        severity: Whether it stops the run.
        stage: When it looks.
        explanation: Why it matters and what to do, for somebody who meets it first.
        look: Returns what it found, one sentence each; nothing when all is well.
            Raises `CheckNotApplicable` with the reason when it cannot look.
        reference: Where the danger is described.
    """

    code: str
    name: str
    title: str
    severity: Severity
    stage: Stage
    explanation: str
    look: Callable[[Examined], tuple[str, ...]]
    reference: str = ""


CHECKS: Shelf[Check] = Shelf("check", __name__)
