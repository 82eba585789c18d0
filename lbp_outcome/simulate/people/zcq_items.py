"""Answers to the single questions of the ZCQ that add up to a patient's score."""

import numpy as np
from jaxtyping import Float, Int

BALANCE_CHOICES = np.array([1, 3, 5])
"""The balance question (item 7) offers only these three answers."""

ITEM_SPREAD = 0.6
"""SD between one patient's answers to the questions of one subscale."""


def answer_items(
    score: Float[np.ndarray, " patients"],
    items: int,
    highest: int,
    rng: np.random.Generator,
) -> Int[np.ndarray, "patients items"]:
    """Return whole-number answers from 1 to `highest` whose mean is closest to a score.

    Args:
        score: The subscale score to reproduce.
        items: Number of questions.
        highest: The worst answer.
        rng: Decides which question takes which answer.
    """
    total = np.rint(items * score).astype(int)
    return _share_out(total, _leaning(score, items, rng), highest)


def answer_symptoms(
    score: Float[np.ndarray, " patients"], rng: np.random.Generator
) -> Int[np.ndarray, "patients 7"]:
    """Return answers to the seven symptom questions; balance is 1, 3 or 5.

    What the coarse balance question takes too much or too little is made up for by the
    other six, so the sum is as close to the score as for any other subscale.
    """
    total = np.rint(7 * score).astype(int)
    leaning = _leaning(score, 7, rng)
    balance = _nearest_balance(leaning[:, 6], total)
    others = _share_out(total - balance, leaning[:, :6], highest=5)
    return np.column_stack([others, balance])


def _leaning(
    score: Float[np.ndarray, " patients"], items: int, rng: np.random.Generator
) -> Float[np.ndarray, "patients items"]:
    """What each question would be answered if fractions were allowed."""
    return score[:, None] + ITEM_SPREAD * rng.standard_normal((len(score), items))


def _nearest_balance(
    leaning: Float[np.ndarray, " patients"], total: Int[np.ndarray, " patients"]
) -> Int[np.ndarray, " patients"]:
    cost = np.abs(leaning[:, None] - BALANCE_CHOICES)
    rest = total[:, None] - BALANCE_CHOICES
    possible = (rest >= 6) & (rest <= 30)  # what six answers from 1 to 5 can sum to
    chosen: np.ndarray = BALANCE_CHOICES[np.argmin(np.where(possible, cost, 99), 1)]
    return chosen


def _share_out(
    total: Int[np.ndarray, " patients"],
    leaning: Float[np.ndarray, "patients items"],
    highest: int,
) -> Int[np.ndarray, "patients items"]:
    """Share a sum out over the questions, each as near its leaning as possible.

    All answers start at 1; each further point goes where it is cheapest. Points of one
    question grow dearer one by one, so the cheapest ones are always a valid answer.
    """
    steps = np.arange(1, highest) + 0.5
    cost = (steps - leaning[:, :, None]).reshape(len(total), -1)
    rank = np.argsort(np.argsort(cost, axis=1, kind="stable"), axis=1)
    bought = rank < (total - leaning.shape[1])[:, None]
    answers: np.ndarray = 1 + bought.reshape(*leaning.shape, -1).sum(axis=2)
    return answers
