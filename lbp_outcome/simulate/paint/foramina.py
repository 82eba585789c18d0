"""Painting the foramina and the nerve roots that leave through them."""

import numpy as np

from lbp_outcome.anatomy import Side
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.body.neural import NervePassage, is_lumbar
from lbp_outcome.simulate.paint.canvas import Block, Canvas, Inside
from lbp_outcome.simulate.paint.grain import patches_at, start_of
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.solids import Solid, offset_from, rod
from lbp_outcome.simulate.paint.stain import label, mix, spots_in
from lbp_outcome.simulate.paint.tissues import FAT, GANGLION, LIGAMENT

FAT_BEFORE, FAT_BEHIND, FAT_ASIDE = 1.5, 12.0, 13.0
"""The fat reaches this far before and behind the back wall of the bodies, and outwards
from the canal at most [mm]."""

GANGLION_RADIUS, NERVE_RADIUS, SLEEVE_RADIUS = 3.0, 1.9, 1.3
SQUEEZED = 0.6
"""Thickness of a squeezed ganglion (grade 3) as a share of normal."""

BELOW_PEDICLE = 5.0
"""The ganglion's middle lies this far below the pedicle [mm]."""

BEHIND_WALL = 4.5
LOST_AROUND = (9.0, 11.5)
"""Fat is lost this far before and behind, and above and below the ganglion [mm]."""

CROWDED, CROWDED_SD, STRAND_STRETCH = 0.45, 0.22, 0.7
"""What crowds a foramen is grey: share of watery tissue in it, its unevenness, and how
far its patches are drawn out."""

FRAYED_MM, FRAYED = 4.0, 0.25
"""It frays into the fat beside the spine over this width [mm], unevenly."""

FREE_FAT = 0.95
"""Where fat is lost before and behind the nerve, this share of its radius is left."""


def paint_foraminal_fat(canvas: Canvas, anatomy: Anatomy) -> None:
    """Fill the foramina with fat, before bones are painted over it."""
    for disc in anatomy.discs:
        for side in (-1.0, 1.0):
            block = _zone(canvas, disc, side)
            if block is not None:
                inside = _keyhole(disc, block)
                canvas.paint(block, inside, FAT, Part.FORAMEN)


def paint_nerves(canvas: Canvas, anatomy: Anatomy) -> None:
    """Paint sleeve, ganglion and nerve at every lumbar disc and side.

    What a narrow foramen has lost of its fat is ligament (Lee 2010).
    """
    for disc in anatomy.discs:
        if not is_lumbar(disc.name):
            _paint_nerve(canvas, disc.upper, -1.0, 0)
            _paint_nerve(canvas, disc.upper, 1.0, 0)
    for passage in anatomy.passages:
        disc = anatomy.disc(passage.disc)
        side = -1.0 if passage.side is Side.LEFT else 1.0
        _lose_fat(canvas, disc, passage)
        _paint_nerve(canvas, disc.upper, side, passage.foraminal_grade)
    for side in (-1.0, 1.0):
        _paint_sleeve(canvas, anatomy.sacrum.segments[0], side)


def _zone(canvas: Canvas, disc: DiscShape, side: float) -> Block | None:
    """The room between the pedicles behind the bodies."""
    size = disc.upper.size
    wall = -disc.half_depth
    inner = size.canal_width / 2 - 3
    outer = _outer(disc)
    up = disc.rim_height / 2 + 0.55 * disc.upper.height
    lower = (min(side * inner, side * outer), wall - FAT_BEHIND, -disc.rim_height - 8)
    upper = (max(side * inner, side * outer), wall + FAT_BEFORE, up)
    return canvas.block(disc.frame, lower, upper)


def _keyhole(disc: DiscShape, block: Block) -> Inside:
    """The rounded room behind two bodies, wide above and narrow below."""
    top = disc.rim_height / 2 + 0.45 * disc.upper.height
    half = (top + disc.rim_height + 6) / 2
    up = (block.superior - np.float32(top - half)) / np.float32(half)
    middle, reach = (FAT_BEHIND - FAT_BEFORE) / 2, (FAT_BEHIND + FAT_BEFORE) / 2
    behind = -np.float32(disc.half_depth + middle) - block.anterior
    canal = disc.upper.size.canal_width / 2
    beyond = np.maximum(np.abs(block.right) - np.float32(canal), 0)
    aside = beyond / np.float32(_outer(disc) - canal)
    inside: np.ndarray = (
        (behind / np.float32(reach)) ** 2 + (up * up) ** 2 + (aside * aside) ** 2
    ) < 1
    return inside


def _outer(disc: DiscShape) -> float:
    """Distance of the outer end of the foramen from the midline [mm]."""
    size = disc.upper.size
    return size.canal_width / 2 + min(size.pedicle_width + 1, FAT_ASIDE)


def _ganglion_place(shape: VertebraShape) -> tuple[float, float, float]:
    """Middle of the ganglion in the axes of the vertebra above it [mm]."""
    aside = shape.size.canal_width / 2 + 0.45 * shape.size.pedicle_width
    low = 0.19 * shape.height - shape.size.pedicle_height / 2
    return aside, -shape.size.depth / 2 - BEHIND_WALL, low - BELOW_PEDICLE


def _lose_fat(canvas: Canvas, disc: DiscShape, passage: NervePassage) -> None:
    """Grade 1: no fat before and behind the nerve; from grade 2: none around it."""
    if passage.foraminal_grade == 0:
        return
    side = -1.0 if passage.side is Side.LEFT else 1.0
    block = _zone(canvas, disc, side)
    if block is None:
        return
    aside, behind, up = _ganglion_place(disc.upper)
    nerve = disc.frame.axes @ (
        disc.upper.frame.at(side * aside, behind, up) - disc.frame.origin
    )
    offset = offset_from(block, (float(nerve[0]), float(nerve[1]), float(nerve[2])))
    half = (disc.upper.size.pedicle_width / 2, *LOST_AROUND)
    away = [axis / np.float32(size) for axis, size in zip(offset, half, strict=True)]
    from_nerve = away[0] ** 2 + away[1] ** 2 + away[2] ** 2
    gone = (canvas.part[block.place] == Part.FORAMEN) & (from_nerve < 1)
    if passage.foraminal_grade == 1:
        gone &= np.abs(offset[1]) > FREE_FAT * GANGLION_RADIUS
    spots = spots_in(canvas, block, gone)
    axes = (spots.right, spots.anterior, spots.superior)
    stretched = [axis * np.float32(STRAND_STRETCH) for axis in axes]
    patches = patches_at(start_of(disc.upper, 31.0), *stretched)
    share = np.clip(CROWDED + CROWDED_SD * patches, 0, 1).astype(np.float32)
    to_end = np.float32(_outer(disc) - 1) - np.abs(spots.right)
    covered = np.minimum(to_end / FRAYED_MM, 3 * (1 - from_nerve[gone]))
    covered = np.clip(covered + np.float32(FRAYED) * patches, 0, 1)
    mix(canvas, spots, (LIGAMENT, GANGLION), share, covered.astype(np.float32))
    label(canvas, spots, Part.FLAVUM)


def _paint_nerve(canvas: Canvas, shape: VertebraShape, side: float, grade: int) -> None:
    """Sleeve along the recess, ganglion under the pedicle, nerve outwards."""
    aside, behind, up = _ganglion_place(shape)
    thin = SQUEEZED if grade == 3 else 1.0
    start = (side * (aside - 2.0), behind, up + 1.0)
    end = (side * (aside + 3.0), behind + 0.6, up - 1.5)
    out = (side * (aside + 15.0), behind + 4.5, up - 10.0)
    _paint_sleeve(canvas, shape, side)
    for nerve in (
        rod(end, out, NERVE_RADIUS * thin),
        rod(start, end, GANGLION_RADIUS * thin),
    ):
        _paint_in_fat(canvas, shape, nerve)


def _paint_sleeve(canvas: Canvas, shape: VertebraShape, side: float) -> None:
    """The root from the sac along the recess to beneath the pedicle."""
    aside, behind, up = _ganglion_place(shape)
    canal = shape.size.canal_width / 2
    above = (side * (canal - 5.0), behind - 1.0, shape.height / 2 + 4)
    recess = (side * (canal - 2.5), behind + 1.0, 0.19 * shape.height)
    below = (side * (aside - 2.0), behind, up + 1.0)
    _paint_in_fat(canvas, shape, rod(above, recess, SLEEVE_RADIUS))
    _paint_in_fat(canvas, shape, rod(recess, below, SLEEVE_RADIUS + 0.4))


def _paint_in_fat(canvas: Canvas, shape: VertebraShape, nerve: Solid) -> None:
    block = canvas.block(shape.frame, nerve.lower, nerve.upper)
    if block is None:
        return
    part = canvas.part[block.place]
    free = (part == Part.FORAMEN) | (part == Part.FLAVUM) | (part == Part.NOTHING)
    inside = (nerve.distance(block) < 0) & free
    canvas.paint(block, inside, GANGLION, Part.GANGLION)
