"""Whether two models differ across the folds of a repeated cross-validation."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.stats import t as student

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.comparison import require_same_patients
from lbp_outcome.statistics.estimate import Interval
from lbp_outcome.statistics.out_of_fold import OutOfFold, RepeatMetric


class CorrectedTest(NamedTuple):
    """Corrected resampled t-test: t, degrees of freedom, two-sided p, interval."""

    t: float
    df: int
    p: float
    difference: Interval


def corrected_t_test(
    differences: Float[np.ndarray, " folds"],
    *,
    train: Float[np.ndarray, " folds"] | float,
    test: Float[np.ndarray, " folds"] | float,
    level: float = 0.95,
) -> CorrectedTest:
    """Test whether the differences between two models are 0 on average over folds.

    Folds share their training patients, so their differences resemble each other and
    an ordinary t-test finds differences that are not there. The variance is therefore
    raised by the ratio of test to training patients. It is a rule of thumb: no
    unbiased variance of a cross-validation exists.

    >>> found = corrected_t_test(np.array([0.1, 0.0, 0.2, 0.1]), train=75, test=25)
    >>> round(found.t, 2), found.df
    (1.6, 3)

    Args:
        differences: Difference in performance in each fold of each repeat.
        train: Patients each fold was trained on.
        test: Patients each fold was tested on.
        level: Confidence level of the interval.

    Raises:
        NotMeasurable: Fewer than two folds, or a difference that never varies.

    Reference: Nadeau and Bengio 2003, doi:10.1023/A:1024068626366; for repeated
    k-fold Bouckaert and Frank 2004, doi:10.1007/978-3-540-24775-3_3.
    """
    folds = len(differences)
    mean, spread = float(np.mean(differences)), _spread(differences)
    if np.min(train) <= 0 or np.min(test) <= 0:
        raise InvalidChoice("Every fold needs patients to train on and to test on.")
    overlap = float(np.mean(np.asarray(test) / np.asarray(train)))
    error = spread * (1 / folds + overlap) ** 0.5
    half = float(student.ppf((1 + level) / 2, folds - 1)) * error
    return CorrectedTest(
        t=mean / error,
        df=folds - 1,
        p=float(2 * student.sf(abs(mean / error), folds - 1)),
        difference=Interval(mean, mean - half, mean + half),
    )


def compare_across_folds(
    first: OutOfFold,
    second: OutOfFold,
    metric: RepeatMetric,
    *,
    level: float = 0.95,
) -> CorrectedTest:
    """Test a metric of the first model minus that of the second, fold by fold.

    Speaks of models trained anew on other patients, where `paired_difference` speaks
    of these fitted models in other patients.

    Raises:
        InvalidChoice: The models did not predict the same patients in the same folds.
        NotMeasurable: The metric is undefined in a fold, as an AUC is where all
            patients have the same outcome.
    """
    require_same_patients(first, second)
    if not np.array_equal(first.fold, second.fold):
        raise InvalidChoice(
            "Two models can only be compared fold by fold if both were evaluated in "
            "the same folds; evaluate them with the same seed."
        )
    test = np.concatenate([_members(fold).sum(axis=1) for fold in first.fold])
    return corrected_t_test(
        _by_fold(first, metric) - _by_fold(second, metric),
        train=len(first.patients) - test,
        test=test,
        level=level,
    )


def _spread(differences: Float[np.ndarray, " folds"]) -> float:
    if len(differences) < 2:
        raise NotMeasurable("a difference in one fold has no spread; use more folds")
    spread = float(np.std(differences, ddof=1))
    if spread <= 1e-12:
        raise NotMeasurable("the models differ by the same amount in every fold")
    return spread


def _by_fold(found: OutOfFold, metric: RepeatMetric) -> Float[np.ndarray, " folds"]:
    repeats = zip(found.predicted, found.fold, strict=True)
    values = np.concatenate(
        [metric(found.outcome, p, fold, _members(fold)) for p, fold in repeats]
    )
    undefined = int((~np.isfinite(values)).sum())
    if undefined:
        raise NotMeasurable(
            f"it is undefined in {undefined} of {len(values)} folds; use fewer folds"
        )
    return values


def _members(fold: np.ndarray) -> Float[np.ndarray, "folds patients"]:
    """Weights that leave one fold at a time."""
    return np.asarray(fold == np.unique(fold)[:, None], dtype=float)
