"""Painting a vertebra."""

import numpy as np

from lbp_outcome.simulate.body.numbering import number_from_l5
from lbp_outcome.simulate.body.shapes import VertebraShape
from lbp_outcome.simulate.paint.arch import arch_solids
from lbp_outcome.simulate.paint.bone import SHELL_MM, Piece, lay_out, paint_bone
from lbp_outcome.simulate.paint.canvas import Block, Canvas, Part, Sheets
from lbp_outcome.simulate.paint.solids import Solid, to_oval
from lbp_outcome.simulate.paint.tissues import BASIVERTEBRAL

WAIST = 0.07
"""How much narrower a body is in the middle of its height, as a share."""

LIP_FROM = 0.62
"""Osteophytes begin at this share of the way from the middle to the endplate."""


def paint_vertebra(canvas: Canvas, shape: VertebraShape) -> None:
    """Paint a vertebral body with its endplates and osteophytes, and its arch."""
    number = number_from_l5(shape.name)
    body = lay_out(canvas, shape.frame, [_body(shape)], Part.BODY + number)
    arch = lay_out(canvas, shape.frame, arch_solids(shape), Part.ARCH + number)
    paint_bone(canvas, [*arch, *body])
    for piece in body:
        _paint_vein(canvas, shape, piece)


def _body(shape: VertebraShape) -> Solid:
    width, depth = shape.size.width / 2, shape.size.depth / 2
    height = max(shape.size.front, shape.size.back) / 2

    def distance(block: Block) -> Sheets:
        right, anterior, superior = block.right, block.anterior, block.superior
        level = np.clip(superior / np.float32(shape.height / 2), -1, 1)
        waist = 1 - np.float32(WAIST) * (1 - level**2)
        forward = anterior - _lip(shape, level, anterior)
        side = to_oval(
            right, forward, waist * np.float32(width), waist * np.float32(depth)
        )
        above = superior - shape.upper_endplate(right, anterior)
        below = shape.lower_endplate(right, anterior) - superior
        surface: np.ndarray = np.maximum(side, np.maximum(above, below))
        return surface.astype(np.float32)

    longest_spur = 9.0
    lower = (-width - 1, -depth - 1, -height - 1)
    upper = (width + 1, depth + 1 + longest_spur, height + 1)
    return Solid(lower, upper, distance)


def _lip(shape: VertebraShape, level: Sheets, anterior: Sheets) -> Sheets:
    """How far osteophytes push the front of the body forward near its rims [mm]."""
    near = np.clip((np.abs(level) - LIP_FROM) / (1 - LIP_FROM), 0, 1) ** 2
    spur = np.where(level > 0, shape.spur_above, shape.spur_below)
    lip: np.ndarray = near * spur * np.clip(2 * anterior / shape.size.depth, 0, 1)
    return lip.astype(np.float32)


def _paint_vein(canvas: Canvas, shape: VertebraShape, body: Piece) -> None:
    """The basivertebral vein: a bright cleft in the middle of the body's back."""
    block = body.block
    depth = block.anterior + np.float32(shape.size.depth / 2)
    opening = 2.6 * (1 - depth / 11)
    inside = (
        (np.abs(block.superior) < opening)
        & (np.abs(block.right) < 4.5)
        & (body.distance < -SHELL_MM)
    )
    canvas.paint(block, inside, BASIVERTEBRAL, body.part)
