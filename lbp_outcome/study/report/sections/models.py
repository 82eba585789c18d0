"""The models, what each was given, and which of them always run."""

from lbp_outcome.study.plan import COMPARATORS
from lbp_outcome.study.report.page import Cell, Section, Table
from lbp_outcome.study.report.studied import Studied


def models(studied: Studied) -> Section:
    """Return what each model reads, how it is made and what it is for."""
    table = Table(
        columns=("Model", "Reads", "Method", "Here for"),
        rows=tuple(
            (
                Cell(text=model.name),
                Cell(text=studied.reads(model.name)),
                Cell(text=model.method.replace("_", " ")),
                Cell(text=_role(studied, model.name)),
            )
            for model in studied.plan.every_model
        ),
        notes=(
            "Comparators run in every study, whether its plan names them or not, so "
            "that a model is never shown without what it has to beat.",
        ),
    )
    return Section(anchor="models", title="Models", blocks=(table,))


def _role(studied: Studied, name: str) -> str:
    plan = studied.plan
    asked = {model.name for model in plan.models}
    roles = [
        word
        for holds, word in (
            (name == plan.reference, "reference: what the others are compared with"),
            (name == plan.headline, "headline: its gain is what the study is about"),
            (
                name in COMPARATORS[plan.endpoint.kind] and name not in asked,
                "comparator that always runs",
            ),
        )
        if holds
    ]
    return "; ".join(roles) or "asked for in the plan"
