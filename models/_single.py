"""The one predictor that says most about the outcome by itself."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from lbp_outcome.contracts import FoldData
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.view import Predictor
from models._preparation import TablePreparation
from models._score import LinearScore

Column = Float[np.ndarray, " patients"]


def single_score(
    data: FoldData,
    strength: Callable[[Column], float],
    regress: Callable[[Float[np.ndarray, "patients 1"]], Float[np.ndarray, " two"]],
) -> LinearScore:
    """Return the score of the strongest predictor alone, gaps filled by its median.

    The choice is made among the training patients, so that it is made anew in every
    fold: the predictor that wins in all patients would look better than it is. Of
    several that are equally strong the first is taken.

    Args:
        data: Holds the training patients.
        strength: How much a column says about the outcome.
        regress: Fits the intercept and the weight of the chosen column.

    Raises:
        InvalidChoice: There is no predictor.
    """
    if not data.train.predictors:
        raise InvalidChoice("The single best of none: it needs at least one predictor.")
    preparation = TablePreparation.learn(data.train.table)
    columns = preparation.standardise(data.train.table)
    best = int(np.argmax([strength(column) for column in columns.T]))
    intercept, weight = regress(columns[:, [best]])
    return _alone(data.train.predictors, preparation, best, intercept, weight)


def _alone(
    predictors: tuple[Predictor, ...],
    preparation: TablePreparation,
    best: int,
    intercept: float,
    weight: float,
) -> LinearScore:
    weights = np.zeros(len(predictors))
    weights[best] = weight
    return LinearScore(
        predictors=predictors,
        preparation=preparation,
        intercept=float(intercept),
        weights=weights,
        missing_weights=np.zeros(len(predictors)),
    )
