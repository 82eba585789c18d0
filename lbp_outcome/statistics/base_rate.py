"""Whether a model tells any two patients apart."""

from collections.abc import Callable

import numpy as np

from lbp_outcome.statistics.out_of_fold import OutOfFold


def tells_nobody_apart(
    found: OutOfFold, is_constant: Callable[[np.ndarray], bool]
) -> bool:
    """Whether every patient of a fold was given the same prediction, in all folds.

    Such a model has learned the base rate alone. Its predictions still differ between
    folds, always in the wrong direction, so that no slope means anything.
    """
    repeats = zip(found.predicted, found.fold, strict=True)
    return all(
        is_constant(predicted[fold == held_out])
        for predicted, fold in repeats
        for held_out in np.unique(fold)
    )
