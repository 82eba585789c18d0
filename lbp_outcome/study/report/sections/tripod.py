"""The TRIPOD+AI checklist, filled in by the run as far as a run can.

27 items in 52 parts. The wording is short and our own, and it was not checked line by
line against the published list: compare the two before use.

Reference: Collins et al. 2024, doi:10.1136/bmj-2023-078378.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lbp_outcome.study.report.page import Cell, Section, Table, Text
from lbp_outcome.study.report.sections.reproducibility import validation
from lbp_outcome.study.report.studied import Studied
from lbp_outcome.visits import in_words

Status = Literal["filled", "partly", "authors", "not applicable"]
SIMULATED = "not applicable: simulated data"
SHOWN: dict[Status, str] = {
    "filled": "✓ this run",
    "partly": "◐ run and authors",
    "authors": "✎ authors",
    "not applicable": "○ not applicable",
}


@dataclass(frozen=True, kw_only=True)
class TripodItem:
    """One part of the checklist.

    Attributes:
        number: Number and letter of the published list.
        topic: What it asks for, in our words.
        status: Who fills it in.
        answer: What the run says, or what the authors must write.
        anchor: Where in the report; empty if nowhere.
    """

    number: str
    topic: str
    status: Status
    answer: str
    anchor: str = ""


def tripod(studied: Studied) -> Section:
    """Return the checklist with a pointer for each part."""
    items = tripod_items(studied)
    filled = sum(item.status == "filled" for item in items)
    todo = sum(item.status in ("partly", "authors") for item in items)
    return Section(
        anchor="tripod",
        title="TRIPOD+AI checklist",
        blocks=(
            Text(
                text=f"Of {len(items)} parts of 27 items the run fills {filled}; {todo}"
                " need the authors, in whole or in part. The wording is short and our "
                "own; compare it with the published list (Collins et al., BMJ 2024, "
                "doi:10.1136/bmj-2023-078378) before submission. Risk of bias is "
                "judged with PROBAST+AI by people, not by this run."
            ),
            Table(
                columns=("Item", "What it asks for", "Filled by", "Answer", "Where"),
                rows=tuple(_row(item) for item in items),
            ),
        ),
    )


def tripod_items(studied: Studied) -> tuple[TripodItem, ...]:
    """Return the 52 parts in order."""
    return (
        *_opening(studied),
        *_data(studied),
        *_outcome_and_predictors(studied),
        *_analysis(studied),
        *_open_science(studied),
        *_results(studied),
        *_discussion(studied),
    )


def _row(item: TripodItem) -> tuple[Cell, ...]:
    name = item.anchor.replace("-", " ")
    where = Cell(text=name, href=f"#{item.anchor}" if item.anchor else "")
    return (
        Cell(text=item.number),
        Cell(text=item.topic),
        Cell(text=SHOWN[item.status]),
        Cell(text=item.answer),
        where,
    )


def _item(
    number: str, topic: str, status: Status, answer: str, anchor: str = ""
) -> TripodItem:
    return TripodItem(
        number=number, topic=topic, status=status, answer=answer, anchor=anchor
    )


def _of_people(studied: Studied, number: str, topic: str, write: str) -> TripodItem:
    """Ask the authors what only they know; of simulated patients nobody does."""
    if studied.simulated:
        return _item(number, topic, "not applicable", SIMULATED)
    return _item(number, topic, "authors", f"to be written by the authors: {write}")


def _by_authors(number: str, topic: str, write: str) -> TripodItem:
    return _item(number, topic, "authors", f"to be written by the authors: {write}")


def _opening(studied: Studied) -> Iterator[TripodItem]:
    yield _item(
        "1",
        "Title: a prediction model is developed or evaluated; for whom, of what",
        "partly",
        f"heading of this page; the outcome is {studied.plan.outcome}. Authors add the "
        "population",
    )
    yield _by_authors("2", "Abstract", "see TRIPOD+AI for abstracts")
    yield _by_authors(
        "3a", "Background: context, rationale, existing models", "why, and what exists"
    )
    yield _by_authors(
        "3b",
        "Background: target population, purpose, users",
        "for whom and by whom a model could be used; not against the banner",
    )
    yield _of_people(
        studied,
        "3c",
        "Background: known health inequalities",
        "who has worse access or outcomes",
    )
    headline = studied.results.headline
    yield _item(
        "4",
        "Objectives: development, evaluation, or both",
        "filled",
        "development with internal validation"
        + (" and evaluation in other cohorts" if studied.results.external else "")
        + (
            f"; the gain of “{headline.model}” over “{headline.reference}”"
            if headline
            else ""
        ),
        "increment",
    )


def _data(studied: Studied) -> Iterator[TripodItem]:
    kind = "simulated patients" if studied.simulated else "a cohort of patients"
    yield _item(
        "5a",
        "Data: sources, why these, representativeness",
        "filled" if studied.simulated else "partly",
        kind if studied.simulated else f"{kind}; authors describe source and setting",
        "patients",
    )
    yield _of_people(studied, "5b", "Data: dates of recruitment and follow-up", "dates")
    yield _of_people(
        studied, "6a", "Participants: setting, number and place of centres", "setting"
    )
    yield _item(
        "6b",
        "Participants: eligibility",
        "filled" if studied.simulated else "partly",
        "everybody in the cohort folder whose outcome is known"
        + ("" if studied.simulated else "; authors add the criteria of the cohort"),
        "patients",
    )
    yield _of_people(
        studied, "6c", "Participants: treatments received", "operations, and later ones"
    )
    yield _item(
        "7",
        "Data preparation and quality checks",
        "filled",
        "data dictionary with limits; checks before and after training",
        "checks",
    )


def _outcome_and_predictors(studied: Studied) -> Iterator[TripodItem]:
    endpoint = studied.plan.endpoint
    yield _item(
        "8a",
        "Outcome: definition, horizon, rationale",
        "partly",
        f"{endpoint.statement}, {in_words(studied.plan.horizon)}"
        + (f" ({endpoint.reference})" if endpoint.reference else "")
        + "; authors add the rationale",
    )
    yield _item(
        "8b",
        "Outcome: who assessed it, if that takes judgement",
        "not applicable",
        SIMULATED if studied.simulated else "the patients' own answers",
    )
    yield _of_people(
        studied, "8c", "Outcome: blinding", "whether patients knew their predictions"
    )
    yield _item(
        "9a",
        "Predictors: choice, and selection before modelling",
        "partly",
        f"{len(studied.data.view.predictors)} columns named in the plan before the "
        "analysis; authors add why these",
        "reproducibility",
    )
    yield _item(
        "9b",
        "Predictors: definition, and how and when measured",
        "filled",
        "all known before surgery (checked); units and ranges in the model card",
        "model-card",
    )
    yield _of_people(
        studied,
        "9c",
        "Predictors: who assessed them, if that takes judgement",
        "readers",
    )


def _analysis(studied: Studied) -> Iterator[TripodItem]:
    plan = studied.plan
    yield _item(
        "10",
        "Sample size, and whether it suffices",
        "partly",
        "what so many patients can and cannot show is stated; authors add how the size "
        "came about",
        "increment",
    )
    yield _item("11", "Missing data", "filled", "counted, with reasons", "missing-data")
    yield _item(
        "12a",
        "Methods: how the data were partitioned",
        "filled",
        validation(studied),
        "reproducibility",
    )
    yield _item(
        "12b",
        "Methods: how predictors entered",
        "filled",
        "standardised on training patients; categories as yes or no; each method's own "
        "functional form",
        "models",
    )
    yield _item(
        "12c",
        "Methods: type of model, tuning, internal validation",
        "filled",
        ", ".join(f"{m.name}: {m.method}" for m in plan.every_model)
        + "; settings chosen on inner folds",
        "models",
    )
    yield _item(
        "12d",
        "Methods: heterogeneity between clusters",
        "filled",
        "performance by subgroup, hospitals among them where known; a check looks for "
        "outcomes that differ between hospitals",
        "subgroups",
    )
    yield _item(
        "12e", "Methods: measures and plots", "filled", "all are explained", "reading"
    )
    yield _item(
        "12f",
        "Methods: updating",
        "filled",
        "recalibration of intercept and slope in other cohorts"
        if studied.results.external
        else "none in other cohorts; out-of-fold recalibration in the model card",
        "external",
    )
    yield _item(
        "12g",
        "Methods: how predictions were calculated",
        "filled",
        "by the saved models, through the same code in every place",
        "reproducibility",
    )
    yield _item(
        "13",
        "Class imbalance",
        "filled",
        "no patients were weighted, dropped or made up to balance the outcome",
    )
    yield _item(
        "14",
        "Fairness: approaches and rationale",
        "partly",
        "performance is shown by subgroup, nothing was adjusted; authors add the "
        "rationale",
        "subgroups",
    )
    yield _item(
        "15",
        "Output of the model, and thresholds",
        "filled",
        "a probability; no threshold was chosen, all plausible ones are shown"
        if studied.binary
        else f"a value in {studied.unit}; no threshold was chosen",
        "net-benefit" if studied.binary else "single-patients",
    )
    yield _item(
        "16",
        "Differences between development and evaluation data",
        "partly" if studied.results.external else "not applicable",
        "same outcome and predictors by construction; authors describe the setting"
        if studied.results.external
        else "no other cohort",
        "external",
    )


def _open_science(studied: Studied) -> Iterator[TripodItem]:
    yield _of_people(studied, "17", "Ethical approval", "committee and consent")
    yield _by_authors("18a", "Funding", "sources and their role")
    yield _by_authors("18b", "Conflicts of interest", "of all authors")
    yield _item(
        "18c",
        "Protocol",
        "filled",
        "the plan, printed in full; its SHA-256 sum shows whether it was changed",
        "reproducibility",
    )
    yield _by_authors(
        "18d", "Registration", "register and number, or that there is none"
    )
    yield _item(
        "18e",
        "Sharing of data",
        "filled" if studied.simulated else "partly",
        "simulated: anybody can make the same patients anew from the seed"
        if studied.simulated
        else "fingerprint stated; authors say who may have the data",
        "reproducibility",
    )
    yield _item(
        "18f",
        "Sharing of code",
        "partly",
        "version stated; authors say where it can be had",
        "reproducibility",
    )
    yield _of_people(
        studied, "19", "Patient and public involvement", "who, and in what"
    )


def _results(studied: Studied) -> Iterator[TripodItem]:
    yield _item(
        "20a", "Flow of participants", "filled", "drawn, with reasons", "patients"
    )
    yield _item(
        "20b",
        "Characteristics, with missing data",
        "filled",
        "table one by outcome" if studied.binary else "table one",
        "table-one",
    )
    yield _item(
        "20c",
        "Comparison of development and evaluation data",
        "authors" if studied.results.external else "not applicable",
        "to be written by the authors: run table one on the other cohort too"
        if studied.results.external
        else "no other cohort",
    )
    yield _item(
        "21",
        "Participants and events in each analysis",
        "filled",
        f"{studied.judged} predicted out of fold, {len(studied.data.view)} in the "
        "final models",
        "patients",
    )
    yield _item(
        "22",
        "Full model, for use by others",
        "filled",
        "saved without pickles, with card and SHA-256 sums, beside this page",
        "model-card",
    )
    yield _item(
        "23a",
        "Performance with intervals, also of subgroups",
        "filled",
        "all models, all measures",
        "performance",
    )
    yield _item(
        "23b",
        "Heterogeneity of performance between clusters",
        "filled" if "site" in studied.plan.subgroups else "not applicable",
        "by subgroup; too few hospitals for a model of them",
        "subgroups",
    )
    yield _item(
        "24",
        "Results of updating",
        "filled" if studied.results.external else "not applicable",
        "before and after recalibration"
        if studied.results.external
        else "no other cohort",
        "external",
    )


def _discussion(studied: Studied) -> Iterator[TripodItem]:
    yield _item(
        "25",
        "Interpretation, fairness among it",
        "partly",
        "the sentence on top says what the interval allows; authors set it in context",
        "increment",
    )
    yield _item(
        "26",
        "Limitations",
        "partly",
        "those of every such study are stated; authors add their own",
        "limits",
    )
    yield _item(
        "27a",
        "Use: poor or missing input",
        "filled",
        "missing values are handled by each model; values outside the ranges of the "
        "card are flagged",
        "model-card",
    )
    yield _of_people(
        studied, "27b", "Use: what users must do and know", "skills and interaction"
    )
    yield _by_authors("27c", "Use: next steps of research", "what to study next")
