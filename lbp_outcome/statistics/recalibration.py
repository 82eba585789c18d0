"""Turning a model's raw probability into one that held true, with its interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import expit

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.bootstrap import Weights, patient_weights
from lbp_outcome.statistics.estimate import Interval
from lbp_outcome.statistics.inputs import PerPatient, both_outcomes, probabilities
from lbp_outcome.statistics.logistic import fit_logistic, log_odds

PRIOR_SD = 1.0
"""Spread of the normal prior around slope 1. At 160 patients it moves a slope by a
few per cent; where predictions hardly vary it keeps the slope from running away."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Recalibration:
    """Log-odds that held true = intercept + slope x log-odds that a model gave.

    Attributes:
        intercept: Shift of the log-odds.
        slope: Stretch of the log-odds, 0 or more; below 1 draws predictions together.
        draws: Intercept and slope in resampled patients.
        seen: Lowest and highest prediction it was learned from; beyond them it
            extrapolates.
        level: Confidence level of the intervals.
    """

    intercept: float
    slope: float
    draws: Float[np.ndarray, "replicates 2"]
    seen: tuple[float, float]
    level: float = 0.95

    def recalibrate(self, probability: float) -> Interval:
        """Recalibrate one probability.

        The interval is that of the share with the outcome among patients who are
        given this probability. It does not contain how much the model itself would
        change with other training patients. What happens to one patient is yes or no.

        Raises:
            InvalidChoice: Not a probability between 0 and 1.
        """
        probabilities(np.array([probability]))
        given = float(log_odds(np.array(probability)))
        drawn = expit(self.draws[:, 0] + self.draws[:, 1] * given)
        tails = ((1 - self.level) / 2, (1 + self.level) / 2)
        low, high = np.quantile(drawn, tails)
        value = float(expit(self.intercept + self.slope * given))
        return Interval(value, float(low), float(high))

    def extrapolates(self, probability: float) -> bool:
        """Whether no held-out patient was given so low or so high a probability."""
        return not self.seen[0] <= probability <= self.seen[1]

    def to_json(self) -> dict[str, Any]:
        """Return plain numbers and lists that JSON can hold."""
        return {
            "intercept": self.intercept,
            "slope": self.slope,
            "seen": list(self.seen),
            "level": self.level,
            "draws": self.draws.round(6).tolist(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Recalibration":
        """Read back what `to_json` returned.

        Raises:
            InvalidChoice: An entry is absent or is not made of numbers.
        """
        try:
            return cls(
                intercept=float(stored["intercept"]),
                slope=float(stored["slope"]),
                draws=np.asarray(stored["draws"], dtype=float).reshape(-1, 2),
                seen=(float(stored["seen"][0]), float(stored["seen"][1])),
                level=float(stored["level"]),
            )
        except (KeyError, IndexError, TypeError, ValueError) as fault:
            raise InvalidChoice(
                f"The stored recalibration cannot be read ({fault!r}); run the study "
                "again to write it anew."
            ) from fault


def fit_recalibration(
    outcome: PerPatient,
    probability: PerPatient,
    *,
    patients: Sequence[str],
    replicates: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    fixed_slope: bool = False,
) -> Recalibration:
    """Learn a recalibration from out-of-fold predictions.

    Expects predictions for patients the model never saw; on training patients it
    would learn that an overfitted model is right. Rows of one patient (repeats of a
    cross-validation) count as one patient together. A slope below 0 is set to 0: a
    model that ranks the wrong way round is replaced by the base rate. With
    `fixed_slope` only the intercept is learned, which few patients can bear.

    Raises:
        NotMeasurable: All patients have the same outcome.

    Reference: Steyerberg et al. 2004, doi:10.1002/sim.1844 (logistic recalibration).
    """
    both_outcomes(outcome)
    probability = probabilities(probability)
    share = _share_of_patient(patients)
    blocks = patient_weights(patients, replicates=replicates, seed=seed)
    fit = partial(recalibration_line, outcome, probability, fixed_slope=fixed_slope)
    draws = np.concatenate([fit(block * share) for block in blocks])
    draws = draws[np.isfinite(draws).all(axis=1)]
    if len(draws) < 0.9 * replicates:
        raise NotMeasurable("too few patients to recalibrate a probability")
    intercept, slope = fit(share[None, :])[0].tolist()
    return Recalibration(
        intercept=intercept,
        slope=slope,
        draws=draws,
        seen=(float(probability.min()), float(probability.max())),
        level=level,
    )


def recalibration_line(
    outcome: PerPatient,
    probability: PerPatient,
    weights: Weights,
    *,
    fixed_slope: bool = False,
) -> Float[np.ndarray, "replicates 2"]:
    """Intercept and slope of a recalibration for each row of weights.

    NaN where all weighted patients have the same outcome.
    """
    given = log_odds(probability)
    if fixed_slope:
        ones = np.ones((len(given), 1))
        shift = fit_logistic(ones, outcome, weights, offset=given)
        return np.column_stack((shift, np.ones(len(weights))))
    centre = given.mean()
    terms = np.column_stack((np.ones_like(given), given - centre))
    prior = np.array([0.0, PRIOR_SD**-2])
    fits = fit_logistic(terms, outcome, weights, offset=given, ridge=prior)
    slope = 1 + fits[:, 1]
    intercept = fits[:, 0] - fits[:, 1] * centre
    base_rate = log_odds(weights @ outcome / weights.sum(axis=1))
    reversed_ = slope < 0
    return np.column_stack(
        (np.where(reversed_, base_rate, intercept), np.maximum(slope, 0))
    )


def _share_of_patient(patients: Sequence[str]) -> Float[np.ndarray, " rows"]:
    _, inverse, counts = np.unique(
        np.asarray(patients), return_inverse=True, return_counts=True
    )
    return np.asarray(1 / counts[inverse])
