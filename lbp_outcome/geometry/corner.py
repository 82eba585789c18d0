"""Posterior corners: where the back wall of a vertebral body meets an endplate."""

import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.endplate import End, endplate
from lbp_outcome.geometry.frame import Points, Vector, rough_frame, upright
from lbp_outcome.geometry.once import once
from lbp_outcome.spine import Spine, Structure

MIDLINE_MM, SPARE_MM = 6.0, 8.0
"""Corners count up to the first distance from the midline. Slices are looked at this
much further out, because an oblique one crosses the band only with a part [mm]."""

REACH_MM = 6.0
"""A corner lies nearer to its endplate than this [mm]."""

OUTWARDS = 0.6
"""A corner is where a body reaches furthest back, and this much of the way up (or down,
for the lower end). Between 0.3 and 1, slips in real masks hardly depend on it."""

TIP_MM = 0.8
"""Voxels this little short of the furthest one belong to the corner too [mm]."""


FEWEST_VOXELS = 30


@once
def posterior_corner(spine: Spine, vertebra: Vertebra, end: End) -> Vector:
    """Return the posterior corner of a vertebral body in the midline [mm].

    As a reader marks it: in every sagittal slice near the midline the tip that points
    backwards and away from the body; the median of the slices. Prolonging the back wall
    instead overshoots, because the wall is hollow.

    Raises:
        NotMeasurable: The body or its back wall is not visible.
    """
    bone, plate = body(spine, vertebra), endplate(spine, vertebra, end).plane
    frame = upright(plate.centre, plate.normal, rough_frame(spine).posterior)
    local = frame.local(bone.points)
    outwards = local[:, 2] * (1 if end is End.UPPER else -1)
    aside = np.abs(local[:, 0])
    near = (aside <= MIDLINE_MM + SPARE_MM) & (np.abs(outwards) <= REACH_MM)
    if near.sum() < FEWEST_VOXELS or _ends_with_scan(
        bone, frame.posterior, local[:, 1], near
    ):
        raise NotMeasurable(f"the back wall of {vertebra} is not visible")
    score = local[near, 1] + OUTWARDS * outwards[near]
    tips = _tips(local[near], score, _slices(bone, frame.left)[near])
    tips = tips[np.abs(tips[:, 0]) <= MIDLINE_MM]
    if not len(tips):
        raise NotMeasurable(f"the back wall of {vertebra} does not show in the midline")
    corner: Vector = frame.to_patient(np.median(tips, axis=0)[None])[0]
    return corner + _half_voxel_mm(bone, frame.posterior) * frame.posterior


def _half_voxel_mm(bone: Structure, direction: Vector) -> float:
    """How far the surface lies beyond the middle of the outermost voxels [mm]."""
    steps = np.abs(direction @ bone.mask.affine[:3, :3])
    return float(steps.max()) / 2


def _ends_with_scan(
    bone: Structure,
    posterior: Vector,
    behind: Float[np.ndarray, " n"],
    near: Bool[np.ndarray, " n"],
) -> bool:
    """Whether the end of the scan, not the back wall, ends the part near the corner."""
    return bone.meets_edge(posterior) and behind[near].max() > behind.max() - TIP_MM


def _slices(bone: Structure, left: Vector) -> np.ndarray:
    """Number of the sagittal slice that each voxel of a bone lies in."""
    along = np.abs(left @ bone.mask.affine[:3, :3] / bone.mask.spacing_mm)
    number: np.ndarray = np.nonzero(bone.mask.values)[int(along.argmax())]
    return number


def _tips(points: Points, score: np.ndarray, slices: np.ndarray) -> Points:
    """The mean of the points with nearly the best score in each slice."""
    tips = []
    for number in np.unique(slices):
        own = slices == number
        best: Bool[np.ndarray, " n"] = score[own] > score[own].max() - TIP_MM
        tips.append(points[own][best].mean(axis=0))
    return np.array(tips)
