"""Predictions by models that never saw the patient they predict."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.statistics.bootstrap import Draws, Metric, Weights, interval
from lbp_outcome.statistics.estimate import Interval
from lbp_outcome.statistics.inputs import PerPatient, finite

RepeatMetric = Callable[
    [PerPatient, PerPatient, Int[np.ndarray, " patients"], Weights], Draws
]


@dataclass(frozen=True, eq=False, kw_only=True)
class OutOfFold:
    """Every patient predicted once in each repeat of a cross-validation.

    Attributes:
        patients: Pseudonyms.
        outcome: What happened.
        predicted: What was predicted, one row per repeat.
        fold: Which fold held the patient out, and so which model predicted.
    """

    patients: tuple[str, ...]
    outcome: Float[np.ndarray, " patients"]
    predicted: Float[np.ndarray, "repeats patients"]
    fold: Int[np.ndarray, "repeats patients"]

    @classmethod
    def from_rows(
        cls,
        outcome: Float[np.ndarray, " rows"],
        predicted: Float[np.ndarray, " rows"],
        *,
        fold: Int[np.ndarray, " rows"],
        repeat: Int[np.ndarray, " rows"],
        patients: Sequence[str],
    ) -> "OutOfFold":
        """Arrange one row per patient and repeat, in any order.

        Raises:
            InvalidChoice: Columns differ in length, a patient is absent from a repeat
                or stands in it twice, has two different outcomes, or lacks a number.
        """
        _require_equal_lengths(outcome, predicted, fold, repeat, patients)
        names, rows = _rows_of(np.asarray(patients), repeat)
        outcomes = finite(outcome)[rows]
        if (outcomes != outcomes[0]).any():
            raise InvalidChoice(
                "A patient has different outcomes in different repeats of the "
                "cross-validation; an outcome belongs to the patient."
            )
        return cls(
            patients=tuple(names.tolist()),
            outcome=outcomes[0],
            predicted=finite(predicted)[rows],
            fold=fold[rows],
        )

    def averaged(self, metric: RepeatMetric) -> Metric:
        """Return the metric's mean over the repeats, for any weights of patients."""

        def mean_over_repeats(weights: Weights) -> Draws:
            repeats = zip(self.predicted, self.fold, strict=True)
            found = [metric(self.outcome, p, fold, weights) for p, fold in repeats]
            return np.asarray(np.mean(found, axis=0))

        return mean_over_repeats

    def interval(
        self,
        metric: RepeatMetric,
        *,
        replicates: int = 2000,
        seed: int = 0,
        level: float = 0.95,
        undefined: str = "it is undefined for these predictions",
    ) -> Interval:
        """Return the metric's mean over the repeats, with its bootstrap interval.

        Raises:
            NotMeasurable: As `bootstrap.interval`.
        """
        return interval(
            self.averaged(metric),
            self.patients,
            replicates=replicates,
            seed=seed,
            level=level,
            undefined=undefined,
        )


def regardless_of_fold(
    metric: Callable[[PerPatient, PerPatient, Weights], Draws],
) -> RepeatMetric:
    """Let a metric be asked in the same way as one that looks at the folds."""

    def without_fold(
        outcome: PerPatient,
        predicted: PerPatient,
        fold: Int[np.ndarray, " patients"],
        weights: Weights,
    ) -> Draws:
        return metric(outcome, predicted, weights)

    return without_fold


def _require_equal_lengths(*columns: Sequence[str] | np.ndarray) -> None:
    lengths = [len(column) for column in columns]
    if min(lengths) == 0 or len(set(lengths)) > 1:
        raise InvalidChoice(
            "outcome, prediction, fold, repeat and patients must hold one entry per "
            f"patient and repeat; they have {lengths} entries."
        )


def _rows_of(
    patients: np.ndarray, repeat: Int[np.ndarray, " rows"]
) -> tuple[np.ndarray, Int[np.ndarray, "repeats patients"]]:
    """Find the row of each patient in each repeat."""
    names, column = np.unique(patients, return_inverse=True)
    repeats, row = np.unique(repeat, return_inverse=True)
    rows = np.full((len(repeats), len(names)), -1)
    rows[row, column] = np.arange(len(patients))
    if (rows < 0).any() or rows.size != len(patients):
        raise InvalidChoice(
            f"{len(patients)} predictions cannot be {len(repeats)} repeats of "
            f"{len(names)} patients; each repeat must predict each patient once."
        )
    return names, rows
