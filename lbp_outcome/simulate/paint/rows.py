"""Shapes evaluated along the rows of an image, fast.

Along one row of pixels every position changes evenly, so an oval is a polynomial in the
column number. Its few coefficients are computed per row, and one matrix product gives
all sample points.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from lbp_outcome.simulate.body.back import Profile
from lbp_outcome.simulate.paint.canvas import Axis, Block, Sheets

PerRow = Float32[np.ndarray, "sheet row"]
Column = Float32[np.ndarray, " column"]


@dataclass(frozen=True, eq=False)
class Line:
    """A length that changes evenly along each row [mm].

    Attributes:
        middle: Its value in the middle of the row.
        half: How much it grows from there to the end of the row.
    """

    middle: PerRow
    half: PerRow

    def __sub__(self, other: "Line") -> "Line":
        return Line(self.middle - other.middle, self.half - other.half)

    def minus(self, shift: PerRow | float) -> "Line":
        """Return this length less another that is constant along each row [mm]."""
        return Line(self.middle - _single(shift), self.half)

    def over(self, size: PerRow | float) -> "Line":
        """Return this length as a multiple of another."""
        return Line(self.middle / _single(size), self.half / _single(size))

    def turned(self, other: "Line", angle: float) -> "Line":
        """Return this axis after a turn towards another one [rad]."""
        cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        return Line(
            cos * self.middle + sin * other.middle, cos * self.half + sin * other.half
        )


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of sample points of one block.

    Attributes:
        block: The block itself.
        right: Position along the axes of the block.
        anterior: As above.
        superior: As above.
        columns: Number of columns.
    """

    block: Block
    right: Line
    anterior: Line
    superior: Line
    columns: int

    @classmethod
    def of(cls, block: Block) -> "Rows":
        """Return the rows of a block."""
        right, anterior, superior = (_line(axis) for axis in block.axes)
        return cls(block, right, anterior, superior, len(block.axes[0].column))

    def along(self, profile: Profile) -> Line:
        """Return a length that changes with height, tangent to it in each row."""
        height = self.superior.middle
        value = profile(height)
        slope = (profile(height + np.float32(2)) - value) / np.float32(2)
        return Line(value, slope * self.superior.half)

    def at_middle(self, profile: Profile) -> PerRow:
        """Return a length that changes with height, in the middle of each row."""
        value: np.ndarray = profile(self.superior.middle)
        return value

    def evaluate(self, *coefficients: PerRow) -> Sheets:
        """Return a polynomial of the column at every point; constant term first."""
        column = np.linspace(-1, 1, self.columns, dtype=np.float32)
        powers = np.stack([column**power for power in range(len(coefficients))])
        shape = self.superior.middle.shape
        rows = np.stack([np.broadcast_to(term, shape) for term in coefficients], axis=2)
        points: np.ndarray = rows.reshape(-1, len(coefficients)) @ powers
        return points.reshape(*shape, self.columns)

    def line(self, line: Line) -> Sheets:
        """Return a length at every point [mm]."""
        return self.evaluate(line.middle, line.half)

    def oval(self, *axes: Line, blunt: float = 0.0) -> Sheets:
        """Return an oval at every point: 1 on its outline, less inside.

        Args:
            axes: Place along each axis as a multiple of the half axis.
            blunt: 0 for an ellipse, towards 1 for a rectangle, of the first two axes.
        """
        squares = [_square(axis) for axis in axes]
        terms = [sum(term[1:], term[0]) for term in zip(*squares, strict=True)]
        if blunt:
            fourths = [_product(square, square) for square in squares[:2]]
            terms += [np.zeros_like(terms[0])] * (len(fourths[0]) - len(terms))
            terms = [
                np.float32(1 - blunt) * term + np.float32(blunt) * (one + other)
                for term, one, other in zip(terms, *fourths, strict=True)
            ]
        return self.evaluate(*terms)

    def waves(
        self,
        axes: tuple[Line, Line, Line],
        waves: Float32[np.ndarray, "waves 4"],
    ) -> Sheets:
        """Return the sum of plane waves (wave vector [rad/mm], phase [rad])."""
        shape = self.superior.middle.shape
        middle = np.stack([axis.middle for axis in axes], axis=2).reshape(-1, 3)
        half = np.array([axis.half.mean() for axis in axes], dtype=np.float32)
        phase = middle @ waves[:, :3].T + waves[:, 3]
        column = np.linspace(-1, 1, self.columns, dtype=np.float32)
        shift = (waves[:, :3] @ half)[:, None] * column
        rows = np.hstack([np.cos(phase), np.sin(phase)])
        total: np.ndarray = rows @ np.vstack([np.cos(shift), -np.sin(shift)])
        return total.reshape(*shape, self.columns)


def _line(axis: Axis) -> Line:
    first, last = (axis.plane + axis.column[end] for end in (0, -1))
    return Line((first + last) / 2, (last - first) / 2)


def _single(value: PerRow | float) -> PerRow | np.float32:
    return value if isinstance(value, np.ndarray) else np.float32(value)


def _square(axis: Line) -> list[PerRow]:
    middle, half = axis.middle, axis.half
    return [middle * middle, 2 * middle * half, half * half]


def _product(one: list[PerRow], other: list[PerRow]) -> list[PerRow]:
    terms = [np.zeros_like(one[0]) for _ in range(len(one) + len(other) - 1)]
    for i, left in enumerate(one):
        for j, right in enumerate(other):
            terms[i + j] = terms[i + j] + left * right
    return terms
