"""The solid of a vertebral body: kidney-shaped, waisted, with osteophytes."""

import numpy as np

from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.body.footprint import to_footprint
from lbp_outcome.simulate.paint.canvas import Block, Sheets
from lbp_outcome.simulate.paint.solids import Solid

WAIST_DEEP, WAIST_WIDE = 0.07, 0.12
"""How much shallower and narrower a body is in the middle of its height, as shares."""

LIP_FROM = 0.36
"""Osteophytes begin at this share of the way from the middle to the endplate."""

ROUNDING_MM = 1.5
"""Radius of the edge between endplate and wall."""

FAINT_SPUR_MM = 0.3


def body_solid(shape: VertebraShape) -> Solid:
    """Return the body of a vertebra between its endplates."""
    width, depth = shape.size.width / 2, shape.size.depth / 2
    height = max(shape.size.front, shape.size.back) / 2

    def distance(block: Block) -> Sheets:
        right, anterior, superior = block.right, block.anterior, block.superior
        above = superior - shape.upper_endplate(right, anterior)
        below = shape.lower_endplate(right, anterior) - superior
        level = superior / np.float32(shape.height / 2)
        squeezed = 1 - np.minimum(level**2, 1)
        side = to_footprint(
            right,
            anterior,
            np.float32(width) * (1 - np.float32(WAIST_WIDE) * squeezed),
            np.float32(depth) * (1 - np.float32(WAIST_DEEP) * squeezed),
            shape.lobes,
        )
        aside = np.clip(right / np.float32(width), -1, 1)
        ahead = np.clip(anterior / np.float32(depth), 0, 1)
        for rise, endplate in ((level, shape.top), (-level, shape.bottom)):
            spurs = (endplate.spur, *endplate.side_spurs)
            if max(spurs) > FAINT_SPUR_MM:
                side -= _lip(aside, ahead, rise, spurs)
        return rounded_edge(side, np.maximum(above, below), ROUNDING_MM)

    spurs = [(end.spur, *end.side_spurs) for end in (shape.top, shape.bottom)]
    front, left, right = (max(pair) + 1 for pair in zip(*spurs, strict=True))
    lower = (-width - left, -depth - 1.5 - shape.lobes, -height - 1)
    return Solid(lower, (width + right, depth + front, height + 1), distance)


def rounded_edge(side: Sheets, end: Sheets, radius: float) -> Sheets:
    """Return the distance to what lies within both of two surfaces, its edge rounded.

    Args:
        side: Distance to the wall, negative inside [mm].
        end: Distance to the endplates, negative inside [mm].
        radius: Radius of the edge [mm].
    """
    side, end = side + np.float32(radius), end + np.float32(radius)
    inner = np.minimum(np.maximum(side, end), 0)
    side, end = np.maximum(side, 0), np.maximum(end, 0)
    corner = np.sqrt(side * side + end * end)
    surface: np.ndarray = corner + inner - np.float32(radius)
    return surface


def _lip(
    aside: Sheets, ahead: Sheets, level: Sheets, spurs: tuple[float, float, float]
) -> Sheets:
    """How far osteophytes push out the wall near one endplate [mm].

    Args:
        aside: Place to the right, 1 at the right wall and beyond.
        ahead: Place in front, 1 at the front wall and beyond.
        level: 1 at the endplate, 0 in the middle of the body.
        spurs: Lengths in front, at the left and at the right [mm].
    """
    near = np.clip((level - LIP_FROM) / (1 - LIP_FROM), 0, 1)
    front, left, right = (np.float32(spur) for spur in spurs)
    lip: np.ndarray = front * ahead * ahead
    for spur, side in ((left, np.maximum(-aside, 0)), (right, np.maximum(aside, 0))):
        lip += spur * side * side * side
    lip *= near  # triangular claws
    return lip.astype(np.float32)
