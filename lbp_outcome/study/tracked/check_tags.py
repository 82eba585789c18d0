"""What the checks say of a study, as tags of its runs."""

from collections.abc import Sequence

from lbp_outcome.study.checking import Verdict

CHECKS_TAG = "checks"
"""Tag of a study, its models and their versions: failed, warnings, muted or passed."""


def check_tags(verdicts: Sequence[Verdict]) -> dict[str, str]:
    """Return the worst that was found, and each check that found something.

    Findings may name patients, so only the checks are named.
    """
    status = {verdict.status for verdict in verdicts}
    worst = "muted" if "muted" in status else "passed"
    if "failed" in status:
        worst = "failed" if any(v.stops for v in verdicts) else "warnings"
    found = {
        f"check.{verdict.check.name}": _words(verdict)
        for verdict in verdicts
        if verdict.status in ("failed", "muted")
    }
    return {CHECKS_TAG: worst, **found}


def stopped_by(verdicts: Sequence[Verdict]) -> str:
    """Return which checks stopped a study, in one line; empty if none did."""
    names = [f"{v.check.code} {v.check.name}" for v in verdicts if v.stops]
    return f"stopped by {', '.join(names)}" if names else ""


def _words(verdict: Verdict) -> str:
    if verdict.status == "muted":
        return f"muted: {verdict.reason}"
    return f"{verdict.check.severity}: {verdict.check.title}"
