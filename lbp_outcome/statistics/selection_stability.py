"""Whether a model would choose the same predictors in other patients."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import ndtri

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.estimate import Interval


@dataclass(frozen=True, eq=False, kw_only=True)
class SelectionStability:
    """How often each predictor was chosen, and how alike the choices were.

    Attributes:
        frequency: Share of the fits that chose each predictor.
        agreement: 1 when all fits chose the same, 0 when they chose at random.
    """

    frequency: Float[np.ndarray, " predictors"]
    agreement: Interval


def selection_stability(
    chosen: Bool[np.ndarray, "fits predictors"], *, level: float = 0.95
) -> SelectionStability:
    """Compare the predictors that a model chose in several folds or resamples.

    Corrected for chance, as two fits that choose nearly all predictors agree anyway.
    Above 0.75 is called excellent, below 0.4 poor. Of two predictors that say the
    same, either may be chosen: low agreement does not mean that neither matters. The
    interval takes the fits as independent; folds share patients, so it is narrow.

    Args:
        chosen: Whether each fit chose each predictor.
        level: Confidence level.

    Raises:
        NotMeasurable: Fewer than two fits, or all chose everything or nothing.

    Reference: Nogueira, Sechidis and Brown 2018, Journal of Machine Learning Research
    18(174):1-54 (definition 4 and corollary 9).
    """
    fits = len(chosen)
    if fits < 2:
        raise NotMeasurable("one fit cannot show whether another would choose alike")
    frequency = chosen.mean(axis=0)
    share = float(frequency.mean())
    if share in (0.0, 1.0):
        raise NotMeasurable(
            f"every fit chose {'all' if share else 'none'} of the predictors"
        )
    by_chance = share * (1 - share)
    disagreement = float((frequency * (1 - frequency)).mean()) * fits / (fits - 1)
    agreement = 1 - disagreement / by_chance
    error = _standard_error(chosen, frequency, agreement)
    half = float(ndtri((1 + level) / 2)) * error
    return SelectionStability(
        frequency=frequency,
        agreement=Interval(agreement, agreement - half, min(1.0, agreement + half)),
    )


def _standard_error(
    chosen: Bool[np.ndarray, "fits predictors"],
    frequency: Float[np.ndarray, " predictors"],
    agreement: float,
) -> float:
    share, shares = float(frequency.mean()), chosen.mean(axis=1)
    influence = (chosen * frequency).mean(axis=1) - shares * share
    influence += agreement / 2 * shares * (2 * share - 1)
    influence /= share * (1 - share)
    away = influence - influence.mean()  # the paper's constants drop out here
    return 2 * math.sqrt(float(away @ away)) / len(chosen)
