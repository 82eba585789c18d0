"""Neural foramina: the room between two pedicles, seen from the side."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int8

from lbp_outcome.anatomy import Disc, Side, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.corner import posterior_corner
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.endplate import End, facing_endplates
from lbp_outcome.geometry.frame import Frame, Points
from lbp_outcome.geometry.once import once
from lbp_outcome.spine import Spine, Structure

STEP_MM = 0.5
"""Grain of the planes on which a foramen is measured [mm]."""

OUTWARD_MM = (0.0, 1.5, -1.5, 3.0, 4.5)
"""Planes are laid this far outside the middle of the pedicles [mm]; a foramen is the
mean of the first three that meet both pedicles."""

PLANES = 3

FRONT_MM, BACK_MM = 9.0, 28.0
"""A plane reaches so far before and behind the back wall of the bodies [mm]."""

UP_MM, DOWN_MM = 34.0, 26.0
"""A plane reaches so far above and below the disc [mm]."""

PEDICLE_MM = (1.0, 5.0)
"""Bone this far behind the back wall is pedicle, above or below the disc [mm]."""

PEDICLE_WITHIN_MM = (5.0, 35.0)
"""The pedicles lie this far from the midline [mm]."""

LEAST_APART_MM = 10.0
FEWEST_VOXELS = 8

HIGHEST_PEDICLE_MM, DEEPEST_PEDICLE_MM = 3.0, 12.0
"""A pedicle begins no further above or below the upper endplate of its vertebra; what
rises higher is the joint process [mm]."""

FURTHEST_FRONT_MM = 2.0
"""The height is not looked for further in front of the midline's back wall [mm]."""

TALL_OVER_MM = 2.0
"""The height is the largest that is kept up over this distance [mm]."""

WALL_MM = 4.0
"""Bone further behind the midline's back wall than this is not a body [mm]."""

COLUMN_MM = (1.5, 8.0)
"""The height is looked for this far behind the back wall [mm]."""

ABOVE_PLATE_MM = 2.0
"""A foramen is open this far above the endplate over the disc [mm]."""

SIDESTEP_MM = 5.0
"""Where disc or joint reach in, the way through lies at most this far aside [mm]."""

DEEPEST_MM = 20.0
"""Bone further behind the way through does not bound the foramen [mm]."""

BLANK_MM = 4.0
"""A row without a wall up to here is unlabelled cartilage, not a wider foramen [mm]."""

BOUNDED_SHARE = 0.4
"""At least this share of the rows is bounded by bone behind."""

DISC_CELL, UPPER_CELL, LOWER_CELL = 1, 2, 3

Cells = Int8[np.ndarray, "up back"]
Rows = Float[np.ndarray, " up"]


@dataclass(frozen=True, eq=False)
class Foramen:
    """The opening between two neighbouring pedicles on one side.

    Attributes:
        height_mm: Distance between the pedicles, where it is largest [mm].
        width_mm: Distance from body or disc to the joint, in the middle third [mm].
        area_mm2: Area between pedicles, back wall and joint [mm2].
        points: Positions evenly spread over the opening [mm].
    """

    height_mm: float
    width_mm: float
    area_mm2: float
    points: Points


@dataclass(frozen=True, eq=False)
class _Opening:
    """A foramen on one plane; `free` are its cells [mm]."""

    height: float
    width: float
    area: float
    free: Float[np.ndarray, "_ 2"]


@dataclass(frozen=True, eq=False)
class _Plane:
    """Labels on a plane beside the midline.

    Attributes:
        cells: What lies there: nothing, disc, upper or lower vertebra.
        back: Distance of each column behind the midline's back wall [mm].
        up: Height of each row above the middle of the disc [mm].
        plate: Height of the endplate above the disc [mm].
        floor: Height of the endplate below the disc [mm].
    """

    cells: Cells
    back: Float[np.ndarray, " back"]
    up: Rows
    plate: float
    floor: float


@once
def foramen(spine: Spine, disc: Disc, side: Side) -> Foramen:
    """Return the foramen at a disc, on planes through the middle of the pedicles.

    The planes are parallel to the disc's sagittal plane, so that slices may be angled;
    each takes its labels from the nearest slice.

    Raises:
        NotMeasurable: A pedicle, the disc space or the joint behind is not visible.
    """
    frame = disc_frame(spine, disc)
    for vertebra in (disc.upper, disc.lower):
        if vertebra not in spine.vertebrae:
            raise NotMeasurable(f"{vertebra} is not segmented")
    wall = _wall_behind(spine, disc.upper, End.LOWER, frame)
    aside, lean = _between_pedicles(spine, disc, side, frame, wall)
    plates = np.stack([plate.plane.centre for plate in facing_endplates(spine, disc)])
    heights = frame.local(plates)[:, 2]
    found: list[tuple[float, float, float]] = []
    points: list[Points] = []
    refusal: NotMeasurable | None = None
    sign = 1.0 if side is Side.LEFT else -1.0
    for outward in OUTWARD_MM:
        if len(found) == PLANES:
            break
        place = aside + sign * outward
        plane = _plane(spine, disc, frame, (place, wall, lean), heights)
        try:
            opening = _opening(plane, f"the {side} foramen of {disc}")
        except NotMeasurable as reason:
            refusal = refusal or reason
            continue
        found.append((opening.height, opening.width, opening.area))
        back, up = opening.free.T
        points.append(np.stack([place + lean * up, back + wall, up], axis=1))
    if not found:
        raise NotMeasurable(str(refusal))
    height, width, area = np.mean(found, axis=0).tolist()
    return Foramen(height, width, area, frame.to_patient(np.concatenate(points)))


def _between_pedicles(
    spine: Spine, disc: Disc, side: Side, frame: Frame, wall: float
) -> tuple[float, float]:
    """Place of the line through both pedicles to the left [mm], and how much it leans.

    Lower pedicles lie further apart. The sacrum has wings instead of pedicles, so that
    only the upper ones count there.
    """
    upper = _pedicle(spine, disc, disc.upper, side, wall)
    if disc.lower is Vertebra.S1:
        return float(upper[0]), 0.0
    below = _wall_behind(spine, disc.lower, End.UPPER, frame)
    lower = _pedicle(spine, disc, disc.lower, side, below)
    lean = float((upper[0] - lower[0]) / max(upper[1] - lower[1], LEAST_APART_MM))
    return float(lower[0] - lean * lower[1]), lean


def _wall_behind(spine: Spine, vertebra: Vertebra, end: End, frame: Frame) -> float:
    """Place of the back wall in the midline [mm]."""
    corner = posterior_corner(spine, vertebra, end)
    return float((corner - frame.origin) @ frame.posterior)


def _pedicle(
    spine: Spine, disc: Disc, vertebra: Vertebra, side: Side, wall: float
) -> Float[np.ndarray, "2"]:
    """Middle of a pedicle: its place to the left and its height [mm]."""
    bone = spine.vertebrae[vertebra]
    left, _, up = _behind_wall(spine, disc, vertebra, wall).T
    near, far = PEDICLE_WITHIN_MM
    aside = left if side is Side.LEFT else -left
    frame = disc_frame(spine, disc)
    is_above = (bone.centroid - frame.origin) @ frame.superior > 0
    pedicle = (aside > near) & (aside < far) & ((up > 0) == is_above)
    if pedicle.sum() < FEWEST_VOXELS:
        raise NotMeasurable(f"the {side} pedicle of {vertebra} is not visible")
    found: np.ndarray = np.mean([left[pedicle], up[pedicle]], axis=1)
    return found


@once
def _behind_wall(spine: Spine, disc: Disc, vertebra: Vertebra, wall: float) -> Points:
    """Bone a little behind a back wall, pedicles and all, in the disc's frame."""
    frame, bone = disc_frame(spine, disc), spine.vertebrae[vertebra]
    behind = bone.points @ frame.posterior - (frame.origin @ frame.posterior + wall)
    band = (behind > PEDICLE_MM[0]) & (behind < PEDICLE_MM[1])
    return frame.local(bone.points[band])


def _plane(
    spine: Spine,
    disc: Disc,
    frame: Frame,
    line: tuple[float, float, float],
    plates: Float[np.ndarray, "2"],
) -> _Plane:
    """Look up what lies behind the wall along a line through the pedicles.

    Args:
        spine: The segmented spine.
        disc: At which disc.
        frame: The disc's frame.
        line: Its place to the left and behind, and how much it leans [mm].
        plates: Heights of the endplates above and below the disc [mm].
    """
    back = np.arange(-FRONT_MM, BACK_MM, STEP_MM)
    up = np.arange(-DOWN_MM, UP_MM, STEP_MM)
    aside, wall, lean = line
    corner = np.array([[aside + lean * up[0], wall + back[0], up[0]]])
    steps = np.stack([frame.superior + lean * frame.left, frame.posterior]) * STEP_MM
    cells = np.zeros((len(up), len(back)), np.int8)
    for part, label in (
        (spine.discs.get(disc), DISC_CELL),
        (spine.vertebrae[disc.upper], UPPER_CELL),
        (spine.vertebrae[disc.lower], LOWER_CELL),
    ):
        if part is not None:
            inside = _inside(part, frame.to_patient(corner)[0], steps, cells.shape)
            cells[inside] = label
    return _Plane(cells, back, up, float(plates[0]), float(plates[1]))


def _inside(
    part: Structure,
    origin: Float[np.ndarray, "3"],
    steps: Float[np.ndarray, "2 3"],
    shape: tuple[int, ...],
) -> Bool[np.ndarray, "up back"]:
    """Which cells of a plane lie in a structure: by the nearest voxel."""
    first = part.mask.to_index(origin[None])[0] + 0.5
    turn = steps @ part.mask.inverse[:3, :3].T
    rows, columns = np.arange(shape[0])[:, None], np.arange(shape[1])
    known, at = np.ones(shape, bool), np.zeros(shape, np.intp)
    for axis, size in enumerate(part.mask.values.shape):
        place = first[axis] + turn[0, axis] * rows + turn[1, axis] * columns
        known &= (place >= 0) & (place < size)
        at = at * size + place.astype(np.intp)
    found: np.ndarray = part.mask.values.take(at, mode="clip") & known
    return found


def _opening(plane: _Plane, name: str) -> _Opening:
    wall = _wall(plane)
    height, column, bottom, top = _height(plane, wall, name)
    front, back = _bounds(plane, wall, column, slice(bottom, top), name)
    width = np.clip(back - front, 0, None)
    third = len(width) // 3
    inside = (plane.back > front[:, None]) & (plane.back < back[:, None])
    row, place = np.nonzero(inside)
    return _Opening(
        height=height,
        width=float(width[third : len(width) - third].mean()),
        area=float(width.sum() * STEP_MM),
        free=np.stack([plane.back[place], plane.up[bottom:top][row]], axis=1),
    )


def _wall(plane: _Plane) -> float:
    """Place of the back wall on this plane, from the disc to a little above [mm]."""
    rows = np.abs(plane.up) < plane.plate + 2 * ABOVE_PLATE_MM
    front = (plane.cells[rows] > 0) & (plane.cells[rows] != LOWER_CELL)
    body = front & (plane.back < WALL_MM)
    last = np.where(body, plane.back, -np.inf).max(axis=1)
    seen = last[np.isfinite(last)]
    if not len(seen):
        raise NotMeasurable("the disc space does not reach as far as the pedicle")
    return float(np.median(seen))


def _height(plane: _Plane, wall: float, name: str) -> tuple[float, int, int, int]:
    """Largest distance between the pedicles; its column, and the rows it spans."""
    start = int(np.searchsorted(plane.up, plane.plate + ABOVE_PLATE_MM))
    behind = plane.back - max(wall, -FURTHEST_FRONT_MM)
    columns = np.flatnonzero((behind > COLUMN_MM[0]) & (behind < COLUMN_MM[1]))
    cells = plane.cells[:, columns]
    columns_open = _before_joint(cells[start] <= DISC_CELL)
    above = (cells[start:] == UPPER_CELL) & columns_open
    low = int(np.searchsorted(plane.up, plane.floor - DEEPEST_PEDICLE_MM))
    below = (cells[low : start + 1][::-1] == LOWER_CELL) & columns_open
    rise, fall = above.argmax(axis=0), below.argmax(axis=0)
    onto_pedicle = plane.up[start - fall] < plane.floor + HIGHEST_PEDICLE_MM
    both = above.any(axis=0) & below.any(axis=0) & onto_pedicle
    if not both.any():
        raise NotMeasurable(f"{name} is not bounded by pedicles above and below")
    tall = np.where(both, rise + fall - 1, -1)
    kept = max(1, min(round(TALL_OVER_MM / STEP_MM), int(both.sum())))
    height = int(np.sort(tall)[-kept])
    best = np.flatnonzero(tall >= height)
    best = best[len(best) // 2]
    bottom, top = start - fall[best] + 1, start + rise[best]
    return height * STEP_MM, int(columns[best]), int(bottom), int(top)


def _before_joint(is_open: Bool[np.ndarray, " back"]) -> Bool[np.ndarray, " back"]:
    """Leave out what is open again behind the joint."""
    first = int(is_open.argmax())
    before: np.ndarray = is_open.copy()
    before[first:] &= np.logical_and.accumulate(is_open[first:])
    return before


def _bounds(
    plane: _Plane, wall: float, column: int, rows: slice, name: str
) -> tuple[Rows, Rows]:
    """Place of the wall in front and of the joint behind, in some rows [mm]."""
    count = len(plane.back)
    number = np.arange(count)
    free = plane.cells[rows] == 0
    aside = np.where(free, np.abs(number - column), count)
    way = aside.argmin(axis=1)
    shut = aside.min(axis=1) * STEP_MM > SIDESTEP_MM
    before = ~free & (number < way[:, None])
    beyond = ~free & (number > way[:, None])
    front = np.where(before, number, -1).max(axis=1).astype(float)
    back = np.where(beyond, number, count).min(axis=1).astype(float)
    blank = plane.back[0] + front * STEP_MM < wall - BLANK_MM
    far = (back - way) * STEP_MM > DEEPEST_MM
    front[blank | (front < 0)] = np.nan
    back[far | (back >= count)] = np.nan
    front[shut], back[shut] = way[shut], way[shut]
    if np.isfinite(back).mean() < BOUNDED_SHARE or not np.isfinite(front).any():
        raise NotMeasurable(f"no joint is segmented behind {name}")
    edges = [_filled(edge) * STEP_MM + plane.back[0] for edge in (front, back)]
    return edges[0] + STEP_MM / 2, edges[1] - STEP_MM / 2


def _filled(values: Rows) -> Rows:
    """Fill rows without a bound from the nearest ones that have it."""
    known = np.flatnonzero(np.isfinite(values))
    filled: np.ndarray = np.interp(np.arange(len(values)), known, values[known])
    return filled
