"""Simple solids, each with the distance to its surface: negative inside [mm].

Exact near the surface for boxes and rods, close to it for the others; distances give
the thickness of a cortical shell, never a measurement.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lbp_outcome.simulate.paint.canvas import Block, Sheets

Point = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Solid:
    """A solid in the axes of the bone it belongs to.

    Attributes:
        lower: Lower corner of a box around it [mm].
        upper: Upper corner of that box [mm].
        distance: Distance of sample points to its surface, negative inside [mm].
    """

    lower: Point
    upper: Point
    distance: Callable[[Block], Sheets]


def ellipsoid(centre: Point, half: Point) -> Solid:
    """Return an ellipsoid with these half axes."""

    def distance(block: Block) -> Sheets:
        offsets = zip(offset_from(block, centre), half, strict=True)
        squared = _sum_of_squares([axis / np.float32(size) for axis, size in offsets])
        surface: np.ndarray = (np.sqrt(squared) - 1) * np.float32(min(half))
        return surface

    return Solid(*box_around(centre, half), distance)


def rounded_box(centre: Point, half: Point, rounding: float) -> Solid:
    """Return a box with these half sides and rounded edges."""

    def distance(block: Block) -> Sheets:
        return to_rounded_box(offset_from(block, centre), half, rounding)

    return Solid(*box_around(centre, half), distance)


def rod(start: Point, end: Point, radius: float) -> Solid:
    """Return a rod with round ends between two points."""
    axis = np.subtract(end, start).astype(np.float32)
    length_squared = np.float32(axis @ axis)

    def distance(block: Block) -> Sheets:
        offset = offset_from(block, start)
        x, y, z = offset
        along = (x * axis[0] + y * axis[1] + z * axis[2]) / length_squared
        along = np.clip(along, 0, 1)
        squared = _sum_of_squares(
            [part - along * size for part, size in zip(offset, axis, strict=True)]
        )
        surface: np.ndarray = np.sqrt(squared) - np.float32(radius)
        return surface

    lower = np.minimum(start, end) - radius - 1
    upper = np.maximum(start, end) + radius + 1
    return Solid(_point(lower), _point(upper), distance)


def to_rounded_box(
    offset: tuple[Sheets, Sheets, Sheets], half: Point, rounding: float
) -> Sheets:
    """Return the distance to a rounded box from positions relative to its middle."""
    beyond = [
        np.abs(axis) - np.float32(size - rounding)
        for axis, size in zip(offset, half, strict=True)
    ]
    squared = _sum_of_squares([np.maximum(axis, 0) for axis in beyond])
    inside = np.minimum(np.maximum.reduce(beyond), 0)
    distance: np.ndarray = np.sqrt(squared) + inside - np.float32(rounding)
    return distance


def to_oval(
    x: Sheets, y: Sheets, half_x: Sheets | float, half_y: Sheets | float
) -> Sheets:
    """Return the distance to an upright cylinder whose outline is a blunt oval.

    Halfway between an ellipse and a rounded rectangle, like a vertebral endplate.
    """
    p, q = (x / half_x) ** 2, (y / half_y) ** 2
    radius = np.sqrt(0.5 * (p + q) + 0.5 * np.sqrt(p * p + q * q))
    smaller = np.asarray(np.minimum(half_x, half_y), dtype=np.float32)
    distance: np.ndarray = (radius - 1) * smaller
    return distance


def offset_from(block: Block, centre: Point) -> tuple[Sheets, Sheets, Sheets]:
    """Return the positions of sample points relative to a point."""
    return (
        block.right - np.float32(centre[0]),
        block.anterior - np.float32(centre[1]),
        block.superior - np.float32(centre[2]),
    )


def box_around(centre: Point, half: Point) -> tuple[Point, Point]:
    """Return the corners of a box around a solid, with a millimetre to spare."""
    reach = np.add(half, 1.0)
    return _point(np.subtract(centre, reach)), _point(np.add(centre, reach))


def _sum_of_squares(axes: list[Sheets]) -> Sheets:
    x, y, z = axes
    total: np.ndarray = x * x + y * y + z * z
    return total


def _point(values: np.ndarray) -> Point:
    return float(values[0]), float(values[1]), float(values[2])
