"""Shapes in patient space, and how they are drawn on voxels."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from jaxtyping import Bool, Float, Int16

from lbp_outcome.image import Image

Points = Float[np.ndarray, "_ 3"]
Vector = Float[np.ndarray, "3"]
Inside = Callable[[Points], Bool[np.ndarray, " _"]]


@dataclass(frozen=True, eq=False)
class Pose:
    """A place and three axes.

    Attributes:
        centre: Where it is [mm].
        axes: Unit vectors to the left, the back and the head, as columns.
    """

    centre: Vector
    axes: Float[np.ndarray, "3 3"]

    def at(self, left: float, posterior: float, superior: float) -> Vector:
        """Return the patient position of a point given in this frame [mm]."""
        place: np.ndarray = self.centre + self.axes @ (left, posterior, superior)
        return place

    def local(self, points: Points) -> Points:
        """Return patient positions in this frame [mm]."""
        local: np.ndarray = (points - self.centre) @ self.axes
        return local

    def corners(self, low: Vector, high: Vector) -> Points:
        """Return the patient positions of the corners of a box in this frame [mm]."""
        sides = zip(low, high, strict=True)
        return np.array([self.at(*corner) for corner in product(*sides)])


@dataclass(frozen=True, eq=False)
class Shape:
    """A shape with a label.

    Attributes:
        label: What is written into its voxels.
        hull: Points that enclose it [mm].
        inside: Which of many points lie inside.
    """

    label: int
    hull: Points
    inside: Inside


def draw(labels: Int16[np.ndarray, "i j k"], grid: Image, shape: Shape) -> None:
    """Write a shape's label into the voxels whose centres lie inside it."""
    hull = grid.to_index(shape.hull)
    low = np.clip(np.floor(hull.min(axis=0)), 0, labels.shape).astype(int)
    high = np.clip(np.ceil(hull.max(axis=0)) + 1, low, labels.shape).astype(int)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    part = labels[box]
    voxels = np.indices(part.shape).reshape(3, -1).T + low
    found = shape.inside(grid.to_patient(voxels.astype(float)))
    part[found.reshape(part.shape)] = shape.label


def between(
    values: Float[np.ndarray, " n"], low: float, high: float
) -> Bool[np.ndarray, " n"]:
    """Return which values lie between two bounds."""
    return np.asarray((values >= low) & (values <= high))
