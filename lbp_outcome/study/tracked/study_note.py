"""A study in a few lines of Markdown, for the top of its pages in MLflow."""

from collections.abc import Sequence

from lbp_outcome.study.checking import Verdict
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.findings.results import StudyResults
from lbp_outcome.study.plan import StudyPlan
from lbp_outcome.visits import in_words


def study_note(plan: StudyPlan, data: StudyData) -> str:
    """Say what is predicted, in whom, and how it is validated."""
    whose = "simulated patients" if data.cohort.simulated else "patients"
    events = "" if data.events is None else f", {data.events} with the outcome"
    return (
        f"**{len(data.view)} {whose}**{events}; {validation_in_words(plan)}; reference "
        f"model `{plan.reference}`. Predicts, {in_words(plan.horizon)}: "
        f"{plan.endpoint.statement}."
    )


def validation_in_words(plan: StudyPlan) -> str:
    """Say how performance is estimated, shortly."""
    scheme = plan.validation
    if scheme.scheme == "cross_validation":
        return f"{scheme.repeats} x {scheme.outer}-fold cross-validation"
    return f"{scheme.scheme.replace('_', ' ')} by {scheme.by}"


def results_note(results: StudyResults, verdicts: Sequence[Verdict]) -> str:
    """Say what was found, and what the checks object to."""
    lines = [] if results.headline is None else [results.headline.sentence]
    lines += [
        f"- {verdict.check.severity}: `{verdict.check.name}`, {verdict.check.title}"
        for verdict in verdicts
        if verdict.status == "failed"
    ]
    return "\n\n".join(lines)
