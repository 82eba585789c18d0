"""The relief of an endplate: its raw surface against a smooth one."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy import ndimage
from scipy.spatial import ConvexHull

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.endplate import CENTRAL_SHARE, End, bony_endplate
from lbp_outcome.geometry.frame import Frame, Points, Vector, rough_frame, upright
from lbp_outcome.geometry.once import once
from lbp_outcome.spine import Spine, Structure

ROUNDS = 12
LEAST_SPREAD_MM = 0.25
"""Residuals below this are the grain of the voxels, not defects [mm]."""

STRAY = 4.0
"""Points further from the smooth surface than this many spreads do not shape it."""

SMOOTHING_MM = 2.2
"""Heights are averaged over windows of at most this width, against the grain [mm]."""

DEEPEST_MM, DEEPEST_RIM_MM = 12.0, 7.0
"""What lies deeper below the endplate is a flaw of the mask, no defect, and what lies
deeper at the rim is the wall of the body [mm]."""

CORNER = 0.4
"""The pedicles begin at this share of the way from the middle to the side."""

PEDICLE_MM, PEDICLE = 1.2, 4.0
"""Points further from the smooth surface do not outline the endplate [mm], nor those
further than this many times the median of all."""

HULL_MARGIN = 0.01
"""Columns this near to the outline lie on it [voxels]."""

SCALE_MM = 20.0
"""Keeps the terms of the smooth surface alike in size [mm]."""


@dataclass(frozen=True, eq=False)
class Relief:
    """One end of a vertebral body, seen from outside along its own axis.

    Attributes:
        frame: Axes in the plane of the endplate, upwards is out of the bone.
        at: Place of each point of the surface, to the left and to the back [mm].
        depth: How far each point lies below the smooth surface, into the bone [mm].
        point_area_mm2: Area of the endplate that each point stands for [mm2].
        smooth: Terms of the smooth surface.
        concavity_mm: Depth of the smooth surface's middle below its rim [mm].
    """

    frame: Frame
    at: Float[np.ndarray, "n 2"]
    depth: Float[np.ndarray, " n"]
    point_area_mm2: float
    smooth: Float[np.ndarray, "6"]
    concavity_mm: float

    def below_smooth(self, local: Points) -> Float[np.ndarray, " _"]:
        """Return how far points in its frame lie below the smooth surface [mm]."""
        level, left, back, *bend = self.smooth
        x, y = local[:, 0] / SCALE_MM, local[:, 1] / SCALE_MM
        along = x * (left + bend[0] * x + bend[1] * y) + y * (back + bend[2] * y)
        return np.asarray(level + along - local[:, 2])


@once
def endplate_relief(spine: Spine, vertebra: Vertebra, end: End) -> Relief:
    """Return the raw surface of one endplate and the smooth surface through it.

    Every column of voxels counts, however deep it starts, so that holes are seen; the
    outermost rim with its osteophytes is left out. The smooth surface is a quadric
    that holes do not pull down.

    Raises:
        NotMeasurable: The body is not segmented, or this end of it not visible.
    """
    plate = bony_endplate(spine, vertebra, end)
    sign = 1.0 if end is End.UPPER else -1.0
    outwards = sign * plate.plane.normal
    frame = upright(plate.plane.centre, outwards, rough_frame(spine).posterior)
    level = plate.level_points
    outline = level[_is_smooth(frame.local(level))]
    seen, points, area = _surface(body(spine, vertebra), outwards, outline)
    local = frame.local(points)
    smooth = _fit(local[:, :2], local[:, 2])
    depth = _terms(local[:, :2]) @ smooth - local[:, 2]
    kept = ~_is_wall(seen, local[:, :2], depth)
    return Relief(
        frame=frame,
        at=local[kept, :2],
        depth=depth[kept],
        point_area_mm2=area,
        smooth=smooth,
        concavity_mm=_concavity(smooth, local[:, :2]),
    )


def _is_wall(
    seen: Bool[np.ndarray, "i j"],
    at: Float[np.ndarray, "n 2"],
    depth: Float[np.ndarray, " n"],
) -> Bool[np.ndarray, " n"]:
    """Which points belong to the wall or a pedicle, not to a hole in the endplate.

    What is deepest at the outline is a pedicle at the back corners, and the wall where
    it is deeper than a defect of the rim can be; a hole is deepest inside.
    """
    deep = np.zeros(seen.shape, bool)
    deep[seen] = depth > PEDICLE_MM
    patch = ndimage.label(deep, np.ones((3, 3)))[0][seen]
    edge = (seen & ~ndimage.binary_erosion(seen, np.ones((3, 3))))[seen]
    corner = (at[:, 1] > 0) & (np.abs(at[:, 0]) > CORNER * np.abs(at[:, 0]).max())
    wall = depth > DEEPEST_MM
    for number in range(1, patch.max(initial=0) + 1):
        here = np.flatnonzero(patch == number)
        deepest = here[depth[here].argmax()]
        is_deep = depth[deepest] > DEEPEST_RIM_MM
        if edge[deepest] and (is_deep or corner[here].mean() > 0.5):
            wall[here] = True
    return np.asarray(wall)


def _is_smooth(local: Points) -> Bool[np.ndarray, " _"]:
    """Which points lie on the smooth surface through most of them.

    The others belong to holes, or to the pedicles at the back corners of a body.
    """
    smooth = _fit(local[:, :2], local[:, 2], ROUNDS // 2)
    away = np.abs(_terms(local[:, :2]) @ smooth - local[:, 2])
    return np.asarray(away <= max(PEDICLE_MM, PEDICLE * float(np.median(away))))


def _surface(
    part: Structure, outwards: Vector, outline: Points
) -> tuple[Bool[np.ndarray, "i j"], Points, float]:
    """Columns of voxels, the outermost point of each, and the area it stands for.

    Only columns within the convex outline of some points of the surface are looked at:
    others miss the endplate and meet the wall. Where the scan ends there is no surface.
    Heights are averaged over neighbouring columns of fine voxels: each alone is only
    known to within half a voxel.
    """
    mask = part.continued(1)
    steps = mask.affine[:3, :3] / mask.spacing_mm
    along = outwards @ steps
    axis = int(np.argmax(np.abs(along) / np.sqrt(mask.spacing_mm)))
    columns = np.moveaxis(mask.values, axis, 2)
    columns = columns[:, :, ::-1] if along[axis] > 0 else columns
    first = columns.argmax(axis=2)
    seen = columns.any(axis=2) & (first > 0)
    seen &= _within(seen, np.delete(mask.to_index(outline), axis, axis=1))
    across = np.delete(mask.spacing_mm, axis)
    start = _averaged(first - 0.5, seen, across)[seen]
    level = columns.shape[2] - 1 - start if along[axis] > 0 else start
    place = np.insert(np.argwhere(seen).astype(float), axis, level, axis=1)
    return seen, mask.to_patient(place), float(np.prod(across) / abs(along[axis]))


def _averaged(
    heights: Float[np.ndarray, "i j"],
    seen: Bool[np.ndarray, "i j"],
    spacing_mm: Float[np.ndarray, "2"],
) -> Float[np.ndarray, "i j"]:
    """Mean over the neighbours that lie within the window, along each axis."""
    size = [1 + 2 * int(SMOOTHING_MM / 2 / step) for step in spacing_mm]
    weight = ndimage.uniform_filter(seen.astype(float), size, mode="constant")
    total = ndimage.uniform_filter(heights * seen, size, mode="constant")
    mean: np.ndarray = total / np.maximum(weight, 1e-9)
    return mean


def _within(
    columns: Bool[np.ndarray, "i j"], places: Float[np.ndarray, "n 2"]
) -> Bool[np.ndarray, "i j"]:
    """Which columns lie in the convex outline of the largest patch of places."""
    marked = np.zeros(columns.shape, bool)
    nearest = np.rint(places).astype(int)
    there = ((nearest >= 0) & (nearest < columns.shape)).all(axis=1)
    marked[tuple(nearest[there].T)] = True
    patches, _ = ndimage.label(ndimage.binary_dilation(marked, np.ones((3, 3))))
    sizes = np.bincount(patches[marked], minlength=2)
    largest = np.argwhere(marked & (patches == sizes.argmax()))
    if np.linalg.matrix_rank(largest - largest[:1]) < 2:
        raise NotMeasurable("too little of the endplate is seen to tell its shape")
    first, second = np.ogrid[: columns.shape[0], : columns.shape[1]]
    inside = np.ones(columns.shape, bool)
    for along, across, offset in ConvexHull(largest).equations:
        inside &= along * first + (across * second + offset) <= HULL_MARGIN
    return inside


def _terms(at: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n 6"]:
    x, y = at.T / SCALE_MM
    return np.stack([np.ones(len(x)), x, y, x * x, x * y, y * y], axis=1)


def _fit(
    at: Float[np.ndarray, "n 2"], height: Float[np.ndarray, " n"], rounds: int = ROUNDS
) -> Float[np.ndarray, "6"]:
    """Least squares, reweighted: first by the inverse distance, then by the biweight.

    The former finds the surface of the majority, the latter ignores the rest. Points
    below count less at first, as holes lead into the bone: thus they may be large.
    """
    terms = _terms(at)
    weights = np.ones(len(height))
    for turn in range(rounds):
        root = (terms * weights[:, None]).T
        smooth = np.linalg.solve(root @ terms + 1e-9 * np.eye(6), root @ height)
        below = terms @ smooth - height
        away = np.abs(below)
        if turn < rounds // 2:
            weights = 1 / np.maximum(away, LEAST_SPREAD_MM)
            weights *= np.where(below > 0, weights, 1)
        else:
            spread = max(1.4826 * float(np.median(away)), LEAST_SPREAD_MM)
            weights = np.clip(1 - (away / (STRAY * spread)) ** 2, 0, None) ** 2
    fitted: np.ndarray = smooth
    return fitted


def _concavity(smooth: Float[np.ndarray, "6"], at: Float[np.ndarray, "n 2"]) -> float:
    """Depth of a quadric's middle below its mean height on the rim [mm].

    The rim is that of an ellipse: there the squared distance from the middle is, on
    average, twice the variance of the footprint along each axis. The variance of the
    central part grows to that of the whole as its area does.
    """
    spread = 2 * np.cov(at.T / SCALE_MM) / CENTRAL_SHARE
    bend = smooth[[3, 4, 4, 5]] * (1.0, 0.5, 0.5, 1.0)
    return float(bend @ spread.ravel())
