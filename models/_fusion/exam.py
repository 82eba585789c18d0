"""Patients as small tokens, computed once: what frozen encoders leave to learn from."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from lbp_outcome.view import CohortView
from models._fusion.look import Seen

TOGETHER = 32
"""Patients per step."""


class Exam(NamedTuple):
    """Some patients, the truth about them, and which member each of them judges.

    Attributes:
        seen: What the network sees of them.
        truth: What each lesson says; NaN where unknown.
        judges: Which member each judges and does not teach; -1 for none.
    """

    seen: Seen
    truth: Float[Tensor, "patient lesson"]
    judges: Int[Tensor, " patient"]

    def of(self, rows: Int[Tensor, " row"]) -> "Exam":
        """Return the patients in these rows."""
        seen = Seen(*(part[rows] for part in self.seen))
        return Exam(seen, self.truth[rows], self.judges[rows])


class TokenData:
    """The training patients as exams: every one teaches some members, judges another.

    Args:
        train: The training patients.
        held_out: Patients to predict.
        exam: All training patients.
        seed: Of their order.
        checkpoints: Folder in which a training keeps its state, if any.
    """

    def __init__(
        self,
        train: CohortView,
        held_out: CohortView,
        exam: Exam,
        seed: int,
        checkpoints: Path | None,
    ) -> None:
        self.train, self.held_out = train, held_out
        self.exam, self.seed, self.checkpoints = exam, seed, checkpoints
        self.set_aside = np.arange(len(train))

    def train_dataloader(self) -> "ShuffledExams":
        """A few patients at a time, in another order each epoch."""
        return ShuffledExams(self.exam, self.seed)

    def val_dataloader(self) -> "WholeExam":
        """All patients at once."""
        return WholeExam(self.exam)


class WholeExam:
    """All patients at once, in their order.

    Args:
        exam: All patients.
    """

    def __init__(self, exam: Exam) -> None:
        self.exam = exam

    def __iter__(self) -> Iterator[Exam]:
        yield self.exam

    def __len__(self) -> int:
        return 1


class ShuffledExams:
    """The patients in an order that follows from the seed and the epoch alone.

    Args:
        exam: All patients.
        seed: Of their order.
    """

    def __init__(self, exam: Exam, seed: int) -> None:
        self.exam, self.seed, self.epoch = exam, seed, 0

    @property
    def sampler(self) -> "ShuffledExams":
        """Where Lightning looks for `set_epoch`."""
        return self

    def set_epoch(self, epoch: int) -> None:
        """Say which epoch comes next; otherwise it is the one after the last."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[Exam]:
        chance = np.random.default_rng([self.seed, self.epoch])
        self.epoch += 1
        order = chance.permutation(len(self.exam.judges))
        for first in range(0, len(order), TOGETHER):
            yield self.exam.of(torch.from_numpy(order[first : first + TOGETHER]))

    def __len__(self) -> int:
        return -(-len(self.exam.judges) // TOGETHER)
