"""What the network learns side by side: the outcome, its margin, its companions."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lbp_outcome.batch import Batch
from lbp_outcome.view import CohortView
from models._margin import LOGIT_PER_PROBIT

Kind = Literal["yes_no", "amount"]

FEWEST_KNOWN = 10
"""A companion known of fewer training patients teaches nothing."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing to predict.

    Attributes:
        name: `outcome` for the study's own, else that of the companion.
        kind: Whether it is a yes or no, or an amount.
        by_margin: Whether a yes or no is also learned from how clearly it is one.
    """

    name: str
    kind: Kind
    by_margin: bool = False

    @property
    def steepness(self) -> float:
        """Log-odds of a yes per unit of what the network predicts."""
        return LOGIT_PER_PROBIT if self.by_margin else 1.0


class Lesson(NamedTuple):
    """One number to be right about: a task may be taught by two of them.

    Attributes:
        task: Which of the tasks.
        kind: Of the number.
    """

    task: int
    kind: Kind


def tasks_of(train: CohortView, kind: Kind) -> tuple[Task, ...]:
    """Return the outcome, then the companions that can be learned from."""
    by_margin = kind == "yes_no" and train.margin is not None
    companions = (
        Task(name=name, kind=_kind(values[~np.isnan(values)]))
        for name, values in train.companions.items()
        if _can_teach(values[~np.isnan(values)])
    )
    return (Task(name="outcome", kind=kind, by_margin=by_margin), *companions)


def lessons_of(tasks: tuple[Task, ...]) -> tuple[Lesson, ...]:
    """Return what is learned: the margin besides the verdict, where there is one."""
    margin = (Lesson(0, "amount"),) if tasks[0].by_margin else ()
    own, *companions = (Lesson(place, task.kind) for place, task in enumerate(tasks))
    return (own, *margin, *companions)


def truth(
    tasks: tuple[Task, ...], units: Float[Tensor, " task"], batch: Batch
) -> Float[Tensor, "batch lesson"]:
    """Return what each lesson says of each patient, amounts in the network's units.

    NaN where it is not known.
    """
    assert batch.outcome is not None
    own = [batch.outcome if tasks[0].kind == "yes_no" else batch.outcome / units[0]]
    if tasks[0].by_margin:
        assert batch.margin is not None
        own.append(batch.margin / units[0])
    others = [
        batch.companions[task.name] / units[place]
        for place, task in enumerate(tasks)
        if place > 0
    ]
    return torch.stack([*own, *others], dim=1)


def _kind(known: Float[np.ndarray, " known"]) -> Kind:
    return "yes_no" if np.isin(known, (0.0, 1.0)).all() else "amount"


def _can_teach(known: Float[np.ndarray, " known"]) -> bool:
    return len(known) >= FEWEST_KNOWN and bool(np.ptp(known) > 0)
