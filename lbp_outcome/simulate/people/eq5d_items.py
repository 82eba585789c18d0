"""Answers to the five dimensions of the EQ-5D-5L that are worth a patient's index."""

from functools import cache
from itertools import product

import numpy as np
from jaxtyping import Float, Int8

from lbp_outcome.questionnaires.eq5d import DIMENSIONS, DUTCH
from lbp_outcome.simulate.people.baseline import LOWEST_HEALTH
from lbp_outcome.simulate.people.items import lean

STEP = 0.005
"""Indices this far apart are told apart."""

CHOICES = 12
"""States of health to choose from at each index."""

DIMENSION_SPREAD = 0.6
"""SD between one patient's answers to the dimensions."""

BURDEN = np.array([1.2, 0.5, 1.2, 1.7, 0.4], "f4")
"""How much each dimension suffers with lumbar stenosis, 1 on average.

Mobility, usual activities and pain more than self-care and mood: plausible, not
published.
"""

PAIN, PAIN_WEIGHT = 3, 3.0
"""Position of the dimension that asks for pain, and its weight: it must fit the pain
that the patient marks on a line."""


def answer_dimensions(
    health: Float[np.ndarray, " forms"],
    pain: Float[np.ndarray, " forms"],
    habits: Float[np.ndarray, "forms 5"],
    rng: np.random.Generator,
) -> Int8[np.ndarray, "forms 5"]:
    """Return answers from 1 to 5 whose index is the one given, to about 0.005.

    Near both ends few states of health have an index (the mildest problem costs 0.082):
    there the nearest one is taken.

    Args:
        health: The index to reproduce.
        pain: Pain on a line of 100 mm [mm].
        habits: How each patient answers each dimension beside the others.
        rng: Decides among states of the same index.
    """
    position = np.rint((health - LOWEST_HEALTH) / STEP).astype(int)
    leaning = lean(np.ones_like(health), habits, DIMENSION_SPREAD, rng)
    leaning += _typical_loss(health[:, None])
    leaning[:, PAIN] = 1 + pain / 25
    states = _likely_states()
    odd = np.zeros((len(health), CHOICES), "f4")
    for dimension in range(5):
        weight = PAIN_WEIGHT if dimension == PAIN else 1.0
        answers = states[:, :, dimension][position]
        odd += weight * np.abs(answers - leaning[:, dimension, None])
    chosen: np.ndarray = states[position, odd.argmin(axis=1)]
    return chosen


@cache
def _likely_states() -> Int8[np.ndarray, "positions choices 5"]:
    """The likeliest states of health worth each index; few ones stand several times."""
    states = np.array(list(product(range(1, 6), repeat=5)), dtype=np.int8)
    worth = np.array(
        [DUTCH(dict(zip(DIMENSIONS, state, strict=True))) for state in states.tolist()]
    )
    positions = round((1 - LOWEST_HEALTH) / STEP) + 1
    return np.stack(
        [_likeliest(LOWEST_HEALTH + STEP * n, states, worth) for n in range(positions)]
    )


def _likeliest(index: float, states: np.ndarray, worth: np.ndarray) -> np.ndarray:
    away = np.abs(worth - index)
    near = np.flatnonzero(away <= max(STEP / 2, away.min()) + 1e-9)
    odd = np.abs(states[near] - 1 - _typical_loss(index)).sum(axis=1)
    chosen: np.ndarray = states[np.resize(near[np.argsort(odd)][:CHOICES], CHOICES)]
    return chosen


def _typical_loss(index: float | np.ndarray) -> np.ndarray:
    """How far above 1 patients with this index answer each dimension."""
    lost = 4 * (1 - np.asarray(index, "f4")) / (1 - LOWEST_HEALTH)
    loss: np.ndarray = np.clip(lost * BURDEN, 0, 4)
    return loss
