"""Answers to the single questions of the ZCQ that add up to a patient's score."""

import numpy as np
from jaxtyping import Float, Int, Int8

from lbp_outcome.simulate.people.items import lean, share_out

BALANCE_CHOICES = np.array([1, 3, 5], dtype=np.int8)
"""The balance question (item 7) offers only these three answers."""

ITEM_SPREAD = 0.6
"""SD between one patient's answers to the questions of one subscale."""


def answer_items(
    score: Float[np.ndarray, " forms"],
    habits: Float[np.ndarray, "forms items"],
    rng: np.random.Generator,
) -> Int8[np.ndarray, "forms items"]:
    """Return whole-number answers from 1 to 4 whose mean is closest to a score.

    Args:
        score: The subscale score to reproduce.
        habits: How each patient answers each question beside the others.
        rng: Decides which question takes which answer.
    """
    total = np.rint(habits.shape[1] * score).astype(int)
    return share_out(total, lean(score, habits, ITEM_SPREAD, rng), 1, 4)


def answer_symptoms(
    score: Float[np.ndarray, " forms"],
    habits: Float[np.ndarray, "forms 7"],
    rng: np.random.Generator,
) -> Int8[np.ndarray, "forms 7"]:
    """Return answers to the seven symptom questions; balance is 1, 3 or 5.

    What the coarse balance question takes too much or too little is made up for by the
    other six, so the sum is as close to the score as for any other subscale.
    """
    total = np.rint(7 * score).astype(int)
    leaning = lean(score, habits, ITEM_SPREAD, rng)
    balance = _nearest_balance(leaning[:, 6], total)
    others = share_out(total - balance, leaning[:, :6], 1, 5)
    return np.column_stack([others, balance])


def _nearest_balance(
    leaning: Float[np.ndarray, " forms"], total: Int[np.ndarray, " forms"]
) -> Int8[np.ndarray, " forms"]:
    cost = np.abs(leaning[:, None] - BALANCE_CHOICES)
    rest = total[:, None] - BALANCE_CHOICES
    possible = (rest >= 6) & (rest <= 30)  # what six answers from 1 to 5 can sum to
    chosen: np.ndarray = BALANCE_CHOICES[np.argmin(np.where(possible, cost, 99), 1)]
    return chosen
