"""Painting a disc: whatever lies between two endplates, and what stands out of it."""

import numpy as np

from lbp_outcome.simulate.body.bones import Endplate
from lbp_outcome.simulate.body.discs import DiscShape, Fissure
from lbp_outcome.simulate.body.footprint import edge_behind, to_footprint
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.paint.canvas import Block, Canvas, Flat, Sheets
from lbp_outcome.simulate.paint.grain import patches_at, start_of
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.stain import Spots, label, mix, spots_in, stain
from lbp_outcome.simulate.paint.tissues import (
    ANNULUS,
    DURA,
    FISSURE,
    VACUUM,
    nucleus,
)

COVERED_MM = 1.2
"""A disc reaches this far under the rounded rims of the bodies."""

BULGE_ROUNDNESS = 0.8
"""How much less a disc stands out beside the rims than halfway between them."""

NUCLEUS_SHARE = 0.68
"""Where the nucleus ends, from the middle to the edge of the disc."""

NUCLEUS_FLATNESS = 0.64
"""The nucleus is rounded: at the endplates its border lies further in. Below
`NUCLEUS_SHARE`, it touches them in the middle."""

BLUR_MM = {1: 2.0, 2: 2.8, 3: 6.0, 4: 8.0, 5: 8.0}
"""Width of the border between nucleus and annulus, by Pfirrmann grade [mm]."""

NUCLEUS_VARIES, BORDER_UNEVEN = 0.07, {1: 0.02, 2: 0.03, 3: 0.05, 4: 0.06, 5: 0.06}
"""How much `NUCLEUS_SHARE` differs between discs, and along the border of one, by
Pfirrmann grade."""

STREAKS = {1: 0.03, 2: 0.06, 3: 0.14, 4: 0.18, 5: 0.14}
STREAK_STRETCH = (0.35, 0.30, 1.2)
"""Unevenness of a nucleus by grade, and how far its streaks are drawn out: aside,
forwards and upwards."""

CLEFT_GRADE, CLEFT_MM, CLEFT_STRENGTH = 2, (0.9, 1.7), (0.10, 0.50)
"""The dark band of the ageing nucleus: grade, half height, and strength, from and to.
"""

CLEFT_LENGTH, CLEFT_BEND_MM = (0.22, 0.48), 1.6
"""Half its length as a share of the disc's depth, and how far its ends bend [mm]."""

FIBRES_MM, FIBRES_DARK = 2.2, 0.75
"""Depth and darkness of the outermost fibres in front and behind, which run on into
the ligaments."""

VACUUM_MM = 0.9
FISSURE_DEEP_MM, FISSURE_HIGH_MM, FISSURE_INSIDE_MM = 1.1, 1.5, 2.2
"""Half depth and half height of a high-intensity zone, and its distance from the rim
[mm]."""


def paint_disc(canvas: Canvas, disc: DiscShape) -> None:
    """Paint nucleus and annulus; a worn nucleus is dark and has no clear border."""
    block = _block(canvas, disc)
    if block is None:
        return
    forward = block.anterior - _sheared(disc, block.superior)
    edge = _edge(disc, block.right, forward)
    inside = edge < 0
    if disc.herniation:
        inside |= _herniated(disc, block.right, forward, block.superior)
    spots = spots_in(canvas, block, inside)
    edge, forward = edge[inside], forward[inside]
    ceiling, floor = _to_endplates(disc, spots)
    between = np.minimum(ceiling, floor) > -COVERED_MM
    apart = np.clip((floor - ceiling) / np.maximum(ceiling + floor, 1.0), -1, 1)
    rounded = edge + np.float32(BULGE_ROUNDNESS * disc.bulge) * apart**2
    kept = between & (rounded < 0)
    if disc.herniation:
        kept |= _herniated(disc, spots.right, forward, spots.superior)
    spots, edge, forward = spots.only(kept), edge[kept], forward[kept]
    share = _annulus_share(disc, spots, edge, forward, apart[kept])
    mix(canvas, spots, (nucleus(disc.grade, disc.signal_deviation), ANNULUS), share)
    _paint_fibres(canvas, disc, spots, edge, forward)
    label(canvas, spots, Part.DISC + disc.number)
    if disc.fissure:
        _paint_fissure(canvas, disc, disc.fissure, spots, forward)
    if disc.vacuum > 0:
        _paint_vacuum(canvas, disc, spots, forward)


def _block(canvas: Canvas, disc: DiscShape) -> Block | None:
    """The points around a disc, as far as its herniation and its endplates reach."""
    deepest = max(_sunk(disc.upper.bottom), _sunk(disc.lower.top))
    up = disc.rim_height / 2 + deepest + 3
    herniation = disc.herniation
    behind = disc.bulge + (herniation.depth if herniation else 0.0)
    moved = herniation.migration if herniation else 0.0
    aside = disc.half_width + disc.side_bulge + 1
    behind += disc.half_depth + disc.lobes + abs(disc.slip) / 2 + 1
    front = disc.half_depth + disc.front_bulge + abs(disc.slip) / 2 + 1
    lower = (-aside, -behind, min(-up, moved - 1 - disc.rim_height / 2))
    upper = (aside, front, max(up, moved + 1 + disc.rim_height / 2))
    return canvas.block(disc.frame, lower, upper)


def _sunk(endplate: Endplate) -> float:
    return endplate.hollow + max((pit.depth for pit in endplate.pits), default=0.0)


def _sheared(disc: DiscShape, superior: Sheets) -> Sheets:
    """How far forward the disc's outline lies at a height: it follows a slip [mm]."""
    level = np.clip(superior / np.float32(disc.rim_height), -0.5, 0.5)
    return level * np.float32(disc.slip)


def _edge(disc: DiscShape, right: Sheets, forward: Sheets) -> Sheets:
    """Distance to the outline of a disc seen from above, negative inside [mm]."""
    shift = np.float32((disc.front_bulge - disc.bulge) / 2)
    half_depth = disc.half_depth + (disc.front_bulge + disc.bulge) / 2
    half_width = disc.half_width + disc.side_bulge
    return to_footprint(right, forward - shift, half_width, half_depth, disc.lobes)


def _herniated(
    disc: DiscShape, right: np.ndarray, forward: np.ndarray, superior: np.ndarray
) -> np.ndarray:
    """Whether points lie behind the back walls and within reach of the herniation."""
    found = disc.herniation
    if found is None:
        return np.zeros(right.shape, dtype=bool)
    behind = -forward - np.float32(disc.half_depth)
    near = np.abs(right - np.float32(disc.herniation_place)) < found.base / 2
    near &= (behind > -3) & (behind < disc.bulge + found.depth)
    place = np.nonzero(near)
    reach = disc.reach_behind(right[place], superior[place])
    near[place] = (behind[place] < reach) & (reach > 0)
    return near


def _to_endplates(disc: DiscShape, spots: Spots) -> tuple[Flat, Flat]:
    """Distance below the endplate above, and above the endplate below [mm]."""
    points = np.stack([spots.right, spots.anterior, spots.superior])
    right, anterior, superior = _seen_from(disc.upper.frame, disc.frame, points)
    ceiling = disc.upper.lower_endplate(right, anterior) - superior
    right, anterior, superior = _seen_from(disc.lower.frame, disc.frame, points)
    floor = superior - disc.lower.upper_endplate(right, anterior)
    return ceiling.astype(np.float32), floor.astype(np.float32)


def _annulus_share(
    disc: DiscShape, spots: Spots, edge: Flat, forward: Flat, apart: Flat
) -> Flat:
    """0 in the nucleus, 1 in the annulus; in worn discs the border is blurred.

    Args:
        disc: The disc.
        spots: Points in it.
        edge: Their distance to its outline [mm].
        forward: Their place in front of its middle, which follows a slip [mm].
        apart: 1 at the endplate above, -1 at the one below.
    """
    half, start = np.float32(disc.half_depth), start_of(disc.upper, 7.0)
    axes = (spots.right, forward, spots.superior)
    drawn_out = zip(axes, STREAK_STRETCH, strict=True)
    streaks = patches_at(start, *(axis * np.float32(s) for axis, s in drawn_out))
    size, *habit = _habit(disc)
    border = NUCLEUS_SHARE + NUCLEUS_VARIES * (size - 0.5)
    out = np.maximum(1 + edge / half, 0)
    radius = np.cbrt(out**3 + (NUCLEUS_FLATNESS * np.abs(apart)) ** 3)
    radius += np.float32(BORDER_UNEVEN[disc.grade]) * streaks
    share = (radius - np.float32(border)) * half / BLUR_MM[disc.grade] + 0.5
    share = np.clip(share, 0, 1)
    if disc.grade == CLEFT_GRADE:
        band = _cleft(disc, habit, forward, spots.superior) * (1 + 0.4 * streaks)
        share = np.maximum(share, band)
    share += np.float32(STREAKS[disc.grade]) * np.clip(streaks, -2, 2) * (1.1 - share)
    rounded: np.ndarray = np.minimum(share, 1).astype(np.float32)
    return rounded


def _cleft(disc: DiscShape, habit: list[float], forward: Flat, superior: Flat) -> Flat:
    """The dark band: short, soft and a little bent, otherwise in every disc.

    Args:
        disc: The disc.
        habit: Its length, strength, thickness and bend, each from 0 to 1.
        forward: Place of points in front of its middle [mm].
        superior: Height above its middle [mm].
    """
    (short, long), (faint, strong) = CLEFT_LENGTH, CLEFT_STRENGTH
    length, strength, thickness, bend = habit
    reach = np.float32((short + (long - short) * length) * disc.half_depth)
    along = (forward / reach) ** 2
    half = np.float32(CLEFT_MM[0] + (CLEFT_MM[1] - CLEFT_MM[0]) * thickness)
    level = superior - np.float32(CLEFT_BEND_MM * (bend - 0.5)) * along
    band: np.ndarray = np.exp(-((level / half) ** 2) - along * along)
    return band * np.float32(faint + (strong - faint) * strength)


def _habit(disc: DiscShape) -> list[float]:
    """Five numbers from 0 to 1 that differ from disc to disc and stay with it."""
    phases = np.array([*disc.upper.patches, *disc.upper.patches[:2]]) / (2 * np.pi)
    turns = np.array([0.62, 0.41, 0.73, 0.27, 0.55]) * disc.number
    return [float(habit) for habit in (phases + turns) % 1]


def _paint_fibres(
    canvas: Canvas, disc: DiscShape, spots: Spots, edge: Flat, forward: Flat
) -> None:
    """The outermost fibres in front and behind, darker than the rest."""
    outer = np.flatnonzero(edge > -np.float32(FIBRES_MM))
    share = np.clip(1 + edge[outer] / np.float32(FIBRES_MM), 0, 1)
    share *= np.clip(2 * np.abs(forward[outer]) / disc.half_depth - 0.8, 0, 1)
    share *= np.float32(FIBRES_DARK)
    stain(canvas, spots.only(outer), DURA, share.astype(np.float32))


def _paint_fissure(
    canvas: Canvas, disc: DiscShape, fissure: Fissure, spots: Spots, forward: Flat
) -> None:
    """A bright spot in the annulus behind."""
    wall = edge_behind(fissure.right, disc.half_width, disc.half_depth, disc.lobes)
    behind = np.float32(wall + disc.bulge - FISSURE_INSIDE_MM)
    away = (
        ((spots.right - fissure.right) / (fissure.length / 2)) ** 2
        + ((forward + behind) / FISSURE_DEEP_MM) ** 2
        + ((spots.superior - fissure.up) / FISSURE_HIGH_MM) ** 2
    )
    there = np.flatnonzero(away < 1)
    share = np.minimum(2 * (1 - away[there]), 1).astype(np.float32)
    stain(canvas, spots.only(there), FISSURE, share)


def _paint_vacuum(canvas: Canvas, disc: DiscShape, spots: Spots, forward: Flat) -> None:
    """A flat cleft of gas in the middle of a collapsed disc."""
    across = (spots.right / (disc.vacuum * disc.half_width)) ** 2
    across += (forward / (disc.vacuum * disc.half_depth)) ** 2
    half = VACUUM_MM * np.sqrt(np.maximum(1 - across, 0))
    share = np.clip(2 * (half - np.abs(spots.superior)), 0, 1)
    there = np.flatnonzero(share > 0)
    stain(canvas, spots.only(there), VACUUM, share[there].astype(np.float32))


def _seen_from(
    target: Frame, source: Frame, points: np.ndarray
) -> tuple[Flat, Flat, Flat]:
    """Positions given in one frame, as another frame sees them."""
    turn = (target.axes @ source.axes.T).astype(np.float32)
    start = (target.axes @ (source.origin - target.origin)).astype(np.float32)
    right, anterior, superior = (
        row[0] * points[0] + row[1] * points[1] + row[2] * points[2] + begin
        for row, begin in zip(turn, start, strict=True)
    )
    return right, anterior, superior
