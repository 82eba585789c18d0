"""What each model adds to the reference model, and what so few patients can show."""

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.statistics.comparison import Difference
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.inputs import PerPatient
from lbp_outcome.statistics.sample_size import (
    hanley_mcneil_se,
    parameters_supported,
    required_n,
)
from lbp_outcome.statistics.sample_size_continuous import required_for_continuous
from lbp_outcome.study.findings.evaluation import AnyDifference
from lbp_outcome.study.findings.measures import BINARY_GAIN, CONTINUOUS_GAIN, Measure
from lbp_outcome.study.report.drawing.forest import forest_figure
from lbp_outcome.study.report.drawing.house import as_png
from lbp_outcome.study.report.page import (
    Block,
    Cell,
    Note,
    Picture,
    Section,
    Table,
    number,
    p_value,
    reasons,
)
from lbp_outcome.study.report.studied import Studied

PUBLISHED_AUC = 0.70
"""About what published models of this surgery reach in other hospitals (0.62-0.72)."""

LARGE = 800
"""Patients from which a gain of 0.05 in AUC is more likely seen than not."""


def increment(studied: Studied) -> Section:
    """Return every model against the reference model, on the same patients."""
    blocks: list[Block] = []
    if studied.results.differences:
        blocks = [_table(studied), _forest(studied)]
    title = f"What {studied.judged} patients can and cannot show"
    blocks.append(Note(title=title, items=_limits(studied)))
    return Section(
        anchor="increment",
        title=f"What the models add to “{studied.plan.reference}”",
        blocks=tuple(blocks),
    )


def _limits(studied: Studied) -> tuple[str, ...]:
    if studied.binary:
        found = studied.binary_performance[studied.plan.reference]
        return what_it_can_show(found.patients, found.events)
    outcome = studied.found[studied.plan.reference].outcome
    return what_it_can_explain(outcome)


def what_it_can_explain(outcome: PerPatient, r2: float = 0.1) -> tuple[str, ...]:
    """Say in words what a cohort can show of a continuous outcome.

    Args:
        outcome: Of each patient.
        r2: Explained variance to expect; only an example.
    """
    patients, mean, sd = len(outcome), float(outcome.mean()), float(outcome.std(ddof=1))
    # large-sample standard error of R2: 2 sqrt(R2 / n) (1 - R2)
    half = 2 * 1.96 * (r2 / patients) ** 0.5 * (1 - r2)
    precision = (
        f"With {patients} patients, a true explained variance of {r2:.2f} is measured "
        f"to about ±{half:.2f}."
    )
    try:
        ten = required_for_continuous(10, r2=r2, mean=abs(mean), sd=sd)
    except InvalidChoice:
        return (precision, UNSETTLED)
    return (
        precision,
        f"A model of 10 parameters that explains so much would need about "
        f"{ten.patients} patients (criteria of Riley for continuous outcomes).",
        UNSETTLED,
    )


UNSETTLED = (
    "One study shows a gain only within its interval; an interval that holds 0 neither "
    "proves nor excludes that a model adds something."
)


def what_it_can_show(
    patients: int, events: int, auc: float = PUBLISHED_AUC
) -> tuple[str, ...]:
    """Say in words what a cohort of this size can and cannot show.

    Args:
        patients: Patients analysed.
        events: How many of them had the outcome.
        auc: AUC to expect; by default what published models reach.
    """
    if not 0 < events < patients:
        return ("All patients have the same outcome: nothing can be shown.",)
    prevalence = events / patients
    width = 2 * 1.96 * hanley_mcneil_se(auc, events, patients - events)
    parameters = parameters_supported(patients, auc=auc, prevalence=prevalence)
    ten = required_n(10, auc=auc, prevalence=prevalence)
    return (
        f"With {patients} patients, {events} of them with the outcome, an AUC of "
        f"{auc:.2f} has a 95 % interval about {width:.2f} wide.",
        f"So many patients support about {parameters:.1f} model parameters without "
        f"overfitting at that AUC (criterion of Riley, shrinkage 0.9); 10 parameters "
        f"would need about {ten.patients} patients.",
        _on_added_value(patients),
    )


INTERVALS = (
    "The intervals allow for models trained anew on other patients (corrected "
    "resampled t over the folds, a rule of thumb); of a single split they show only "
    "the play of chance in who took part, and are too narrow."
)


def verdict(difference: Estimate) -> str:
    """Say in words what an interval of a difference does and does not allow.

    >>> verdict(Estimate(value=0.02, low=-0.05, high=0.08))
    'not settled: from 0.05 worse to 0.08 better'
    """
    if difference.value is None or difference.low is None or difference.high is None:
        return difference.reason
    low, high = difference.low, difference.high
    less, more = (_size(bound) for bound in (low, high))
    if low == high == 0:
        return "no difference"
    if low > 0:
        return f"better, by {less} to {more}"
    if high < 0:
        return f"worse, by {more} to {less}"
    return f"not settled: from {less} worse to {more} better"


def _size(bound: float) -> str:
    return "less than 0.01" if 0 < abs(bound) < 0.005 else f"{abs(bound):.2f}"


def _on_added_value(patients: int) -> str:
    """Say what one study proves, with the simulations of the project's fact sheet."""
    simulated = (
        "in 400 simulated cohorts of 160 patients in which images truly mattered, the "
        "measured gain was 0 or less in 20 %; where they did not matter, it was above "
        "0 in 33 %"
    )
    if patients > LARGE:
        return f"Even a large study shows a gain only within its interval: {simulated}."
    return (
        "One study of this size can neither prove nor exclude that images add to "
        f"clinical variables: {simulated}."
    )


def _table(studied: Studied) -> Table:
    measures = BINARY_GAIN if studied.binary else CONTINUOUS_GAIN
    delong = ("p (DeLong)",) if studied.binary else ()
    found = [
        (f"{m.heading} of “{d.model}”", getattr(d, m.key))
        for d in studied.results.differences
        for m in measures
    ]
    return Table(
        caption=f"Model minus “{studied.plan.reference}”, on the same patients, with "
        "95 % interval",
        columns=(
            "Model",
            *(_heading(studied, m) for m in measures),
            *delong,
            f"{measures[0].heading}, in words",
        ),
        rows=tuple(_row(studied, d, measures) for d in studied.results.differences),
        notes=(*reasons(found), _remarks(studied, measures)),
    )


def _heading(studied: Studied, measure: Measure) -> str:
    return (
        f"{measure.heading} [{studied.unit}]"
        if measure.key == "mae"
        else (measure.heading)
    )


def _row(
    studied: Studied, difference: AnyDifference, measures: tuple[Measure, ...]
) -> tuple[Cell, ...]:
    first: Estimate = getattr(difference, measures[0].key)
    delong = (
        (Cell(text=p_value(difference.p_value)),)
        if isinstance(difference, Difference)
        else ()
    )
    return (
        Cell(text=difference.model),
        *(number(getattr(difference, m.key), m.digits, signed=True) for m in measures),
        *delong,
        Cell(text=verdict(first)),
    )


def _remarks(studied: Studied, measures: tuple[Measure, ...]) -> str:
    readings = " ".join(f"{m.heading}: {m.reading}." for m in measures)
    delong = (
        " DeLong's p values are of the pooled AUCs; none is corrected for the number "
        "of models, and none measures how large a difference is."
        if studied.binary
        else ""
    )
    return f"{readings}{delong} {INTERVALS}"


def _forest(studied: Studied) -> Picture:
    what = "AUC" if studied.binary else "R²"
    gains = {
        d.model: d.auc if isinstance(d, Difference) else d.r2
        for d in studied.results.differences
    }
    reference = studied.plan.reference
    figure = forest_figure(
        gains,
        title=f"What each model adds to “{reference}”",
        label=f"{what} minus the {what} of “{reference}”, with 95 % interval",
        line=0.0,
        line_name="no difference",
        sides=("worse", "better"),
        simulated=studied.simulated,
    )
    return Picture(
        title=f"Difference in {what} from the reference model",
        caption="Each model minus the reference model in the same folds, with its 95 % "
        "interval for models trained anew. An interval that crosses the dashed line is "
        "compatible with no difference.",
        png=as_png(figure),
    )
