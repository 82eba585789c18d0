"""Regression of how clearly a patient passes or misses a yes-or-no outcome."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from models._ridge import ridge_linear
from models._score import Design, LinearScore

LOGIT_PER_PROBIT = 1.702
"""The logistic curve of 1.702 x lies within 0.01 of the normal one of x."""


def margin_scores(
    design: Design, margin: Float[np.ndarray, " patients"], penalties: Sequence[float]
) -> Sequence[LinearScore]:
    """Return one score per penalty: the log-odds that the true margin is not below 0.

    Args:
        design: The training patients.
        margin: By how much each passes (0 or more) or misses.
        penalties: Of the ridge regression.
    """
    weights = ridge_linear(design.columns, margin, penalties)
    return [
        _in_log_odds(score, _error(design, margin, row))
        for score, row in zip(design.scores(weights), weights, strict=True)
    ]


def _error(
    design: Design,
    margin: Float[np.ndarray, " patients"],
    weights: Float[np.ndarray, " columns_and_one"],
) -> float:
    """Standard deviation of the margin around its prediction."""
    missed = margin - weights[0] - design.columns @ weights[1:]
    return float(missed.std())


def _in_log_odds(score: LinearScore, error: float) -> LinearScore:
    """Turn a predicted margin into the log-odds that the true one is not below 0."""
    steepness = LOGIT_PER_PROBIT / error
    return replace(
        score,
        intercept=score.intercept * steepness,
        weights=score.weights * steepness,
        missing_weights=score.missing_weights * steepness,
    )
