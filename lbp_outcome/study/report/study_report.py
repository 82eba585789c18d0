"""The report of a study: its sections in the order of the page."""

from collections.abc import Callable

from lbp_outcome.study.report.page import Page, Section
from lbp_outcome.study.report.sections.benefit import benefit
from lbp_outcome.study.report.sections.calibration import calibration
from lbp_outcome.study.report.sections.card import card
from lbp_outcome.study.report.sections.checks import checks
from lbp_outcome.study.report.sections.external import external
from lbp_outcome.study.report.sections.increment import increment
from lbp_outcome.study.report.sections.limits import limits
from lbp_outcome.study.report.sections.missing_data import missing_data
from lbp_outcome.study.report.sections.models import models
from lbp_outcome.study.report.sections.patients import patients
from lbp_outcome.study.report.sections.performance import performance
from lbp_outcome.study.report.sections.permuted import permuted
from lbp_outcome.study.report.sections.reading import reading
from lbp_outcome.study.report.sections.reproducibility import reproducibility
from lbp_outcome.study.report.sections.single_patients import single_patients
from lbp_outcome.study.report.sections.stability import stability
from lbp_outcome.study.report.sections.subgroups import subgroups
from lbp_outcome.study.report.sections.table_one import table_one
from lbp_outcome.study.report.sections.top import top
from lbp_outcome.study.report.sections.tripod import tripod
from lbp_outcome.study.report.studied import Studied
from lbp_outcome.visits import in_words

SECTIONS: tuple[Callable[[Studied], Section | None], ...] = (
    patients,
    table_one,
    missing_data,
    models,
    performance,
    calibration,
    benefit,
    increment,
    subgroups,
    external,
    stability,
    permuted,
    single_patients,
    checks,
    card,
    limits,
    reading,
    reproducibility,
    tripod,
)


def study_report(studied: Studied) -> Page:
    """Return everything that the report of a study states."""
    plan = studied.plan
    made = (section(studied) for section in SECTIONS)
    return Page(
        title=f"Predicting the outcome of lumbar spine surgery{_imaging(studied)}",
        study=plan.name,
        outcome=f"{_capital(plan.endpoint.statement)}, {in_words(plan.horizon)}",
        key=plan.outcome,
        simulated=studied.simulated,
        top=top(studied),
        sections=tuple(section for section in made if section is not None),
    )


def _imaging(studied: Studied) -> str:
    read = {source for model in studied.plan.every_model for source in model.reads}
    return " with and without imaging" if read - {"clinical"} else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
