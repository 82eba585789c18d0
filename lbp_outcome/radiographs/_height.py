"""How much lower the discs are than one expects of a spine of this size."""

import numpy as np
from jaxtyping import Float

from lbp_outcome.errors import NotMeasurable

NORMAL_HEIGHT = (8.6, 9.3, 8.5, 7.6, 6.7, 5.1)
"""Height of a sound disc from rim to rim [mm], L5-S1 first, T12-L1 last.

Assumed: mean disc heights of healthy adults (midpoints of the ranges in PMID 29433530)
less the hollows of the endplates that simulated spines have. Replace them by norms of
one's own films: a disc's loss is only as right as what was expected."""

NORMAL_BACK = (26.8, 27.5, 28.5, 28.5, 28.0)
"""Height of the back of a sound vertebra [mm], L5 first, L1 last (men; L5 from Cook and
Baker 2021, Int J Spine Surg 15:1072, the others interpolated). Only the ratio to the
heights of the discs counts."""

FEWEST = 3
"""Vertebrae from which the size of a spine is judged at the least."""

Corners = Float[np.ndarray, "disc 4 2"]


def height_loss_percent(corners: Corners) -> Float[np.ndarray, " disc"]:
    """Return how much lower each disc is than expected of a spine of this size [%].

    The mean of its heights in front and behind against a norm for its level, scaled by
    the median height of the vertebrae's backs: a ratio, so that the magnification of
    the film does not matter, nor does a single broken vertebra. Negative for a disc
    higher than expected.

    Misuse: the levels must be counted from the sacrum; one vertebra off shifts what is
    expected by some 10 %.

    Args:
        corners: Lateral film, lowest disc first: front and back above the disc, front
            and back below it; down and across [mm].

    Raises:
        NotMeasurable: Fewer than three whole vertebrae are seen, or more than six
            discs.
    """
    if not FEWEST < len(corners) <= len(NORMAL_HEIGHT):
        raise NotMeasurable(
            f"{len(corners)} discs are seen on the film; what to expect of their "
            f"heights needs {FEWEST + 1} to {len(NORMAL_HEIGHT)}"
        )
    backs = np.linalg.norm(corners[:-1, 1] - corners[1:, 3], axis=1)
    size = float(np.median(backs / np.array(NORMAL_BACK)[: len(backs)]))
    expected = size * np.array(NORMAL_HEIGHT)[: len(corners)]
    loss: np.ndarray = 100 * (1 - heights_mm(corners) / expected)
    return loss


def heights_mm(corners: Corners) -> Float[np.ndarray, " disc"]:
    """Return the height of each disc from rim to rim, mean of front and back [mm]."""
    along = corners[:, 1] - corners[:, 0] + corners[:, 3] - corners[:, 2]
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.stack([along[:, 1], -along[:, 0]], axis=1)
    gap = (corners[:, 2] + corners[:, 3] - corners[:, 0] - corners[:, 1]) / 2
    heights: np.ndarray = (gap * across).sum(axis=1)
    return heights
