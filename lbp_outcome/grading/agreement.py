"""How well the grader agrees with what is true of simulated films."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.records import Measurement
from lbp_outcome.statistics.estimate import Interval
from lbp_outcome.statistics.kappa import kappa_interval
from lbp_outcome.units import Unit

Rows = Sequence[Measurement]


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How well one grade or number agrees with the truth.

    Attributes:
        discs: How many were compared.
        kappa: Quadratic-weighted kappa of a grade, with its interval over resampled
            patients; None for a number or where all have one grade.
        error: Mean absolute error.
        within: Share of the truth in the 90 % interval, or None.
    """

    discs: int
    kappa: Interval | None
    error: float
    within: float | None

    def as_figures(self) -> dict[str, object]:
        """Return it as a manifest keeps it, rounded."""
        found: dict[str, object] = {"n": self.discs, "error": round(self.error, 3)}
        if self.kappa is not None:
            found["kappa"], *between = (round(float(k), 3) for k in self.kappa)
            found["kappa_95_percent_interval"] = between
        if self.within is not None:
            found["within_90_percent_interval"] = round(self.within, 3)
        return found


def agreements(
    graded: Sequence[Rows], truth: Sequence[Rows], seed: int = 0
) -> dict[str, Agreement]:
    """Compare the rows of each patient with the truth, by name of the measurement.

    Discs are matched by their count from the sacrum; those that the grader did not
    find are left out, and so shown by `discs` alone.

    Args:
        graded: Rows of each patient as the grader gives them.
        truth: The true rows in the same order; those of the spine as a whole last.
        seed: Draws the resampled patients.
    """
    pairs: dict[str, list[tuple[int, Measurement, Measurement]]] = defaultdict(list)
    for patient, (found, true) in enumerate(zip(graded, truth, strict=True)):
        for one, other in _matched(found, true):
            if one.value is not None and other.value is not None:
                pairs[one.name].append((patient, one, other))
    return {name: _agreement(rows, seed) for name, rows in pairs.items()}


def _matched(found: Rows, true: Rows) -> Iterable[tuple[Measurement, Measurement]]:
    """Pairs of the same row: discs from the lowest, then the spine as a whole."""
    for of_disc in (True, False):
        one, other = (
            [row for row in rows if (row.level is not None) == of_disc]
            for rows in (found, true)
        )
        yield from zip(one, other, strict=False)


def _agreement(
    rows: Sequence[tuple[int, Measurement, Measurement]], seed: int
) -> Agreement:
    first = np.array([float(found.value or 0.0) for _, found, _ in rows])
    second = np.array([float(true.value or 0.0) for _, _, true in rows])
    patients = [str(row[0]) for row in rows]
    kappa = None
    if rows[0][1].unit == Unit.SCORE:
        try:
            kappa = kappa_interval(first, second, patients=patients, seed=seed)
        except NotMeasurable:
            kappa = None
    return Agreement(
        discs=len(rows),
        kappa=kappa,
        error=float(np.abs(first - second).mean()),
        within=_within(rows),
    )


def _within(rows: Sequence[tuple[int, Measurement, Measurement]]) -> float | None:
    inside = []
    for _, found, true in rows:
        if found.remark.startswith("90 % interval"):
            low, _, high = found.remark.split(";")[0].split()[3:6]
            value = round(float(true.value or 0.0), 2)
            inside.append(float(low) <= value <= float(high))
    return float(np.mean(inside)) if inside else None
