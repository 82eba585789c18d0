"""A fine grid of sample points on which a patient's anatomy is painted.

Every slice of the image is painted as several thin sheets, each shifted by a fraction
of a pixel; their mean is the image. That gives the partial volume of a thick slice and
smooth edges in the plane for one price. The middle sheet is not shifted: it passes
through the voxel centres and gives the mask.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor

import numpy as np
from jaxtyping import Bool, Float, Float32, UInt8

from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.paint.tissue import Tissue

SHEET_SHIFTS = {
    1: ((0.0, 0.0),),
    3: ((-0.33, 0.2), (0.0, 0.0), (0.33, -0.2)),
    5: ((-0.4, 0.2), (0.2, -0.4), (0.0, 0.0), (-0.2, 0.4), (0.4, -0.2)),
}
"""Shift of each sheet within the pixel, in pixels, by number of sheets per slice."""

Sheets = Float32[np.ndarray, "sheet row column"]
Flat = Float32[np.ndarray, " points"]
Look = Callable[[Tissue], float]
"""How bright a tissue is in one kind of image."""

Inside = Bool[np.ndarray, "sheet row column"]


@dataclass(frozen=True, eq=False)
class Axis:
    """Position of sample points along one direction, as a sum [mm].

    Attributes:
        plane: What depends on sheet and row.
        column: What depends on the column.
    """

    plane: Float32[np.ndarray, "sheet row"]
    column: Float32[np.ndarray, " column"]

    def everywhere(self) -> Sheets:
        """Return the position of every sample point [mm]."""
        position: np.ndarray = self.plane[:, :, None] + self.column
        return position


@dataclass(frozen=True, eq=False)
class Block:
    """The part of a canvas around one structure, in that structure's axes [mm].

    Positions are computed when they are first asked for: they take more time than the
    painting.

    Attributes:
        place: Slices into the arrays of the canvas.
        axes: Positions to the right, forwards and upwards as sums.
    """

    place: tuple[slice, slice, slice]
    axes: tuple[Axis, Axis, Axis]

    @cached_property
    def right(self) -> Sheets:
        """Position along the structure's own axis to the right [mm]."""
        return self.axes[0].everywhere()

    @cached_property
    def anterior(self) -> Sheets:
        """Position along its axis forwards [mm]."""
        return self.axes[1].everywhere()

    @cached_property
    def superior(self) -> Sheets:
        """Position along its axis upwards [mm]."""
        return self.axes[2].everywhere()


class Canvas:
    """Sample points over an image grid, and what has been painted on them.

    Args:
        affine: Maps index (column, row, slice) to patient space [mm, RAS+].
        shape: Number of columns, rows and slices.
        looks: What is painted: a name, and how bright each tissue is in it.
        sheets: Thin sheets per slice: five or three, or one where slices are thin.
        thickness: Share of the distance between slices that belongs to the slice; the
            rest is gap.
    """

    def __init__(
        self,
        affine: Float[np.ndarray, "4 4"],
        shape: tuple[int, int, int],
        looks: Mapping[str, Look],
        sheets: int = 5,
        thickness: float = 1.0,
    ) -> None:
        columns, rows, slices = shape
        self.affine, self.shape, self.sheets = affine, shape, sheets
        self.thickness = thickness
        self.looks = dict(looks)
        size = (slices * sheets, rows, columns)
        self.values = {name: np.zeros(size, dtype=np.float32) for name in looks}
        self.part = np.zeros(size, dtype=np.uint8)
        to_index = np.linalg.inv(affine)
        self._turn, self._start = to_index[:3, :3], to_index[:3, 3]

    def block(
        self, frame: Frame, lower: tuple[float, ...], upper: tuple[float, ...]
    ) -> Block | None:
        """Return the points within a box given in the axes of `frame`, or None."""
        turn = self._turn @ frame.axes.T
        middle = self._turn @ frame.origin + self._start
        middle = middle + turn @ np.add(lower, upper) / 2
        reach = np.abs(turn) @ np.subtract(upper, lower) / 2
        low, high = (middle - reach).tolist(), (middle + reach).tolist()
        first = [max(floor(edge - 0.5), 0) for edge in low]
        last = [
            min(ceil(edge + 1.5), size)
            for edge, size in zip(high, self.shape, strict=True)
        ]
        if any(begin >= end for begin, end in zip(first, last, strict=True)):
            return None
        return self._in_axes(frame, first, last)

    def paint(self, block: Block, inside: Inside, tissue: Tissue, part: int) -> None:
        """Fill the points inside a structure with one tissue."""
        for name, values in self.values.items():
            bright = np.float32(self.looks[name](tissue))
            np.copyto(values[block.place], bright, where=inside)
        np.copyto(self.part[block.place], np.uint8(part), where=inside)

    def blend(
        self,
        block: Block,
        inside: Inside,
        tissues: tuple[Tissue, Tissue],
        share: Flat,
        part: int,
    ) -> None:
        """Fill with a mixture; `share` of the second tissue at each point inside."""
        for name, values in self.values.items():
            first, second = (np.float32(self.looks[name](item)) for item in tissues)
            values[block.place][inside] = first + (second - first) * share
        np.copyto(self.part[block.place], np.uint8(part), where=inside)

    def image(self, look: str) -> Float32[np.ndarray, "column row slice"]:
        """Return one image, averaged over the sheets of each slice."""
        return self.slices_of(look).transpose(2, 1, 0)

    def parts(self) -> UInt8[np.ndarray, "column row slice"]:
        """Return the structure at each voxel centre."""
        return self.middle_sheets().transpose(2, 1, 0)

    def slices_of(self, look: str) -> Float32[np.ndarray, "slice row column"]:
        """Return one image slice by slice, as it lies in memory."""
        columns, rows, slices = self.shape
        stacked = self.values[look].reshape(slices, self.sheets, rows, columns)
        mean: np.ndarray = stacked.mean(axis=1)
        return mean

    def middle_sheets(self) -> UInt8[np.ndarray, "slice row column"]:
        """Return the structure at each voxel centre, as it lies in memory."""
        return self.part[self.sheets // 2 :: self.sheets]

    def _in_axes(self, frame: Frame, first: list[int], last: list[int]) -> Block:
        column = np.arange(first[0], last[0])
        row = np.arange(first[1], last[1])
        sheet = np.arange(first[2] * self.sheets, last[2] * self.sheets)
        step = frame.axes @ self.affine[:3, :3]
        start = frame.axes @ (self.affine[:3, 3] - frame.origin)
        shifts = np.array(SHEET_SHIFTS[self.sheets])[sheet % self.sheets]
        from_middle = (sheet % self.sheets + 0.5) / self.sheets - 0.5
        depth = sheet // self.sheets + self.thickness * from_middle
        right, anterior, superior = (
            Axis(
                _outer_sum(begin + s[2] * depth + shifts @ s[:2], s[1] * row),
                (s[0] * column).astype(np.float32),
            )
            for begin, s in zip(start, step, strict=True)
        )
        place = (
            slice(first[2] * self.sheets, last[2] * self.sheets),
            slice(first[1], last[1]),
            slice(first[0], last[0]),
        )
        return Block(place, (right, anterior, superior))


def _outer_sum(
    sheet: Float[np.ndarray, " sheet"], row: Float[np.ndarray, " row"]
) -> Float32[np.ndarray, "sheet row"]:
    total: np.ndarray = (sheet[:, None] + row).astype(np.float32)
    return total
