"""How far the lumbar spine bends to one side."""

import numpy as np
from jaxtyping import Float

from lbp_outcome.errors import NotMeasurable


def cobb_deg(corners: Float[np.ndarray, "disc 4 2"]) -> float:
    """Return the largest angle between two endplates on the frontal film [deg].

    Cobb's angle: the upper endplate of one vertebra against the lower endplate of
    another or of the same one, the pair that differs most; always positive. Only the
    vertebrae between the discs that are seen count, so a curve that reaches above
    them is underestimated. Made for films taken standing.

    Args:
        corners: Frontal film, lowest disc first: both ends of the endplate above the
            disc, then of that below it; down and across [mm].

    Raises:
        NotMeasurable: No whole vertebra is seen.
    """
    if len(corners) < 2:
        raise NotMeasurable("Cobb's angle needs two discs on the frontal film")
    tops = _tilt_deg(corners[1:, 3] - corners[1:, 2])
    bottoms = _tilt_deg(corners[:-1, 1] - corners[:-1, 0])
    apart = np.abs(tops[:, None] - bottoms[None, :])
    upper, lower = np.indices(apart.shape)
    return float(apart[lower <= upper].max())


def _tilt_deg(along: Float[np.ndarray, "bone 2"]) -> Float[np.ndarray, " bone"]:
    tilt: np.ndarray = np.degrees(np.arctan2(along[:, 0], along[:, 1]))
    return tilt
