"""Planes through scattered points, little disturbed by stray ones."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.spatial import cKDTree

from lbp_outcome.geometry.frame import Points, Vector
from lbp_outcome.image import Image

ROUNDS = 12
LEAST_SPREAD_MM = 0.3
"""Residuals below this are noise, not strays [mm]."""

NEIGHBOUR = 0.5 + 1e-6
"""Inside a footprint some point of it lies this near along either axis [voxels]."""


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane in patient space.

    Attributes:
        centre: Middle of the points it was fitted to [mm].
        normal: Unit vector across it.
    """

    centre: Vector
    normal: Vector


def fit_plane(
    points: Points, towards: Vector, rounds: int = ROUNDS, grain_mm: float = 0.0
) -> Plane:
    """Return the plane through most of the points, its normal turned `towards`.

    Total least squares, reweighted: first by the inverse distance, which finds the
    majority, then by Tukey's biweight, which ignores strays.

    Args:
        points: Points, most of them on a plane [mm].
        towards: Which way the normal points.
        rounds: How often the points are weighed anew.
        grain_mm: How far points stray because of their voxels, standard deviation: a
            slight tilt across thick slices is a flight of stairs, and no step of it
            is to pass for the plane [mm].
    """
    least = max(grain_mm, LEAST_SPREAD_MM)
    weights = np.ones(len(points))
    for turn in range(rounds):
        plane = _weighted_plane(points, weights, towards)
        distance = np.abs((points - plane.centre) @ plane.normal)
        if turn < rounds // 2:
            weights = 1 / np.maximum(distance, least)
        else:
            weights = _biweight(distance)
    return Plane(points[weights > 0].mean(axis=0), plane.normal)


def _weighted_plane(
    points: Points, weights: Float[np.ndarray, " n"], towards: Vector
) -> Plane:
    centre: Vector = weights @ points / weights.sum()
    away = points - centre
    _, axes = np.linalg.eigh((away * weights[:, None]).T @ away)
    normal = axes[:, 0]
    return Plane(centre, normal if normal @ towards >= 0 else -normal)


def _biweight(distance: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    spread = max(1.4826 * float(np.median(distance)), LEAST_SPREAD_MM)
    weights: np.ndarray = np.clip(1 - (distance / (4.685 * spread)) ** 2, 0, None) ** 2
    return weights


def central(points: Points, normal: Vector, share: float, grid: Image) -> Points:
    """Return the points in the central share of their footprint's area.

    See `is_central`.
    """
    inner: np.ndarray = points[is_central(points, normal, share, grid)]
    return inner


def is_central(
    points: Points, normal: Vector, share: float, grid: Image
) -> Bool[np.ndarray, " n"]:
    """Return which points lie in the central share of their footprint's area.

    A point is central if the place where it would lie in a footprint blown up by
    1 / sqrt(share) is still inside the footprint. Distances are counted in voxels: in
    millimetres, a whole rim would pass for central where slices are thick.

    Args:
        points: Points of a surface or a solid, one or more per voxel [mm].
        normal: Direction along which the footprint is seen.
        share: Share of its area, 0 to 1.
        grid: The scan on whose voxels the points were found.
    """
    flat = _footprint(points, normal, grid)
    middle = flat.mean(axis=0)
    further = middle + (flat - middle) / np.sqrt(share)
    distance, _ = cKDTree(flat).query(further, p=np.inf)
    inner: np.ndarray = distance <= NEIGHBOUR
    return inner


def _footprint(points: Points, normal: Vector, grid: Image) -> Float[np.ndarray, "n 2"]:
    """Voxel indices of points slid along a direction onto one layer of voxels."""
    index = grid.to_index(points)
    along = np.linalg.inv(grid.affine[:3, :3]) @ normal
    axis = int(np.argmax(np.abs(along)))
    slid = index - index[:, [axis]] * along / along[axis]
    flat: np.ndarray = np.delete(slid, axis, axis=1)
    return flat


def flatten(points: Points, normal: Vector) -> Float[np.ndarray, "n 2"]:
    """Return coordinates within the plane across `normal` [mm]."""
    _, _, axes = np.linalg.svd(normal[None, :])
    flat: np.ndarray = points @ axes[1:].T
    return flat
