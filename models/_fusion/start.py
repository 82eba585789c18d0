"""The penalised regression that the network starts from, as a layer that stays put."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from lbp_outcome.view import CohortView
from models._fusion.tasks import Task
from models._margin import LOGIT_PER_PROBIT, margin_scores
from models._ridge import ridge_linear, ridge_logistic
from models._score import Design, LinearScore
from models.embedded import C_TIMES_PENALTY

OF_COLUMNS = ("median", "mean", "slope", "gaps", "gap_effect")


@dataclass(frozen=True, eq=False, kw_only=True)
class Regression:
    """A penalised regression of one task.

    Attributes:
        score: In log-odds, or in units; a yes or no with a margin in units, too.
        unit: Standard deviation of an amount around its prediction; 1 otherwise.
    """

    score: LinearScore
    unit: float

    def in_units_of(self, other: "Regression") -> "Regression":
        """Return the same predictions in the unit of another fit."""
        score = _scaled(self.score, self.unit / other.unit)
        return Regression(score=score, unit=other.unit)


class Start(nn.Module):
    """One linear score per task, exactly as it was fitted.

    Args:
        columns: Of the table with the readings.
        tasks: How many.
    """

    median: Tensor
    mean: Tensor
    slope: Tensor
    gaps: Tensor
    gap_effect: Tensor
    intercept: Tensor

    def __init__(self, columns: int, tasks: int) -> None:
        super().__init__()
        for name in OF_COLUMNS:
            self.register_buffer(name, torch.zeros(tasks, columns))
        self.register_buffer("intercept", torch.zeros(tasks))

    def take(self, task: int, score: LinearScore) -> None:
        """Take over the score of one task."""
        learned = score.preparation
        slope = np.where(learned.gaps < 1, score.weights / learned.scale, 0.0)
        values = (learned.median, learned.mean, slope, learned.gaps)
        for name, value in zip(
            OF_COLUMNS, (*values, score.missing_weights), strict=True
        ):
            getattr(self, name)[task] = torch.from_numpy(value)
        self.intercept[task] = score.intercept

    def forward(
        self, table: Float[Tensor, "patient column"]
    ) -> Float[Tensor, "patient task"]:
        """Return the score of each task."""
        raw = table[:, None, :]
        missing = raw.isnan()
        away = torch.where(missing, self.median, raw) - self.mean
        gaps = (missing.float() - self.gaps) * self.gap_effect
        total: Tensor = self.intercept + (away * self.slope + gaps).sum(dim=-1)
        return total


def start_from(found: Sequence[Regression]) -> Start:
    """Return the layer that predicts as these regressions, one per task."""
    start = Start(len(found[0].score.predictors), len(found))
    for task, each in enumerate(found):
        start.take(task, each.score)
    return start


def regressions(
    train: CohortView, tasks: Sequence[Task], penalty: float
) -> list[Regression]:
    """Return the regression of the outcome, then of each companion.

    Args:
        train: Patients to learn from; their table holds the readings.
        tasks: The outcome, then its companions.
        penalty: As of `embedded`.
    """
    assert train.outcome is not None
    own = _of_margin if tasks[0].by_margin else _OF_KIND[tasks[0].kind]
    about = train.margin if tasks[0].by_margin else train.outcome
    assert about is not None
    found = [own(_design(train), about, penalty)]
    for task in tasks[1:]:
        values = train.companions[task.name]
        known = np.flatnonzero(~np.isnan(values))
        design = _design(train.take(known))
        found.append(_OF_KIND[task.kind](design, values[known], penalty))
    return found


def _design(view: CohortView) -> Design:
    return Design.learn(view.predictors, view.table)


def _of_yes_no(design: Design, outcome: np.ndarray, penalty: float) -> Regression:
    strength = C_TIMES_PENALTY / max(penalty, 1e-3)
    weights = ridge_logistic(design.columns, outcome, [strength])
    return Regression(score=design.scores(weights)[0], unit=1.0)


def _of_amount(design: Design, amount: np.ndarray, penalty: float) -> Regression:
    weights = ridge_linear(design.columns, amount, [penalty])
    unit = _error(design, amount, weights[0])
    return Regression(score=_scaled(design.scores(weights)[0], 1 / unit), unit=unit)


def _of_margin(design: Design, margin: np.ndarray, penalty: float) -> Regression:
    log_odds = margin_scores(design, margin, [penalty])[0]
    weights = ridge_linear(design.columns, margin, [penalty])[0]
    score = _scaled(log_odds, 1 / LOGIT_PER_PROBIT)
    return Regression(score=score, unit=_error(design, margin, weights))


_OF_KIND = {"yes_no": _of_yes_no, "amount": _of_amount}


def _error(
    design: Design,
    amount: Float[np.ndarray, " patients"],
    weights: Float[np.ndarray, " columns_and_one"],
) -> float:
    """Standard deviation around the prediction, never nothing."""
    missed = amount - weights[0] - design.columns @ weights[1:]
    return max(float(missed.std()), 1e-6 * float(amount.std()))


def _scaled(score: LinearScore, by: float) -> LinearScore:
    return replace(
        score,
        intercept=score.intercept * by,
        weights=score.weights * by,
        missing_weights=score.missing_weights * by,
    )
