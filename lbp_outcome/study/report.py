"""The report of a study: one page that opens anywhere and says what it cannot show."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import jinja2

from lbp_outcome import BANNER
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.io.atomic import write_text
from lbp_outcome.statistics.comparison import ContinuousDifference, Difference
from lbp_outcome.statistics.continuous_performance import ContinuousPerformance
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.performance import Performance
from lbp_outcome.statistics.sample_size import (
    hanley_mcneil_se,
    parameters_supported,
    required_n,
)

Section = Literal["models", "differences", "calibration", "benefit", "more"]

PUBLISHED_AUC = 0.70
"""About what published models of this surgery reach in other hospitals (0.62-0.72)."""

LARGE = 800
"""Patients from which a gain of 0.05 in AUC is more likely seen than not."""


@dataclass(frozen=True, kw_only=True)
class ModelResult:
    """One model of the study.

    Attributes:
        name: Name in the study file.
        reads: What it was given, in words: "clinical variables and MR images".
        performance: How well it predicted patients it never saw.
    """

    name: str
    reads: str
    performance: Performance | ContinuousPerformance


@dataclass(frozen=True, kw_only=True)
class ReportFigure:
    """A figure with its caption.

    Attributes:
        title: What it shows, for those who cannot see it.
        caption: How to read it.
        png: Content of a PNG file.
        section: Section of the report it belongs to.
    """

    title: str
    caption: str
    png: bytes = field(repr=False)
    section: Section = "more"


@dataclass(frozen=True, kw_only=True)
class StudyReport:
    """Everything that the report of a study states.

    Attributes:
        title: Heading of the page.
        study: Name of the study.
        outcome: Key of the outcome definition (`zcq_2of3`).
        statement: The outcome in plain words, without a full stop.
        horizon: When it is taken, in words ("one year after surgery").
        patients: Patients in the cohort.
        with_outcome: Patients whose outcome is known and who were analysed.
        excluded: Patients left out, by reason.
        base_rate: Share of analysed patients with the outcome; for a continuous
            outcome its mean.
        modalities: Analysed patients for whom each kind of data is present.
        models: The models, in the order they are shown.
        reference: Name of the model that the others are compared with.
        differences: Every other model against the reference.
        validation: How performance was estimated, in words.
        provenance: Fingerprints, versions, seed and environment.
        figures: Figures in the order they are shown.
        simulated: Whether the patients are simulated.
        warnings: What a reader must know before anything else.
        unit: Unit of a continuous outcome.

    Raises:
        InvalidChoice: Numbers of patients do not add up, a model is compared that is
            not in the study, or there is no base rate.
    """

    title: str
    study: str
    outcome: str
    statement: str
    horizon: str
    patients: int
    with_outcome: int
    excluded: Mapping[str, int]
    base_rate: Estimate
    modalities: Mapping[str, int]
    models: tuple[ModelResult, ...]
    reference: str
    differences: tuple[Difference, ...] | tuple[ContinuousDifference, ...]
    validation: str
    provenance: Mapping[str, str]
    figures: tuple[ReportFigure, ...]
    simulated: bool
    warnings: tuple[str, ...] = ()
    unit: str = ""

    def __post_init__(self) -> None:
        if self.patients != self.with_outcome + sum(self.excluded.values()):
            raise InvalidChoice(
                f"{self.study}: {self.patients} patients are not {self.with_outcome} "
                f"analysed and {sum(self.excluded.values())} excluded."
            )
        if self.base_rate.value is None:
            raise InvalidChoice(f"{self.study}: a report must state the base rate.")
        names = {model.name for model in self.models}
        strangers = {self.reference, *(d.model for d in self.differences)} - names
        if strangers:
            raise InvalidChoice(
                f"{self.study}: {', '.join(sorted(strangers))} is compared but is not "
                f"one of the models {', '.join(sorted(names))}."
            )

    @property
    def binary(self) -> bool:
        """Whether the outcome is a yes or no."""
        return all(isinstance(model.performance, Performance) for model in self.models)

    @property
    def events(self) -> int:
        """Analysed patients with the outcome."""
        return round((self.base_rate.value or 0) * self.with_outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One statistic in the tables.

    Attributes:
        key: Attribute of a performance or of a difference.
        heading: Heading of its column.
        reading: How to read it, in one sentence.
        digits: Decimals.
    """

    key: str
    heading: str
    reading: str
    digits: int = 2


BINARY = (
    Column(
        key="auc",
        heading="AUC",
        reading="chance that a patient with the outcome was given a higher probability "
        "than one without, among pairs predicted by the same fitted model; 0.5 is a "
        "coin toss, 1 is perfect",
    ),
    Column(
        key="auc_pooled",
        heading="AUC, pooled",
        reading="the same over all pairs, for comparison with other papers (DeLong's "
        "interval); biased downwards, because each fold has its own model",
    ),
    Column(
        key="brier",
        heading="Brier score",
        digits=3,
        reading="mean squared distance of probability and outcome; 0 is perfect",
    ),
    Column(
        key="scaled_brier",
        heading="Scaled Brier",
        reading="share of the Brier score of the base rate that the model removes; 0 "
        "is no better than the base rate, 1 is perfect",
    ),
    Column(
        key="calibration_slope",
        heading="Calibration slope",
        reading="1 is ideal; below 1 high probabilities are too high and low ones too "
        "low",
    ),
    Column(
        key="calibration_intercept",
        heading="Calibration intercept",
        reading="0 is ideal; above 0 probabilities are too low on average, below 0 too "
        "high",
    ),
)
CONTINUOUS = (
    Column(
        key="r2",
        heading="Explained variance (R²)",
        reading="1 is perfect, 0 is no better than giving everyone the mean",
    ),
    Column(
        key="mae",
        heading="Mean absolute error",
        reading="mean distance of prediction and outcome, in the unit of the outcome",
    ),
)
BINARY_DIFFERENCE = (
    Column(key="auc", heading="AUC", reading="above 0 favours the model"),
    Column(
        key="brier",
        heading="Brier score",
        digits=3,
        reading="below 0 favours the model",
    ),
)


def write_report(path: Path, report: StudyReport) -> None:
    """Write the report as one HTML file that needs no network.

    Args:
        path: Where to write it.
        report: What it states.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("lbp_outcome.study", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["embedded"] = _embedded
    environment.filters["printed"] = lambda text: text.replace("-", "\N{MINUS SIGN}")
    page = environment.get_template("report.html.j2").render(
        report=report,
        banner=BANNER,
        columns=BINARY if report.binary else CONTINUOUS,
        difference_columns=BINARY_DIFFERENCE if report.binary else CONTINUOUS,
        limits=what_it_can_show(report.with_outcome, report.events)
        if report.binary
        else (),
        verdict=verdict,
    )
    write_text(path, page)


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


def verdict(difference: Estimate, *, higher_is_better: bool = True) -> str:
    """Say in words what an interval of a difference does and does not allow.

    >>> verdict(Estimate(value=0.02, low=-0.05, high=0.08))
    'not settled: from 0.05 worse to 0.08 better'
    """
    if difference.value is None or difference.low is None or difference.high is None:
        return difference.reason
    low, high = difference.low, difference.high
    if not higher_is_better:
        low, high = -high, -low
    if low == high == 0:
        return "no difference"
    if low > 0:
        return f"better in these patients, by {low:.2f} to {high:.2f}"
    if high < 0:
        return f"worse in these patients, by {-high:.2f} to {-low:.2f}"
    return f"not settled: from {-low:.2f} worse to {high:.2f} better"


def _embedded(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
