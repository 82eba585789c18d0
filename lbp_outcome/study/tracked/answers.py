"""What a registered model answers for each row of a table."""

import pandas as pd

from lbp_outcome.contracts import Predictions
from lbp_outcome.study.outcome_model import ModelCard


def answers(card: ModelCard, raw: Predictions, index: pd.Index) -> pd.DataFrame:
    """Return the prediction of each row with its 95 % interval.

    A probability is recalibrated, and its interval is that of the share with the
    outcome; the raw one stands beside it. A continuous outcome is expected in its own
    unit, between bounds that hold 95 % of patients.
    """
    honest = [card.recalibration.recalibrate(float(value)) for value in raw]
    estimate, *others = answer_columns(card)
    found = pd.DataFrame(honest, columns=[estimate, "low", "high"], index=index)
    if "uncalibrated" in others:
        found["uncalibrated"] = [float(value) for value in raw]
    return found.astype(float)


def answer_columns(card: ModelCard) -> tuple[str, ...]:
    """Return the columns of the answer, in order."""
    if card.events is None:
        return ("expected", "low", "high")
    return ("probability", "low", "high", "uncalibrated")
