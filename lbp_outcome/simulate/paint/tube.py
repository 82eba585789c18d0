"""The sample points near the spinal canal, in the coordinates of the dural sac."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int

from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.neural import SacShape
from lbp_outcome.simulate.paint.canvas import Block, Canvas, Flat
from lbp_outcome.simulate.paint.part import Part, is_bone
from lbp_outcome.simulate.paint.tissues import Tissue

ASIDE_MM, DEEP_MM = 11.5, 15.0
"""How far to the side and in depth points are followed around the sac's middle."""

TABLE_MM = 0.25
CHUNK_STEPS = 40

Chosen = Bool[np.ndarray, " points"]


@dataclass(frozen=True, eq=False)
class TubePoints:
    """Sample points near the canal, in the coordinates of the sac.

    Attributes:
        index: Their positions in the flattened canvas.
        along: Distance along the sac's centre line [mm].
        right: Distance to the right of it [mm].
        back: Distance behind it [mm].
        half_width: Half the sac's width there [mm].
        half_depth: Half its depth there [mm].
    """

    index: Int[np.ndarray, " points"]
    along: Flat
    right: Flat
    back: Flat
    half_width: Flat
    half_depth: Flat

    def only(self, keep: Chosen | Int[np.ndarray, " kept"]) -> "TubePoints":
        """Return some of the points."""
        return TubePoints(
            **{name: getattr(self, name)[keep] for name in self.__dataclass_fields__}
        )


@dataclass(frozen=True, eq=False)
class _Table:
    """The centre line at even distances, looked up fast.

    Attributes:
        rows: Centre, upward, rightward, backward, half width and half depth.
        height: Even heights, downwards [mm].
        along: Distance along the sac at every height [mm].
    """

    rows: Float32[np.ndarray, "steps 14"]
    height: Float32[np.ndarray, " heights"]
    along: Float32[np.ndarray, " heights"]

    def at(self, along: Flat) -> Float32[np.ndarray, "points 14"]:
        step = (along / np.float32(TABLE_MM) + np.float32(0.5)).astype(np.int32)
        rows: np.ndarray = self.rows[np.clip(step, 0, len(self.rows) - 1)]
        return rows

    def place_at(self, height: np.ndarray) -> np.ndarray:
        """The step of the table that lies at these heights."""
        down = (self.height[0] - height) / np.float32(TABLE_MM)
        step: np.ndarray = np.clip(down.astype(np.int32), 0, len(self.height) - 1)
        return step


def locate_canal(canvas: Canvas, sac: SacShape) -> TubePoints | None:
    """Return the sample points within reach of the sac's centre line."""
    table = _tabulate(sac)
    found = []
    for first in range(0, len(sac.centre) - 1, CHUNK_STEPS):
        stretch = sac.centre[first : first + CHUNK_STEPS + 1]
        margin = np.array([ASIDE_MM, 1.3 * DEEP_MM, 0.0])
        lower, upper = stretch.min(0) - margin, stretch.max(0) + margin
        block = canvas.block(Frame.patient(), tuple(lower), tuple(upper))
        if block is not None:
            top, bottom = float(stretch[0, 2]), float(stretch[-1, 2])
            found.append(_in_tube(canvas, block, (bottom, top), table))
    points = [item for item in found if len(item.index)]
    if not points:
        return None
    names = TubePoints.__dataclass_fields__
    return TubePoints(
        **{n: np.concatenate([getattr(item, n) for item in points]) for n in names}
    )


def fill(
    canvas: Canvas,
    index: Int[np.ndarray, " points"],
    inside: Chosen,
    tissue: Tissue,
    part: int,
) -> None:
    """Fill the chosen ones of some points with one tissue."""
    chosen = index[inside]
    for name, values in canvas.values.items():
        values.reshape(-1)[chosen] = canvas.looks[name](tissue)
    canvas.part.reshape(-1)[chosen] = part


def soft_points(canvas: Canvas, tube: TubePoints) -> Chosen:
    """Return which points belong to neither bone nor disc."""
    part = canvas.part.reshape(-1)[tube.index]
    disc = (part >= Part.DISC) & (part < Part.ARCH)
    free: np.ndarray = ~(is_bone(part) | disc)
    return free


def _tabulate(sac: SacShape) -> _Table:
    sizes = np.column_stack([sac.half_width, sac.half_depth])
    columns = np.hstack([sac.centre, sac.upward, sac.rightward, sac.backward, sizes])
    along = np.arange(0, sac.distance[-1], TABLE_MM)
    rows = np.column_stack([np.interp(along, sac.distance, c) for c in columns.T])
    height = np.arange(sac.centre[0, 2], sac.centre[-1, 2], -TABLE_MM)
    there = np.interp(height, sac.centre[::-1, 2], sac.distance[::-1])
    return _Table(
        rows.astype(np.float32), height.astype(np.float32), there.astype(np.float32)
    )


def _in_tube(
    canvas: Canvas, block: Block, heights: tuple[float, float], table: _Table
) -> TubePoints:
    """Turn patient positions into sac coordinates by sliding along the centre line."""
    bottom, top = heights
    start = table.along[table.place_at(block.superior)]
    depth = table.rows[:, 1][(start / np.float32(TABLE_MM)).astype(np.int32)]
    near = np.abs(block.anterior - depth) < np.float32(1.3 * DEEP_MM)
    near &= (block.superior > bottom) & (block.superior <= top)
    where = np.nonzero(near)
    points = (block.right[where], block.anterior[where], block.superior[where])
    along = start[where]
    along = along - _project(points, table.at(along), 3)
    rows = table.at(along)
    return TubePoints(
        index=flat_index(canvas, block, where),
        along=along,
        right=_project(points, rows, 6),
        back=_project(points, rows, 9),
        half_width=rows[:, 12],
        half_depth=rows[:, 13],
    )


def _project(
    points: tuple[Flat, Flat, Flat],
    rows: Float32[np.ndarray, "points 14"],
    first: int,
) -> Flat:
    """Position relative to the centre line, along one of the tube's axes."""
    total = (points[0] - rows[:, 0]) * rows[:, first]
    total += (points[1] - rows[:, 1]) * rows[:, first + 1]
    total += (points[2] - rows[:, 2]) * rows[:, first + 2]
    projected: np.ndarray = total
    return projected


def flat_index(
    canvas: Canvas, block: Block, where: tuple[np.ndarray, ...]
) -> Int[np.ndarray, " points"]:
    """Return the positions of some points of a block in the flattened canvas."""
    _, rows, columns = canvas.part.shape
    sheet, row, column = (
        at + place.start for at, place in zip(where, block.place, strict=True)
    )
    index: np.ndarray = (sheet * rows + row) * columns + column
    return index
