"""How many patients with and without the outcome lie at or above each cut-off."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from lbp_outcome.statistics.bootstrap import Weights
from lbp_outcome.statistics.inputs import PerPatient

Counts = Float[np.ndarray, "replicates cuts"]
Wanted = Float[np.ndarray, "replicates points"]
CutNumbers = Int[np.ndarray, "replicates points"]

ROUNDING = 1e-6
"""Part of a patient that counts may seem to differ by; counts are whole numbers."""


class OperatingPoints(NamedTuple):
    """Patients found at each cut-off, from none (first column) to all (last).

    `events` counts those with the outcome, `others` those without. Patients with the
    same score are found together.
    """

    events: Counts
    others: Counts


def operating_points(
    outcome: PerPatient, score: PerPatient, weights: Weights
) -> OperatingPoints:
    """Count from the highest score down, for each row of weights."""
    order = np.argsort(-score, kind="stable")
    last = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))
    everyone = np.cumsum(weights[:, order], axis=1)[:, last]
    events = np.cumsum(weights[:, order] * outcome[order], axis=1)[:, last]
    none = np.zeros((len(weights), 1))
    return OperatingPoints(
        np.hstack((none, events)), np.hstack((none, everyone - events))
    )


def last_at_most(counts: Counts, wanted: Wanted) -> CutNumbers:
    """Return the last cut-off with at most so many patients, for each row."""
    return _search(counts, wanted + ROUNDING) - 1


def first_at_least(counts: Counts, wanted: Wanted) -> CutNumbers:
    """Return the first cut-off with at least so many patients, for each row."""
    return _search(counts, wanted - ROUNDING)


def _search(counts: Counts, wanted: Wanted) -> CutNumbers:
    """Search all rows at once: each is lifted above the one before."""
    rows, cuts = counts.shape
    lift = (counts.max() + 1) * np.arange(rows)[:, None]
    found = np.searchsorted((counts + lift).ravel(), wanted + lift)
    return np.asarray(found - cuts * np.arange(rows)[:, None])
