"""Answers to the ten sections of the Oswestry Disability Index."""

import numpy as np
from jaxtyping import Float, Int8

from lbp_outcome.simulate.people.items import lean, share_out

SECTION_SPREAD = 0.8
"""SD between one patient's answers to the sections."""

HARDNESS = np.array([0.5, -1.0, 0.6, 0.8, -0.9, 1.0, -0.6, -0.2, 0.2, -0.4], "f4")
"""How much worse each section is answered than the mean.

With lumbar stenosis walking and standing are hard, and sitting is easy. The sizes are
plausible, not published.
"""


def answer_sections(
    disability: Float[np.ndarray, " forms"],
    habits: Float[np.ndarray, "forms 10"],
    rng: np.random.Generator,
) -> Int8[np.ndarray, "forms 10"]:
    """Return answers from 0 to 5 whose sum is closest to half the index [%].

    Args:
        disability: The index to reproduce [%].
        habits: How each patient answers each section beside the others.
        rng: Decides which section takes which answer.
    """
    leaning = lean(disability / 20, habits, SECTION_SPREAD, rng) + HARDNESS
    return share_out(np.rint(disability / 2).astype(int), leaning, 0, 5)
