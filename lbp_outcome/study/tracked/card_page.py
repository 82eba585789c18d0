"""A model card as a page that people read: in MLflow, and beside the model."""

from collections.abc import Iterator

from lbp_outcome import BANNER
from lbp_outcome.study.outcome_model import ModelCard
from lbp_outcome.visits import in_words

SHOWN_LETTERS = 12
"""Letters of a fingerprint that a page shows."""


def card_page(card: ModelCard) -> str:
    """Return a model card in Markdown: for whom it may speak, and how well."""
    return "\n".join(
        [f"# {card.study}: {card.name}", "", *_lines(card), "", f"*{BANNER}*", ""]
    )


def card_summary(card: ModelCard) -> str:
    """Return what matters of a model in a few sentences."""
    whose = "simulated patients" if card.simulated else "patients"
    events = "" if card.events is None else f", {card.events} with the outcome"
    how_well = "; ".join(f"{name} {value}" for name, value in card.performance.items())
    chance = "" if card.discriminates else " It is not shown to be better than chance."
    return (
        f"Predicts, {in_words(card.horizon)}: {card.statement}. "
        f"Reads {_reads(card)}; method: {card.method}. "
        f"Fitted to {card.patients} {whose}{events}. "
        f"In patients it never saw: {how_well} (95 % intervals).{chance}"
    )


def _lines(card: ModelCard) -> Iterator[str]:
    yield card_summary(card)
    yield ""
    if card.simulated:
        yield "**Trained on simulated patients: it knows nothing of real ones.**"
        yield ""
    yield from ("| In patients it never saw | (95 % interval) |", "|---|---|")
    yield from (f"| {name} | {value} |" for name, value in card.performance.items())
    yield ""
    if card.predictors:
        yield "| Predictor | Unit | Lowest | Highest |"
        yield "|---|---|---|---|"
        yield from _ranges(card)
        yield ""
    yield "| Made from | |"
    yield "|---|---|"
    yield from (f"| {name} | {value} |" for name, value in _made_from(card).items())


def _ranges(card: ModelCard) -> Iterator[str]:
    for item in card.predictors:
        known = card.ranges.get(item.name)
        ends = f"{known.low:g} | {known.high:g}" if known else "never known |"
        yield f"| {item.name} | {item.unit} | {ends} |"


def _made_from(card: ModelCard) -> dict[str, str]:
    """Say where it comes from, but not in which folder that lies."""
    kept = {name: value for name, value in card.provenance.items() if name != "cohort"}
    return {
        name: value[:SHOWN_LETTERS] if name.endswith("sha256") else value
        for name, value in kept.items()
    }


def _reads(card: ModelCard) -> str:
    return " and ".join(card.reads) if card.reads else "nothing"
