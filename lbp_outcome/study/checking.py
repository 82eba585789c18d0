"""What the checks say of a study, and when they stop it."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lbp_outcome.errors import LbpError, UnknownName
from lbp_outcome.study.checks import (
    CHECKS,
    Check,
    CheckNotApplicable,
    Examined,
    Stage,
)
from lbp_outcome.study.plan import StudyPlan

LOG = logging.getLogger(__name__)


class CheckFailed(LbpError):
    """A study stopped at a check; nothing it would have said may be believed."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What one check says of a study.

    Attributes:
        check: The check.
        status: Whether all is well.
        findings: What it found, one sentence each.
        reason: Why it is muted, or why it could not look.
    """

    check: Check
    status: Literal["passed", "failed", "muted", "not applicable"]
    findings: tuple[str, ...] = ()
    reason: str = ""

    @property
    def stops(self) -> bool:
        """Whether the run must not go on."""
        return self.status == "failed" and self.check.severity == "error"

    def __str__(self) -> str:
        found = "; ".join(self.findings)
        return f"{self.check.code} {self.check.name}: {self.check.title}: {found}"


def refuse_unknown_mutes(plan: StudyPlan) -> None:
    """Refuse to mute what is no check.

    Raises:
        UnknownName: Names the nearest check.
    """
    for name in plan.mute:
        if name not in CHECKS:
            raise UnknownName("check", name, CHECKS)


def examine(examined: Examined, stage: Stage) -> tuple[Verdict, ...]:
    """Let every check of a stage look, in the order of their codes."""
    due = [check for check in CHECKS.values() if check.stage == stage]
    verdicts = tuple(
        _verdict(check, examined) for check in sorted(due, key=lambda item: item.code)
    )
    for verdict in verdicts:
        if verdict.status == "failed":
            LOG.warning("%s: %s", verdict.check.severity, verdict)
    return verdicts


def stop_at_errors(verdicts: Iterable[Verdict]) -> None:
    """Stop if an error was found and not muted.

    Raises:
        CheckFailed: Names every check that failed, and how to mute one.
    """
    failed = [verdict for verdict in verdicts if verdict.stops]
    if failed:
        names = ", ".join(verdict.check.name for verdict in failed)
        what = ". ".join(map(str, failed))
        raise CheckFailed(
            f"{what}. Mend it, or write 'mute: {{{failed[0].check.name}: why}}' in the "
            f"study file if you are sure (stopped by {names})"
        )


def _verdict(check: Check, examined: Examined) -> Verdict:
    try:
        findings = check.look(examined)
    except CheckNotApplicable as why:
        return Verdict(check=check, status="not applicable", reason=str(why))
    if not findings:
        return Verdict(check=check, status="passed")
    muted = examined.plan.mute.get(check.name)
    if muted is not None:
        return Verdict(check=check, status="muted", findings=findings, reason=muted)
    return Verdict(check=check, status="failed", findings=findings)
