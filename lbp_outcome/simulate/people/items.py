"""Answers to single questions that add up to a patient's score."""

import numpy as np
from jaxtyping import Float, Int, Int8

HABIT_SHARE = 0.5
"""Share of the variance between a patient's answers that is the same at all visits."""


def share_out(
    total: Int[np.ndarray, " forms"],
    leaning: Float[np.ndarray, "forms items"],
    lowest: int,
    highest: int,
) -> Int8[np.ndarray, "forms items"]:
    """Share a sum out over the questions, each as near its leaning as possible.

    All questions are raised or lowered alike, cut to whole answers, and what is then
    missing goes point by point to the question that is furthest behind. A sum that no
    answers can reach becomes the nearest that they can.
    """
    items = leaning.shape[1]
    total = np.clip(total, items * lowest, items * highest)
    leaning = leaning + ((total - leaning.sum(axis=1)) / items)[:, None]
    answers: np.ndarray = np.clip(np.rint(leaning), lowest, highest).astype(np.int8)
    missing = total - answers.sum(axis=1)
    while (open_forms := np.flatnonzero(missing)).size:
        step = np.sign(missing[open_forms])[:, None]
        given = answers[open_forms]
        full = np.where(step > 0, given == highest, given == lowest)
        behind = np.where(full, -np.inf, step * (leaning[open_forms] - given))
        answers[open_forms, behind.argmax(axis=1)] += step[:, 0].astype(np.int8)
        missing[open_forms] -= step[:, 0]
    return answers


def lean(
    score: Float[np.ndarray, " forms"],
    habits: Float[np.ndarray, "forms items"],
    spread: float,
    rng: np.random.Generator,
) -> Float[np.ndarray, "forms items"]:
    """Return what each question would be answered if fractions were allowed.

    Args:
        score: Mean of the answers.
        habits: How a patient answers each question beside the others, at every visit.
        spread: SD between one patient's answers.
        rng: Draws what differs between visits.
    """
    passing = rng.standard_normal(habits.shape, dtype=np.float32)
    mixed = np.sqrt(HABIT_SHARE) * habits + np.sqrt(1 - HABIT_SHARE) * passing
    leaning: np.ndarray = score[:, None].astype(np.float32) + spread * mixed
    return leaning
