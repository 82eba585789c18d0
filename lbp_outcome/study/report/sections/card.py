"""The card of the model that the study is about."""

from lbp_outcome import __version__
from lbp_outcome.study.outcome_model import ModelCard, Range
from lbp_outcome.study.report.page import Cell, Section, Table, Terms, Text
from lbp_outcome.study.report.sections.performance import headline_estimate
from lbp_outcome.study.report.studied import SOURCES, Studied
from lbp_outcome.view import Predictor
from lbp_outcome.visits import in_words

AUTHORS = "to be written by the authors"


def card(studied: Studied) -> Section | None:
    """Return the card of the headline model, or of the reference model without one."""
    name = studied.chosen[-1]
    found = studied.cards.get(name)
    if found is None:
        return None
    return Section(
        anchor="model-card",
        title=f"Model card of “{name}”",
        blocks=(
            Text(
                text="Every model has such a card beside its files, in "
                "models/<model>/final/card.json.",
                soft=True,
            ),
            Terms(
                items=(
                    *_identity(found),
                    *_use(found),
                    *_making(studied, found),
                    *_worth(studied, found),
                )
            ),
            _predictors(found),
        ),
    )


Items = tuple[tuple[str, str], ...]


def _identity(card: ModelCard) -> Items:
    given = card.provenance
    return (
        ("Name", f"{card.study}, {card.name} ({card.method.replace('_', ' ')})"),
        (
            "Version",
            f"lbp-outcome {__version__}, code {given.get('code_version', '?')}",
        ),
        (
            "Fingerprints",
            f"plan {given.get('plan_sha256', '?')[:12]}…, data "
            f"{given.get('data_sha256', '?')[:12]}…; SHA-256 sums of the model's files "
            f"stand in models/{card.name}/final/MANIFEST.json",
        ),
        ("Contact", AUTHORS),
    )


def _use(card: ModelCard) -> Items:
    return (
        (
            "Meant for",
            "research on the outcome of lumbar spine surgery, and the evaluation of "
            "software",
        ),
        (
            "Not meant for",
            "the care of any patient; patients who are not operated on; diagnosis; "
            "choosing a treatment",
        ),
        ("Outcome", f"{card.statement}, {in_words(card.horizon)} ({card.outcome})"),
    )


def _making(studied: Studied, card: ModelCard) -> Items:
    kind = "simulated" if card.simulated else "real"
    events = "" if card.events is None else f", {card.events} with the outcome"
    reads = " and ".join(SOURCES[source] for source in card.reads) or "nothing"
    return (
        ("Fitted to", f"{card.patients} {kind} patients{events}"),
        ("Reads", reads),
        (
            "Preparation",
            "scaling, what stands in for missing values, selection and settings are "
            "learned from the training patients only",
        ),
        (
            "Settings",
            "fixed in the plan: " + ", ".join(f"{k} {v}" for k, v in settings.items())
            if (settings := studied.plan.model(card.name).settings)
            else "chosen on inner folds",
        ),
    )


def _worth(studied: Studied, card: ModelCard) -> Items:
    said = "; ".join(f"{name} {value}" for name, value in card.performance.items())
    optimism = studied.results.optimism.get(card.name)
    apparent = (
        f". Apparent {optimism.apparent:.2f}, corrected for optimism "
        f"{optimism.corrected.estimate:.2f}"
        if optimism
        else ""
    )
    kind = "AUC" if studied.binary else "explained variance"
    return (
        ("Performance", f"out of fold: {said}{apparent}"),
        (
            "Uncertainty",
            "a probability is recalibrated on the out-of-fold predictions and comes "
            "with the interval of that recalibration"
            if studied.binary
            else "a prediction comes with the range that holds 95 % of the errors made "
            "in unseen patients",
        ),
        (
            "Known to fail",
            f"outside the ranges below; where more than {card.most_missing} predictors "
            "are missing; in other hospitals, unless tried there; see subgroups, "
            "calibration and checks",
        ),
        (
            "Tells patients apart",
            f"yes, the interval of its {kind} excludes chance "
            f"({headline_estimate(studied, card.name).shown()})"
            if card.discriminates
            else f"not shown: the interval of its {kind} includes chance",
        ),
        (
            "Explanations",
            "Contributions of predictors and heat maps are made by “lbp factors” and "
            "“lbp explain”, each with its own sanity checks; none is made here",
        ),
        (
            "Rules",
            "not a medical device and not CE-marked; see the banner. Ethical approval "
            + ("is not applicable: simulated data" if card.simulated else AUTHORS),
        ),
    )


def _predictors(card: ModelCard) -> Table:
    rows = []
    for predictor in card.predictors:
        seen = card.ranges.get(predictor.name)
        rows.append(
            (
                Cell(text=predictor.description or predictor.name),
                Cell(text=predictor.name),
                Cell(text=_seen(predictor, seen)),
            )
        )
    return Table(
        caption="Predictors, with the range that the training patients had",
        columns=("Predictor", "Name in the files", "Seen in training"),
        rows=tuple(rows),
        notes=() if rows else ("It reads no table of predictors.",),
    )


def _seen(predictor: Predictor, seen: Range | None) -> str:
    if seen is None:
        return "never known"
    low, high = predictor.shown(seen.low), predictor.shown(seen.high)
    if low == high:
        return f"{low} only"
    if predictor.indicator:
        return f"{low} and {high}"
    return f"{low.removesuffix(predictor.unit.symbol)} to {high}"
