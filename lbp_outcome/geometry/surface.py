"""Where the surface of a structure lies, to a fraction of a voxel."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import ndimage

from lbp_outcome.geometry.frame import Points, Vector
from lbp_outcome.image import Image
from lbp_outcome.spine import Structure

SMOOTHING_MM = 1.5
"""Masks are blurred by this much to tell which way their surface faces [mm]."""

FACING_DEG = 40.0
"""A surface faces a direction if it leans away from it by no more than this [deg]."""


@dataclass(frozen=True, eq=False)
class Surface:
    """The part of a structure's surface that faces one way.

    Attributes:
        points: Positions on the surface [mm], evenly spread.
        apart_mm: Largest distance between neighbouring points [mm].
        point_area_mm2: Area that each point stands for, seen along the grid [mm2].
        grain_mm: How far points stray from the surface because it is told in whole
            voxels, standard deviation [mm].
    """

    points: Points
    apart_mm: float
    point_area_mm2: float
    grain_mm: float


def surface_facing(
    structure: Structure, direction: Vector, within_deg: float = FACING_DEG
) -> Surface:
    """Return the outermost surface of a structure that faces one way.

    Points are taken along one axis of the voxel grid, half way between the last voxel
    inside and the first voxel outside. Over a surface that is not parallel to the grid
    the errors of single points, up to half a voxel, cancel out. Where the scan ends
    there is no surface.
    """
    axis, sign = _best_axis(structure.mask, direction)
    if (axis, sign) not in structure.memory:
        structure.memory[axis, sign] = _outermost(structure, axis, sign)
    points, normals = structure.memory[axis, sign]
    facing = normals @ direction >= np.cos(np.radians(within_deg))
    across = np.delete(structure.mask.spacing_mm, axis)
    return Surface(
        points[facing],
        apart_mm=float(across.max()),
        point_area_mm2=float(np.prod(across)),
        grain_mm=float(structure.mask.spacing_mm[axis]) / math.sqrt(12),
    )


def balanced(points: Points, direction: Vector, middle: Vector, grid: Image) -> Points:
    """Return the points of a surface that have another one opposite the middle.

    A plane through a hollow surface is level with its rim only if it reaches equally
    far to all sides of the middle: what reaches further on one side, as osteophytes
    do, is left out. Opposite is told by columns of voxels: seen along the grid or along
    the surface's normal, the same points of a plane lie opposite one another.

    Args:
        points: Points of a surface that faces `direction` [mm].
        direction: Which way it faces.
        middle: The middle, on the surface [mm].
        grid: The scan on whose voxels the points were found.
    """
    axis, _ = _best_axis(grid, direction)
    seen = np.delete(grid.to_index(np.concatenate([points, middle[None]])), axis, 1)
    column, centre = np.rint(seen[:-1]).astype(int), seen[-1]
    opposite = np.rint(2 * centre - column).astype(int)
    low, high = column.min(axis=0), column.max(axis=0)
    covered = np.zeros(high - low + 1, bool)
    covered[tuple((column - low).T)] = True
    both = ((opposite >= low) & (opposite <= high)).all(axis=1)
    both[both] = covered[tuple((opposite[both] - low).T)]
    kept: np.ndarray = points[both]
    return kept


def _outermost(structure: Structure, axis: int, sign: int) -> tuple[Points, Points]:
    """Every point where a structure ends along one axis, and which way it faces."""
    mask = structure.continued()
    inside, outside = _crossings(mask.values, axis, sign)
    return mask.to_patient((inside + outside) / 2), _normals(mask, inside, outside)


def _best_axis(mask: Image, direction: Vector) -> tuple[int, int]:
    """The grid axis that meets the surface squarely, if possible not in thick steps."""
    steps = mask.affine[:3, :3] / mask.spacing_mm
    along = direction @ steps
    axis = int(np.argmax(np.abs(along) / np.sqrt(mask.spacing_mm)))
    return axis, 1 if along[axis] > 0 else -1


def _crossings(
    voxels: Bool[np.ndarray, "i j k"], axis: int, sign: int
) -> tuple[Int[np.ndarray, "n 3"], Int[np.ndarray, "n 3"]]:
    """Indices of the outermost voxel inside and the next one outside, per column."""
    columns = np.moveaxis(voxels, axis, 2)
    columns = columns if sign > 0 else columns[:, :, ::-1]
    length = columns.shape[2]
    last = length - 1 - columns[:, :, ::-1].argmax(axis=2)
    seen = columns.any(axis=2) & (last < length - 1)
    first, second = np.nonzero(seen)
    along = last[seen] if sign > 0 else length - 1 - last[seen]
    inside = np.insert(np.stack([first, second], axis=1), axis, along, axis=1)
    outside = inside.copy()
    outside[:, axis] += sign
    return inside, outside


def _normals(
    mask: Image, inside: Int[np.ndarray, "n 3"], outside: Int[np.ndarray, "n 3"]
) -> Points:
    """Unit vectors pointing out of a blurred mask."""
    blurred = ndimage.gaussian_filter(
        mask.values.astype(np.float32), SMOOTHING_MM / mask.spacing_mm, truncate=3.0
    )
    slope = _slope(blurred, inside) + _slope(blurred, outside)
    outwards = -slope @ np.linalg.inv(mask.affine[:3, :3])
    length = np.maximum(np.linalg.norm(outwards, axis=1, keepdims=True), 1e-12)
    normals: np.ndarray = outwards / length
    return normals


def _slope(
    values: Float[np.ndarray, "i j k"], at: Int[np.ndarray, "n 3"]
) -> Float[np.ndarray, "n 3"]:
    """Change per voxel along each axis, at some voxels."""
    change = np.empty(at.shape)
    for axis in range(3):
        step = np.eye(3, dtype=int)[axis]
        high = np.minimum(at + step, np.array(values.shape) - 1)
        low = np.maximum(at - step, 0)
        change[:, axis] = values[tuple(high.T)] - values[tuple(low.T)]
    return change
