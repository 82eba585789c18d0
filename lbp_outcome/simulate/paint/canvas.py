"""A fine grid of sample points on which a patient's anatomy is painted.

Every slice of the image is painted as several thin sheets, each shifted by a fraction
of a pixel; their mean is the image. That gives the partial volume of a thick slice and
smooth edges in the plane for one price. The middle sheet is not shifted: it passes
through the voxel centres and gives the mask.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from jaxtyping import Bool, Float, Float32, UInt8

from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.paint.tissues import Tissue

SHEET_SHIFTS = ((-0.4, 0.2), (0.2, -0.4), (0.0, 0.0), (-0.2, 0.4), (0.4, -0.2))
"""Shift of each sheet within the pixel, in pixels; every row and column once."""

Sheets = Float32[np.ndarray, "sheet row column"]
Flat = Float32[np.ndarray, " points"]
Inside = Bool[np.ndarray, "sheet row column"]


class Part(IntEnum):
    """Which structure a point belongs to; bones and discs add their number from L5."""

    NOTHING = 0
    SUBCUTANEOUS_FAT = 1
    TRUNK_FAT = 2
    BOWEL = 3
    VESSEL = 4
    PSOAS = 5
    ERECTOR_LEFT = 6
    ERECTOR_RIGHT = 7
    MULTIFIDUS_LEFT = 8
    MULTIFIDUS_RIGHT = 9
    INTERSPINOUS = 10
    FORAMEN = 11
    EPIDURAL_FAT = 12
    FLAVUM = 13
    DURA = 14
    FLUID = 15
    ROOT = 16
    CORD = 17
    SACRUM = 18
    GANGLION = 19
    BODY = 30
    ARCH = 50
    DISC = 70


@dataclass(frozen=True, eq=False)
class Block:
    """The part of a canvas around one structure, in that structure's axes [mm].

    Attributes:
        place: Slices into the arrays of the canvas.
        right: Position along the structure's own axes, one value per sample point.
        anterior: As above.
        superior: As above.
    """

    place: tuple[slice, slice, slice]
    right: Sheets
    anterior: Sheets
    superior: Sheets


class Canvas:
    """Sample points over an image grid, and what has been painted on them.

    Args:
        affine: Maps index (column, row, slice) to patient space [mm, RAS+].
        shape: Number of columns, rows and slices.
        channels: Which fields of `Tissue` are painted.
        sheets: Thin sheets per slice: five, or one where slices are thin already.
    """

    def __init__(
        self,
        affine: Float[np.ndarray, "4 4"],
        shape: tuple[int, int, int],
        channels: tuple[str, ...],
        sheets: int = len(SHEET_SHIFTS),
    ) -> None:
        columns, rows, slices = shape
        self.affine, self.shape, self.sheets = affine, shape, sheets
        size = (slices * sheets, rows, columns)
        self.values = {name: np.zeros(size, dtype=np.float32) for name in channels}
        self.part = np.zeros(size, dtype=np.uint8)

    def block(
        self, frame: Frame, lower: tuple[float, ...], upper: tuple[float, ...]
    ) -> Block | None:
        """Return the points within a box given in the axes of `frame`, or None."""
        corners = np.array(np.meshgrid(*zip(lower, upper, strict=True))).reshape(3, -1)
        inverse = np.linalg.inv(self.affine)
        points = frame.origin + corners.T @ frame.axes
        index = points @ inverse[:3, :3].T + inverse[:3, 3]
        first = np.floor(index.min(0) - 0.5).clip(0).astype(int)
        last = np.minimum(np.ceil(index.max(0) + 1.5), self.shape).astype(int)
        if (first >= last).any():
            return None
        return self._in_axes(frame, first, last)

    def paint(self, block: Block, inside: Inside, tissue: Tissue, part: int) -> None:
        """Fill the points inside a structure with one tissue."""
        for name, values in self.values.items():
            values[block.place][inside] = getattr(tissue, name)
        self.part[block.place][inside] = part

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
            first, second = (np.float32(getattr(item, name)) for item in tissues)
            values[block.place][inside] = first + (second - first) * share
        self.part[block.place][inside] = part

    def image(self, channel: str) -> Float32[np.ndarray, "column row slice"]:
        """Return one channel, averaged over the sheets of each slice."""
        columns, rows, slices = self.shape
        stacked = self.values[channel].reshape(slices, self.sheets, rows, columns)
        mean: np.ndarray = stacked.mean(axis=1).transpose(2, 1, 0)
        return mean

    def parts(self) -> UInt8[np.ndarray, "column row slice"]:
        """Return the structure at each voxel centre."""
        middle: np.ndarray = self.part[self.sheets // 2 :: self.sheets]
        return middle.transpose(2, 1, 0)

    def _in_axes(self, frame: Frame, first: np.ndarray, last: np.ndarray) -> Block:
        column = np.arange(first[0], last[0])
        row = np.arange(first[1], last[1])
        sheet = np.arange(first[2] * self.sheets, last[2] * self.sheets)
        step = frame.axes @ self.affine[:3, :3]
        start = frame.axes @ (self.affine[:3, 3] - frame.origin)
        shifts = self._shifts()[sheet % self.sheets]
        depth = (sheet + 0.5) / self.sheets - 0.5
        axes = [
            _outer_sum(begin + s[2] * depth + shifts @ s[:2], s[1] * row, s[0] * column)
            for begin, s in zip(start, step, strict=True)
        ]
        place = (
            slice(int(sheet[0]), int(sheet[-1]) + 1),
            slice(int(first[1]), int(last[1])),
            slice(int(first[0]), int(last[0])),
        )
        return Block(place, *axes)

    def _shifts(self) -> Float[np.ndarray, "sheets 2"]:
        return np.array(SHEET_SHIFTS if self.sheets > 1 else [(0.0, 0.0)])


def _outer_sum(sheet: np.ndarray, row: np.ndarray, column: np.ndarray) -> Sheets:
    total: np.ndarray = (
        sheet.astype(np.float32)[:, None, None]
        + row.astype(np.float32)[None, :, None]
        + column.astype(np.float32)[None, None, :]
    )
    return total
