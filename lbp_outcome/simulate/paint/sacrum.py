"""Painting the sacrum: fused segments, their wings and the wall of their canal."""

import numpy as np

from lbp_outcome.simulate.body.shapes import SacrumShape, VertebraShape
from lbp_outcome.simulate.paint.bone import lay_out, paint_bone
from lbp_outcome.simulate.paint.canvas import Block, Canvas, Part, Sheets
from lbp_outcome.simulate.paint.solids import Solid, ellipsoid, rounded_box
from lbp_outcome.simulate.paint.tissues import LIGAMENT, SACRAL_CORTEX

WING_SWEEP = 0.30
"""How far the wings fall back per millimetre beyond the promontory."""

PROMONTORY_HALF_WIDTH = 14.0
WIDTH_TO_DEPTH = 3.4
CANAL_TO_DEPTH = 0.36
FUSED_MM = 1.5
"""Overlap of neighbouring segments: marrow runs on from one into the next."""


def paint_sacrum(canvas: Canvas, sacrum: SacrumShape) -> None:
    """Paint S1 to S4; remnants of the discs S1-S2 and S2-S3 stay visible."""
    pieces = []
    for segment in sacrum.segments:
        solids = [_body(segment, sacrum.taper), *_canal_wall(segment)]
        pieces += lay_out(canvas, segment.frame, solids, Part.SACRUM, SACRAL_CORTEX)
    paint_bone(canvas, pieces)
    for upper in sacrum.segments[:2]:
        _paint_remnant(canvas, upper, sacrum.taper)


def _body(shape: VertebraShape, taper: float) -> Solid:
    depth, height = shape.size.depth, shape.height
    half_width = WIDTH_TO_DEPTH * depth / 2
    fused_above = FUSED_MM if shape.hollow_above == 0 else 0.0  # S1 has an endplate

    def distance(block: Block) -> Sheets:
        from_top = 0.5 - block.superior / np.float32(height)
        half = np.float32(depth / 2) * (1 + np.float32(taper - 1) * from_top)
        swept = np.maximum(np.abs(block.right) - PROMONTORY_HALF_WIDTH, 0)
        from_middle = block.anterior + np.float32(depth / 2) - half
        front = from_middle + np.float32(WING_SWEEP) * swept - half
        top = block.superior - shape.upper_endplate(block.right, block.anterior)
        bottom = -block.superior - np.float32(height / 2 + FUSED_MM)
        faces = (
            front,
            -half - from_middle,
            top - np.float32(fused_above),
            bottom,
            np.abs(block.right) - np.float32(half_width),
        )
        surface: np.ndarray = np.maximum.reduce(faces)
        return surface.astype(np.float32)

    lower = (-half_width, -depth / 2 - 1, -height / 2 - 2)
    return Solid(lower, (half_width, depth / 2 + 1, height / 2 + 2), distance)


def _canal_wall(shape: VertebraShape) -> list[Solid]:
    """The bone behind the sacral canal and its crest."""
    behind = -(0.5 + CANAL_TO_DEPTH) * shape.size.depth - 4
    return [
        rounded_box((0.0, behind, 0.0), (17.0, 3.0, 0.46 * shape.height), rounding=2.5),
        rounded_box(
            (0.0, behind - 6, -2.0), (3.2, 6.0, 0.34 * shape.height), rounding=2.8
        ),
    ]


def _paint_remnant(canvas: Canvas, upper: VertebraShape, taper: float) -> None:
    """The rudimentary disc below a sacral segment."""
    centre = (0.0, (taper - 1) * upper.size.depth / 2, -upper.height / 2)
    remnant = ellipsoid(centre, (13.0, 0.46 * upper.size.depth * taper, 1.1))
    block = canvas.block(upper.frame, remnant.lower, remnant.upper)
    if block is not None:
        canvas.paint(block, remnant.distance(block) < 0, LIGAMENT, Part.SACRUM)
