"""How far corrections are trusted: as far as they helped patients set aside."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from scipy.optimize import minimize
from scipy.special import expit

from models._fusion.tasks import Kind

ERRORS = 1.0
"""A gain smaller than this many of its standard errors is taken for chance.

Asked of each modality and of all together: what was learned from noise mostly changes
nothing, at the price of some corrections that would have helped a little.
"""

STEEPEST = 5.0
"""Largest factor by which the regression may be too timid."""

Modalities = Float[np.ndarray, " modality"]


class Trust(NamedTuple):
    """How much each modality is believed, and what that is worth.

    Attributes:
        shares: From 0, the regression stays as it is, to 1, corrected as voted.
        loss: Mean loss of the patients set aside, so corrected.
    """

    shares: Modalities
    loss: float


def trusted(
    start: Float[np.ndarray, " patients"],
    votes: Float[np.ndarray, "patients modality"],
    truth: Float[np.ndarray, " patients"],
    kind: Kind,
    steepness: float,
) -> Trust:
    """Return the trust with which patients set aside are predicted best.

    A penalised regression is timid, and votes of the table could only undo that: the
    gain is measured against the regression stretched as far as helps most, so that
    votes must say something new.

    Three numbers between 0 and 1 are learned and not the correction itself, so patients
    who were not trained on can carry it; stacked regressions work alike (Breiman,
    Machine Learning 1996;24:49, doi:10.1007/BF00117832).

    Args:
        start: Prediction without any correction, by regressions that have not seen
            these patients either.
        votes: What each modality adds.
        truth: Amounts, or 1 and 0.
        kind: Which of the two.
        steepness: Log-odds of a yes per unit of the prediction.
    """
    judged = _Judged(np.column_stack([start, votes]), truth, kind, steepness)
    believed = np.atleast_1d(votes.any(axis=0))
    shares = judged.best(believed)
    for place in np.flatnonzero(believed):
        without = shares.copy()
        without[1 + place] = 0.0
        believed[place] = _is_clear(judged.losses(without) - judged.losses(shares))
    shares = judged.best(believed)
    gain = judged.losses(judged.best(believed & False)) - judged.losses(shares)
    if not _is_clear(gain):
        shares = judged.best(believed & False)
    return Trust(shares[1:], float(judged.losses(shares).mean()))


def _is_clear(gain: Float[np.ndarray, " patients"]) -> bool:
    return bool(gain.mean() > ERRORS * gain.std() / np.sqrt(len(gain)))


@dataclass(frozen=True, eq=False)
class _Judged:
    """Patients set aside: start and votes in columns, and what is true of them."""

    columns: Float[np.ndarray, "patients column"]
    truth: Float[np.ndarray, " patients"]
    kind: Kind
    steepness: float

    def losses(self, shares: np.ndarray) -> Float[np.ndarray, " patients"]:
        losses: np.ndarray = self._loss(self.columns @ shares)[0]
        return losses

    def best(self, believed: Bool[np.ndarray, " modality"]) -> np.ndarray:
        """Stretch of the start, and trust in the votes that may be believed."""
        highest = np.array([STEEPEST, *believed.astype(float)])

        def loss_and_slope(shares: np.ndarray) -> tuple[float, np.ndarray]:
            loss, slope = self._loss(self.columns @ shares)
            return float(loss.mean()), self.columns.T @ slope / len(loss)

        found = minimize(
            loss_and_slope,
            np.minimum([1.0, *[0.5] * len(believed)], highest),
            jac=True,
            method="L-BFGS-B",
            bounds=[(0.0, high) for high in highest],
        )
        return np.asarray(found.x, dtype=float)

    def _loss(self, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Loss of each patient, and its slope."""
        if self.kind == "amount":
            return 0.5 * (value - self.truth) ** 2, value - self.truth
        log_odds = self.steepness * value
        loss = np.logaddexp(0.0, log_odds) - self.truth * log_odds
        return loss, self.steepness * (expit(log_odds) - self.truth)
