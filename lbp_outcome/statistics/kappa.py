"""Agreement of two gradings of the same patients beyond chance."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.bootstrap import Draws, Weights, interval
from lbp_outcome.statistics.estimate import Interval
from lbp_outcome.statistics.inputs import PerPatient, finite

ONE_GRADE = "both gradings give every patient the same grade"


def quadratic_kappa(first: PerPatient, second: PerPatient) -> float:
    """Agreement beyond chance in ordered grades: 1 is perfect, 0 is chance.

    Cohen's kappa, weighted by the squared distance of the grades: two grades apart
    count four times as much as one. The grades must be numbered evenly (1, 2, 3, ...).
    It depends on how common each grade is, so kappas of different cohorts hardly
    compare.

    >>> quadratic_kappa(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 2.0]))
    0.6666666666666667

    Raises:
        NotMeasurable: All grades are the same.

    Reference: Cohen 1968, doi:10.1037/h0026256; Fleiss and Cohen 1973,
    doi:10.1177/001316447303300309.
    """
    everyone = np.ones((1, len(first)))
    found = float(weighted_kappa(finite(first), finite(second), everyone)[0])
    if np.isnan(found):
        raise NotMeasurable(ONE_GRADE)
    return found


def kappa_interval(
    first: PerPatient,
    second: PerPatient,
    *,
    patients: Sequence[str],
    replicates: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """Quadratic-weighted kappa with its interval over resampled patients.

    Rows of one patient (discs of one spine) are drawn together.

    Raises:
        NotMeasurable: All grades are the same, or are so in over a tenth of the
            resamples.
    """
    return interval(
        partial(weighted_kappa, finite(first), finite(second)),
        patients,
        replicates=replicates,
        seed=seed,
        level=level,
        undefined=ONE_GRADE,
    )


def weighted_kappa(first: PerPatient, second: PerPatient, weights: Weights) -> Draws:
    """Quadratic-weighted kappa for each row of weights; NaN where all grades agree.

    The squared distance that chance would give, of every first grade to every second
    one, follows from the means and variances of the two gradings.
    """
    total = weights.sum(axis=1)
    centre = first.mean()  # keeps the difference of squares accurate
    first, second = first - centre, second - centre
    means = weights @ first / total, weights @ second / total
    squares = weights @ (first**2 + second**2) / total
    by_chance = squares - 2 * means[0] * means[1]
    disagreement = weights @ (first - second) ** 2 / total
    possible = by_chance > 1e-12
    return np.where(
        possible, 1 - disagreement / np.where(possible, by_chance, 1), np.nan
    )
