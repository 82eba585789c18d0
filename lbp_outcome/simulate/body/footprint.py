"""The outline of a vertebral body or a disc, seen from above."""

import numpy as np
from jaxtyping import Float

Points = Float[np.ndarray, "..."]


def to_footprint(
    right: Points,
    anterior: Points,
    half_width: Points | float,
    half_depth: Points | float,
    lobes: float = 0.0,
) -> Points:
    """Return the distance to the outline, negative inside [mm].

    A blunt oval, halfway between an ellipse and a rounded rectangle, that is hollow
    behind: like a kidney bean.

    Args:
        right: Place to the right of the middle [mm].
        anterior: Place in front of the middle [mm].
        half_width: Half the width [mm].
        half_depth: Half the depth in the midline [mm].
        lobes: How far both sides reach back beyond a plain oval [mm].
    """
    p = (right / half_width) ** 2
    if lobes:
        behind = np.clip(-anterior / half_depth, 0, 1)
        anterior = anterior + np.float32(lobes) * _lobe(p) * behind
    q = (anterior / half_depth) ** 2
    radius = np.sqrt(0.5 * (p + q) + 0.5 * np.sqrt(p * p + q * q))
    smaller = np.asarray(np.minimum(half_width, half_depth), dtype=np.float32)
    distance: np.ndarray = (radius - 1) * smaller
    return distance


def edge_behind(
    right: Points | float, half_width: float, half_depth: float, lobes: float = 0.0
) -> Points:
    """Return how far the outline lies behind the middle at a lateral place [mm]."""
    p = np.asarray(np.clip((np.asarray(right) / half_width) ** 2, 0, 1))
    back = half_depth * np.sqrt(2 * (1 - p) / (2 - p)) + lobes * _lobe(p)
    return np.asarray(back)


def _lobe(p: Points) -> Points:
    """0 in the midline and at the sides, 1 between them; `p` is the place squared."""
    return np.asarray(6.75 * p * np.maximum(1 - p, 0) ** 2)
