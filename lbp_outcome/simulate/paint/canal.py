"""Painting the spinal canal: fat, ligament, dural sac, cord and roots."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.shapes import Anatomy, FatPad, SacShape, VertebraShape
from lbp_outcome.simulate.paint.canvas import Block, Canvas, Flat, Part
from lbp_outcome.simulate.paint.solids import rod
from lbp_outcome.simulate.paint.tissues import (
    CORD,
    DURA,
    FAT,
    FLAVUM,
    FLUID,
    GANGLION,
    ROOT,
    Tissue,
)

REACH_MM = 17.0
"""How far from the sac's middle the canal and the foramina extend."""

DURA_MM = 0.6
PAD_HALF_HEIGHT = 9.0
PAD_HALF_WIDTH = 6.5
FLAVUM_HALF_HEIGHT = 12.0
ROOT_RADIUS = 0.72
LOOP_MM = 19.0
"""Wavelength of redundant roots."""

LOOPS_ABOVE, LOOPS_BELOW = 75.0, 12.0
"""How far redundant roots loop above and below the stenosis [mm]."""

CONUS_TAPER = 28.0
CORD_HALF_WIDTH, CORD_HALF_DEPTH = 4.6, 3.5


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


def locate_canal(canvas: Canvas, sac: SacShape) -> TubePoints | None:
    """Return the sample points within reach of the sac's centre line."""
    middle, margin = sac.centre, REACH_MM + 2
    block = canvas.block(
        Frame.patient(), tuple(middle.min(0) - margin), tuple(middle.max(0) + margin)
    )
    if block is None:
        return None
    height = sac.centre[::-1, 2]
    depth = np.interp(block.superior, height, sac.centre[::-1, 1])
    near = np.abs(block.anterior - depth) < REACH_MM * 1.4
    return _in_tube(canvas, block, near, sac)


def paint_surroundings(canvas: Canvas, tube: TubePoints) -> None:
    """Fill the canal and the foramina with fat, before bones are painted over it."""
    inside = (tube.back > -tube.half_depth - 3) & (tube.back < 11)
    inside &= np.abs(tube.right) < REACH_MM
    _fill(canvas, tube, inside, FAT, Part.FORAMEN)


def paint_flavum(canvas: Canvas, tube: TubePoints, anatomy: Anatomy) -> None:
    """Paint ligament behind the sac at each disc, then the fat pad where there is one.

    Nothing of it covers bone or disc. Where a pad is absent, ligament takes its place.
    """
    free = _not_bone(canvas, tube)
    behind = tube.back - tube.half_depth
    for pad in anatomy.fat_pads:
        from_disc = tube.along - np.float32(anatomy.sac.distance[pad.step])
        at_level = free & (np.abs(from_disc) < FLAVUM_HALF_HEIGHT)
        around = at_level & (behind > 0) & (behind < 8.5) & (np.abs(tube.right) < 12)
        _fill(canvas, tube, around, FLAVUM, Part.FLAVUM)
        if pad.thickness > 0:
            inside = at_level & _in_pad(pad, from_disc, behind, tube.right)
            _fill(canvas, tube, inside, FAT, Part.EPIDURAL_FAT)


def paint_sac(canvas: Canvas, tube: TubePoints, anatomy: Anatomy) -> None:
    """Paint dura, fluid, cord and roots; the sac's area is that of its shape."""
    wide = tube.half_width + DURA_MM
    deep = tube.half_depth + DURA_MM
    ends = (tube.along > 0) & (tube.along < anatomy.sac.distance[-1])
    dura = ends & ((tube.right / wide) ** 2 + (tube.back / deep) ** 2 < 1)
    _fill(canvas, tube, dura, DURA, Part.DURA)
    across = (tube.right / tube.half_width) ** 2 + (tube.back / tube.half_depth) ** 2
    inside = np.flatnonzero(ends & (across < 1))
    sac = _only(tube, inside)
    _fill(canvas, sac, np.ones(len(inside), dtype=bool), FLUID, Part.FLUID)
    _paint_roots(canvas, sac, anatomy)
    _paint_cord(canvas, sac, anatomy)


def paint_ganglia(canvas: Canvas, shape: VertebraShape) -> None:
    """Paint the nerve roots that leave under the pedicles of a vertebra."""
    wall = -shape.size.depth / 2
    inner = shape.size.canal_width / 2 - 2
    low = 0.19 * shape.height - shape.size.pedicle_height / 2
    for side in (-1.0, 1.0):
        start = (side * inner, wall - 4, low - 2)
        end = (side * (inner + 22), wall - 1, low - 13)
        nerve = rod(start, end, radius=2.6)
        block = canvas.block(shape.frame, nerve.lower, nerve.upper)
        if block is not None:
            free = canvas.part[block.place] == Part.FORAMEN
            inside = (nerve.distance(block) < 0) & free
            canvas.paint(block, inside, GANGLION, Part.GANGLION)


def _paint_cord(canvas: Canvas, sac: TubePoints, anatomy: Anatomy) -> None:
    end = np.float32(anatomy.sac.distance[anatomy.nerves.conus_step])
    size = np.clip((end - sac.along) / CONUS_TAPER, 0, 1) ** 0.6
    across = sac.right / CORD_HALF_WIDTH
    deep = (sac.back - 0.15 * sac.half_depth) / CORD_HALF_DEPTH
    _fill(canvas, sac, across**2 + deep**2 < size**2, CORD, Part.CORD)


def _paint_roots(canvas: Canvas, sac: TubePoints, anatomy: Anatomy) -> None:
    """Paint the roots below the conus; above it they hug the cord."""
    nerves, distance = anatomy.nerves, anatomy.sac.distance
    start = distance[nerves.conus_step] - CONUS_TAPER
    from_stenosis = sac.along - np.float32(distance[nerves.stenosis_step])
    slack = nerves.slack * _loop_strength(from_stenosis)
    # Roots leave the sac in turn: the first at L2, the last at its end.
    leaving = np.linspace(start + 70, distance[-1], len(nerves.roots))
    inside = np.zeros(len(sac.along), dtype=bool)
    places = nerves.roots.tolist()
    for (right, back, phase), leaves in zip(places, leaving, strict=True):
        wave = 2 * np.pi * sac.along / LOOP_MM + phase
        aside = right * sac.half_width * 0.85 + slack * np.cos(wave * 0.83)
        behind = back * sac.half_depth * 0.85 + slack * np.sin(wave)
        behind = np.clip(behind, 0.6 - sac.half_depth, sac.half_depth - 0.6)
        apart = (sac.right - aside) ** 2 + (sac.back - behind) ** 2
        inside |= (apart < ROOT_RADIUS**2) & (sac.along > start) & (sac.along < leaves)
    _fill(canvas, sac, inside, ROOT, Part.ROOT)


def _loop_strength(from_stenosis: Flat) -> Flat:
    """1 just above the stenosis, fading further up and shortly below."""
    above = np.clip(1 + from_stenosis / LOOPS_ABOVE, 0, 1)
    below = np.clip(1 - from_stenosis / LOOPS_BELOW, 0, 1)
    strength: np.ndarray = np.where(from_stenosis < 0, above, below) ** 0.5
    return strength.astype(np.float32)


def _in_pad(pad: FatPad, from_disc: Flat, behind: Flat, right: Flat) -> np.ndarray:
    """A wedge of fat: widest at the sac, narrowing towards the spinous processes."""
    profile = np.cos(np.clip(from_disc / PAD_HALF_HEIGHT, -1, 1) * np.pi / 2)
    depth = pad.thickness * profile
    width = PAD_HALF_WIDTH * (1 - 0.6 * behind / np.maximum(depth, 0.1))
    inside: np.ndarray = (behind > DURA_MM) & (behind < depth) & (np.abs(right) < width)
    return inside


def _in_tube(
    canvas: Canvas, block: Block, near: np.ndarray, sac: SacShape
) -> TubePoints:
    """Turn patient positions into sac coordinates by sliding along the centre line."""
    points = np.stack([block.right[near], block.anterior[near], block.superior[near]])
    along = np.interp(points[2], sac.centre[::-1, 2], sac.distance[::-1])
    for _ in range(3):
        offset = points - _at(sac, sac.centre, along)
        along = along - (offset * _at(sac, sac.upward, along)).sum(axis=0)
    offset = points - _at(sac, sac.centre, along)
    index = np.arange(canvas.part.size).reshape(canvas.part.shape)[block.place][near]
    return TubePoints(
        index=index,
        along=along.astype(np.float32),
        right=(offset * _at(sac, sac.rightward, along)).sum(axis=0).astype(np.float32),
        back=(offset * _at(sac, sac.backward, along)).sum(axis=0).astype(np.float32),
        half_width=np.interp(along, sac.distance, sac.half_width).astype(np.float32),
        half_depth=np.interp(along, sac.distance, sac.half_depth).astype(np.float32),
    )


def _at(sac: SacShape, table: np.ndarray, along: np.ndarray) -> np.ndarray:
    return np.stack([np.interp(along, sac.distance, column) for column in table.T])


def _only(tube: TubePoints, keep: Int[np.ndarray, " kept"]) -> TubePoints:
    return TubePoints(
        **{name: getattr(tube, name)[keep] for name in TubePoints.__dataclass_fields__}
    )


def _not_bone(canvas: Canvas, tube: TubePoints) -> np.ndarray:
    part = canvas.part.reshape(-1)[tube.index]
    free: np.ndarray = (part < Part.BODY) & (part != Part.SACRUM)
    return free


def _fill(
    canvas: Canvas, tube: TubePoints, inside: np.ndarray, tissue: Tissue, part: Part
) -> None:
    chosen = tube.index[inside]
    for name, values in canvas.values.items():
        values.reshape(-1)[chosen] = getattr(tissue, name)
    canvas.part.reshape(-1)[chosen] = part
