"""Which member of the ensemble is judged by which patients."""

import numpy as np
from jaxtyping import Int

from lbp_outcome.view import CohortView
from models._fusion.tasks import Kind

FEWEST = 5
"""Patients with and without the outcome that each member is judged by, at least."""

NOBODY = -1


def judging_members(
    train: CohortView, kind: Kind, members: int, seed: int
) -> Int[np.ndarray, " patients"]:
    """Return which member each patient judges; -1 for all if there are too few.

    One member alone would be judged by all and taught by none.

    Copies of a patient, as a bootstrap draws them, judge the same member.
    """
    assert train.outcome is not None
    names = np.array([name.split("#")[0] for name in train.patients])
    people, first, who = np.unique(names, return_index=True, return_inverse=True)
    chance = np.random.default_rng(seed)
    dealt = np.full(len(people), NOBODY)
    groups = train.outcome[first] if kind == "yes_no" else np.zeros(len(people))
    for value in np.unique(groups):
        rows = np.flatnonzero(groups == value)
        if members < 2 or len(rows) < FEWEST * members:
            return np.full(len(train), NOBODY)
        dealt[chance.permutation(rows)] = np.arange(len(rows)) % members
    return np.asarray(dealt[who], dtype=int)
