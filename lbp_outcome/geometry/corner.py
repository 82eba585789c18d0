"""Posterior corners: where the back wall of a vertebral body meets an endplate."""

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.endplate import End, endplate
from lbp_outcome.geometry.frame import Points, Vector, rough_frame, upright
from lbp_outcome.geometry.once import once
from lbp_outcome.geometry.surface import surface_facing
from lbp_outcome.spine import Spine

MIDLINE_MM = 8.0
"""Half the width of the band around the midline in which the wall is looked at [mm]."""

NEAR_MM, FAR_MM = 1.5, 9.0
"""How far from the endplate the wall is looked at: beyond its rounded rim [mm]."""

FEWEST_POINTS = 8
LEAST_RUN_MM = 1.0
STEEPEST = 0.6
"""Most that the back wall may lean, as a slope against the endplate's normal."""


@once
def posterior_corner(spine: Spine, vertebra: Vertebra, end: End) -> Vector:
    """Return the posterior corner of a vertebral body in the midline [mm].

    The back wall next to the endplate is prolonged to the endplate, so that rounded
    corners and small osteophytes do not matter.

    Raises:
        NotMeasurable: The body or its back wall is not visible.
    """
    bone, plate = body(spine, vertebra), endplate(spine, vertebra, end).plane
    frame = upright(plate.centre, plate.normal, rough_frame(spine).posterior)
    wall = frame.local(surface_facing(bone, frame.posterior, 45.0).points)
    inwards = wall[:, 2] * (-1 if end is End.UPPER else 1)
    near = (inwards > NEAR_MM) & (inwards < FAR_MM) & (np.abs(wall[:, 0]) <= MIDLINE_MM)
    if near.sum() < FEWEST_POINTS:
        raise NotMeasurable(f"the back wall of {vertebra} is not visible")
    local = np.array([[float(np.mean(wall[near, 0])), _meet(wall[near]), 0.0]])
    corner: np.ndarray = frame.to_patient(local)[0]
    return corner


def _meet(wall: Points) -> float:
    """Prolong the wall to the endplate, which is height zero: its place behind."""
    behind, height = wall[:, 1], wall[:, 2]
    slope = float(np.clip(_median_slope(behind, height), -STEEPEST, STEEPEST))
    return float(np.median(behind) - slope * np.median(height))


def _median_slope(
    behind: Float[np.ndarray, " n"], height: Float[np.ndarray, " n"]
) -> float:
    """Median slope over all pairs of points (Theil and Sen), robust to strays."""
    rise, run = np.subtract.outer(behind, behind), np.subtract.outer(height, height)
    apart = run > LEAST_RUN_MM
    return float(np.median(rise[apart] / run[apart])) if apart.any() else 0.0
