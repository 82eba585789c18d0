"""Outcomes about pain: halved, or as marked on the line at the horizon."""

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.outcomes import TOLERANCE, Example, Outcome, Scores, scored
from lbp_outcome.units import Unit

HALVED = 0.5


def pain_halved(place: str) -> Outcome:
    """Define success as at least 50 % less pain in the leg or back."""
    score = f"{place}_pain"

    def decide(before: Scores, after: Scores) -> bool:
        return margin(before, after) >= 0

    def margin(before: Scores, after: Scores) -> float:
        start = scored(before, score, "before surgery")
        end = scored(after, score, "at the horizon")
        if start <= 0:
            raise NotMeasurable(f"no {place} pain before surgery, so none to halve")
        return (1 - HALVED) * start - end + TOLERANCE

    return Outcome(
        name=f"{place}_pain_50",
        kind="binary",
        statement=f"at least 50 % less {place} pain than before surgery",
        needs=(score,),
        decide=decide,
        margin=margin,
        reference="threshold asked for by the Leiden project; lbp-outcome",
        examples=(
            Example(before={score: 60}, after={score: 30}, value=1),
            Example(before={score: 60}, after={score: 31}, value=0),
            Example(before={score: 0}, after={score: 0}, value=None),
            Example(before={score: 60}, after={}, value=None),
        ),
    )


def pain_at_horizon(place: str) -> Outcome:
    """Define the outcome as the pain itself, 0 to 100 mm."""
    score = f"{place}_pain"

    def decide(before: Scores, after: Scores) -> float:
        return scored(after, score, "at the horizon")

    return Outcome(
        name=score,
        kind="continuous",
        statement=f"{place} pain on a line of 100 mm",
        needs=(score,),
        decide=decide,
        unit=Unit.MILLIMETRE,
        reference="lbp-outcome",
        examples=(
            Example(before={}, after={score: 31}, value=31),
            Example(before={score: 31}, after={}, value=None),
        ),
    )
