"""How far vertebrae have slipped on those below."""

import numpy as np
from jaxtyping import Float

Lengths = Float[np.ndarray, " disc"]


def slip(corners: Float[np.ndarray, "disc 4 2"]) -> tuple[Lengths, Lengths]:
    """Return how far each vertebra has slipped forwards [mm], and as a share [%].

    The distance between the back corners above and below the disc, along the disc; the
    share is of the endplate below (Meyerding). Lengths are those of the film: its
    magnification, unless corrected in the pixel size, makes slips look longer; the
    share does not depend on it. Films are lateral views, nose to the left.

    Args:
        corners: As for `height_loss_percent`.
    """
    above, below = corners[:, 1] - corners[:, 0], corners[:, 3] - corners[:, 2]
    backwards = above + below
    backwards /= np.linalg.norm(backwards, axis=1, keepdims=True)
    slipped: np.ndarray = ((corners[:, 3] - corners[:, 1]) * backwards).sum(axis=1)
    return slipped, 100 * slipped / np.linalg.norm(below, axis=1)
