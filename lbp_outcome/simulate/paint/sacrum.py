"""Painting the sacrum: fused segments, their wings and the wall of their canal."""

import numpy as np

from lbp_outcome.simulate.body.bones import SacrumShape, VertebraShape
from lbp_outcome.simulate.body.footprint import to_footprint
from lbp_outcome.simulate.paint.body import rounded_edge
from lbp_outcome.simulate.paint.bone import lay_out, paint_marrow, paint_shells
from lbp_outcome.simulate.paint.canvas import Block, Canvas, Sheets
from lbp_outcome.simulate.paint.marrow import paint_below_endplate
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.solids import (
    Solid,
    box_around,
    ellipsoid,
    to_rounded_box,
)
from lbp_outcome.simulate.paint.tissues import LIGAMENT, SACRAL_CORTEX

WIDTH_TO_DEPTH = 1.45
"""Width of the middle part of a segment relative to its depth."""

WING_TO_DEPTH = 1.78
"""How far the wings reach to either side, relative to the segment's depth."""

WING_FRONT, WING_BACK, WING_TOP, WING_SIDE = 0.50, 0.40, 0.35, 0.45
"""How the wings slope per millimetre: front and back faces fall back sideways, the top
falls sideways, and the side faces run inwards to the back."""

WING_FROM = 0.45
"""Where the wings part from the body, relative to its depth."""

WING_BELOW_MM = 2.0
"""How far the wings of S1 lie below its endplate, whose rim stands out of them [mm]."""

FORAMEN_MM, FORAMEN_AT = 4.5, 0.62
"""Radius of the holes between the segments [mm], and their distance from the midline
relative to the depth of the segment above."""

END_TO_DEPTH = 1.5
"""Half the width of the blunt lower end, relative to its depth."""

WAIST = 0.06
FUSED_MM, WINGS_FUSED_MM = 1.5, 4.0
"""Overlap of neighbouring segments: marrow runs on from one into the next."""

ROUNDING_MM = 2.0
CANAL_TO_DEPTH = 0.36
MORE_FAT = 0.08
"""The sacrum holds more yellow marrow than the vertebrae."""

REMNANTS = ((0.72, 1.7), (0.62, 1.2), (0.4, 0.8))
"""Rudimentary discs below S1 to S3: share of the bone's depth, half height [mm]."""


def paint_sacrum(canvas: Canvas, sacrum: SacrumShape) -> None:
    """Paint S1 to S4; remnants of the discs between them stay visible."""
    first = sacrum.segments[0]
    fat = min(first.marrow_fat + MORE_FAT, 1.0)
    pieces, lowest = [], sacrum.segments[-1]
    for segment in sacrum.segments:
        solids = [_wing(segment, sacrum.taper), _body(segment, sacrum.taper)]
        if segment is lowest:  # open behind; ends in a blunt point
            solids = [_blunted(solid, segment) for solid in solids]
        else:
            solids += _canal_wall(segment, sacrum.taper)
        pieces += lay_out(canvas, segment.frame, solids, Part.SACRUM, SACRAL_CORTEX)
    paint_shells(canvas, pieces)
    for piece in pieces:
        paint_marrow(canvas, first, piece, fat)
    for body in lay_out(
        canvas, first.frame, [_body(first, sacrum.taper)], Part.SACRUM, SACRAL_CORTEX
    ):
        paint_below_endplate(canvas, first, body)
    for upper, remnant in zip(sacrum.segments, REMNANTS, strict=False):
        _paint_remnant(canvas, upper, sacrum.taper, remnant)


def _body(shape: VertebraShape, taper: float) -> Solid:
    depth, height = shape.size.depth, shape.height
    half_width = WIDTH_TO_DEPTH * depth / 2
    first = shape.top.hollow > 0  # only S1 has an endplate

    def distance(block: Block) -> Sheets:
        narrower, middle = _narrower(block, depth, height, taper)
        level = np.clip(block.superior / np.float32(height / 2), -1, 1)
        waist = narrower * (1 - np.float32(WAIST) * (1 - level**2))
        side = to_footprint(
            block.right,
            block.anterior - middle,
            np.float32(half_width) * waist,
            np.float32(depth / 2) * waist,
            shape.lobes,
        )
        top = block.superior - shape.upper_endplate(block.right, block.anterior)
        bottom = -block.superior - np.float32(height / 2 + FUSED_MM)
        if first:
            capped = rounded_edge(side, top, ROUNDING_MM)
        else:
            capped = np.maximum(side, top - np.float32(FUSED_MM))
        surface: np.ndarray = np.maximum(capped, bottom)
        return surface

    lower = (-half_width, -depth / 2 - 2, -height / 2 - 2)
    return Solid(lower, (half_width, depth / 2 + 1, height / 2 + 2), distance)


def _narrower(
    block: Block, depth: float, height: float, taper: float
) -> tuple[Sheets, Sheets]:
    """How a segment narrows downwards, and how far back its middle then lies [mm].

    Its back stays straight.
    """
    from_top = np.clip(0.5 - block.superior / np.float32(height), -0.1, 1.1)
    narrower = 1 + np.float32(taper - 1) * from_top
    return narrower, np.float32(depth / 2) * (narrower - 1)


def _wing(shape: VertebraShape, taper: float) -> Solid:
    """Both wings at once; the lateral part of the sacrum with its holes."""
    depth, height = shape.size.depth, shape.height
    reach = WING_TO_DEPTH * depth
    start = WING_FROM * depth
    first = shape.top.hollow > 0  # fused below S1
    falls = np.float32(WING_TOP if first else 0.0)

    def distance(block: Block) -> Sheets:
        narrower, middle = _narrower(block, depth, height, taper)
        aside, anterior = np.abs(block.right), block.anterior - middle
        out = aside - np.float32(start)
        half = np.float32(depth / 2) * narrower
        top = block.superior - np.float32(height / 2)
        rim = top
        if first:  # level with the rim, the wings would fill the hollow between
            plate = shape.upper_endplate(block.right, block.anterior)
            rim = block.superior - plate + np.float32(WING_BELOW_MM)
        from_hole = aside - np.float32(FORAMEN_AT * depth)
        below = top + np.float32(height)
        hole = np.sqrt(from_hole * from_hole + below * below)
        faces = (
            anterior - 0.7 * half + np.float32(WING_FRONT) * out,
            -anterior - 1.1 * half - np.float32(WING_BACK) * out,
            aside - WING_SIDE * anterior - np.float32(reach) * narrower,
            rim + falls * np.maximum(out, 0),
            -top - np.float32(height + WINGS_FUSED_MM),
            np.float32(0.6 * start) - aside,
            np.float32(FORAMEN_MM) - hole,
        )
        surface: np.ndarray = np.maximum.reduce(faces)
        return surface.astype(np.float32)

    behind = 1.1 * depth / 2 + WING_BACK * (reach - start) + 1
    lower = (-reach - 2, -behind, -height / 2 - WINGS_FUSED_MM - 1)
    return Solid(lower, (reach + 2, depth / 2 + 1, height / 2 + 2), distance)


def _canal_wall(shape: VertebraShape, taper: float) -> list[Solid]:
    """The bone behind the sacral canal and its crest; it follows the taper."""
    depth, height = shape.size.depth, shape.height
    behind = -(0.5 + CANAL_TO_DEPTH) * depth - 4
    half = (17.0, 3.0, 0.53 * height)
    nearer = CANAL_TO_DEPTH * depth * (1 - taper)

    def distance(block: Block) -> Sheets:
        from_top = np.float32(0.5) - block.superior / np.float32(height)
        forward = np.float32(behind) + np.float32(nearer) * from_top
        place = (block.right, block.anterior - forward, block.superior)
        return to_rounded_box(place, half, rounding=2.5)

    reach = (half[0], half[1] + nearer, half[2])
    wall = Solid(*box_around((0.0, behind, 0.0), reach), distance)
    return [wall, ellipsoid((0.0, behind - 2, -1.0), (3.8, 7.0, 0.75 * height))]


def _blunted(solid: Solid, shape: VertebraShape) -> Solid:
    """Round the lower end of the lowest segment."""
    wide, high = END_TO_DEPTH * shape.size.depth, shape.height

    def distance(block: Block) -> Sheets:
        below = np.maximum(np.float32(0.35 * high) - block.superior, 0)
        across = (block.right / np.float32(wide)) ** 2
        down = (below / np.float32(0.85 * high)) ** 2
        end = (np.sqrt(across + down) - 1) * np.float32(0.5 * high)
        surface: np.ndarray = np.maximum(solid.distance(block), end)
        return surface

    return Solid(solid.lower, solid.upper, distance)


def _paint_remnant(
    canvas: Canvas, upper: VertebraShape, taper: float, remnant: tuple[float, float]
) -> None:
    """The rudimentary disc below a sacral segment."""
    share, half_height = remnant
    depth = upper.size.depth * taper
    centre = (0.0, (taper - 1) * upper.size.depth / 2, -upper.height / 2)
    disc = ellipsoid(centre, (0.45 * depth, share * depth / 2, half_height))
    block = canvas.block(upper.frame, disc.lower, disc.upper)
    if block is not None:
        canvas.paint(block, disc.distance(block) < 0, LIGAMENT, Part.SACRUM)
