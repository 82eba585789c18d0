"""The canal of a phantom: a tube of elliptic cross-section along a curve."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.interpolate import CubicSpline
from scipy.spatial import cKDTree

from lbp_outcome.phantoms.shapes import Points, Pose, Shape, Vector

STEP_MM = 0.25
PIECE = 40
"""The tube is drawn in pieces of this many steps."""

NARROW_LENGTH_MM = 6.0
"""A stenosis fades away like a Gaussian with this length [mm]."""


@dataclass(frozen=True, eq=False)
class Tube:
    """A tube with an ellipse as cross-section.

    Attributes:
        line: Points along its middle [mm].
        tangents: Unit vectors along it.
        half_width: Half the width at each point [mm].
        half_depth: Half the depth at each point [mm].
        left: Unit vector to the patient's left.
    """

    line: Points
    tangents: Points
    half_width: Float[np.ndarray, " _"]
    half_depth: Float[np.ndarray, " _"]
    left: Vector

    def shapes(self, label: int) -> Iterator[Shape]:
        """Return the tube in pieces that can be drawn one by one."""
        reach = max(float(self.half_width.max()), float(self.half_depth.max())) + 1
        for start in range(0, len(self.line), PIECE):
            piece = self.line[start : start + PIECE]
            hull = np.concatenate(
                [piece + reach * sign * axis for axis in np.eye(3) for sign in (-1, 1)]
            )
            yield Shape(label, _box(hull), self.inside)

    def inside(self, points: Points) -> Bool[np.ndarray, " _"]:
        """Which points lie in the tube, judged at the nearest point of its middle."""
        limit = max(float(self.half_width.max()), float(self.half_depth.max())) + 1
        distance, nearest = cKDTree(self.line).query(points, distance_upper_bound=limit)
        found = np.isfinite(distance)
        result = np.zeros(len(points), bool)
        result[found] = self._in_section(points[found], nearest[found])
        return result

    def _in_section(self, points: Points, at: np.ndarray) -> Bool[np.ndarray, " _"]:
        away, tangent = points - self.line[at], self.tangents[at]
        left = self.left - tangent * (tangent @ self.left)[:, None]
        left /= np.linalg.norm(left, axis=1, keepdims=True)
        x = (away * left).sum(axis=1) / self.half_width[at]
        y = (away * np.cross(tangent, left)).sum(axis=1) / self.half_depth[at]
        along = np.abs((away * tangent).sum(axis=1))
        return np.asarray((x**2 + y**2 <= 1) & (along < 1))  # the ends are cut flat


def tube_through(
    nodes: Points,
    discs: Sequence[Pose],
    at_discs: Sequence[tuple[float, float]],
    elsewhere: tuple[float, float],
) -> Tube:
    """Return a smooth tube through some points, narrowed at the discs.

    Args:
        nodes: Points along its middle, from the lowest up [mm].
        discs: Where it may be narrowed.
        at_discs: Half the width and depth it has there [mm].
        elsewhere: Half the width and depth it has elsewhere [mm].
    """
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(nodes, axis=0), axis=1))]
    curve = CubicSpline(length, nodes)
    steps = np.arange(0, length[-1], STEP_MM)
    line, tangents = curve(steps), curve(steps, 1)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    half = np.tile(np.array(elsewhere), (len(line), 1))
    for disc, size in zip(discs, at_discs, strict=True):
        level = int(np.abs((line - disc.centre) @ disc.axes[:, 2]).argmin())
        near = np.exp(-(((steps - steps[level]) / NARROW_LENGTH_MM) ** 2))
        half += near[:, None] * (np.array(size) - np.array(elsewhere))
    return Tube(line, tangents, half[:, 0], half[:, 1], discs[0].axes[:, 0])


def _box(points: Points) -> Points:
    low, high = points.min(axis=0), points.max(axis=0)
    return Pose(np.zeros(3), np.eye(3)).corners(low, high)
