"""Painting the iliac wings with their muscles, and the lowest ribs."""

from itertools import pairwise

import numpy as np

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.back import Back, bones_in
from lbp_outcome.simulate.body.courses import Course, frame_scale, through
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.outline import Outline
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.ovals import bands, oval_of, within
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.solids import rod
from lbp_outcome.simulate.paint.tissues import CORTEX, MARROW, MUSCLE

WING_TURN_DEG = 47.0
"""How far the wings turn to the front, away from the midline."""

CORTEX_MM = 1.6
BELOW_SKIN = 0.85
"""Wings and their muscles stay within this level of the skin's outline, squared."""

WING = {
    "L4": (100.0, 22.0, 4.0, 2.0),
    "L5": (88.0, 4.0, 42.0, 6.5),
    "S1": (84.0, -2.0, 50.0, 8.0),
    "S2": (84.0, 2.0, 48.0, 9.0),
    "S3": (86.0, 14.0, 42.0, 10.0),
}
"""Middle of the wing to the side and in front of the back wall of the spine; half
length and half thickness [mm]."""

ILIACUS, GLUTEUS = (9.0, 0.85, 9.0), (-17.0, 0.95, 16.0)
"""Muscles on the inner and outer face: distance from the wing [mm], half length as a
share of the wing's, and half thickness [mm]."""

RIB_MM = (5.0, 3.4)
"""Radius of the ribs with and without their cortex [mm]."""

RIB_REACH = {Vertebra.T11: 150.0, Vertebra.T12: 95.0}
RIB_DROP = 0.42
"""Length of the lowest ribs to the side [mm], and their drop per millimetre."""


def paint_pelvis(
    canvas: Canvas, anatomy: Anatomy, back: Back, outline: Outline
) -> None:
    """Paint both iliac wings, with the muscles on their faces."""
    for side in (-1, 1):
        for apart, length, thick in (GLUTEUS, ILIACUS):
            course = _wing(anatomy, back, side, apart, length, thick)
            for rows in bands(canvas, course, back):
                inside = oval_of(rows, course, back) < 1
                inside &= within(rows, outline.skin) < BELOW_SKIN
                canvas.paint(rows.block, inside, MUSCLE, Part.WALL_MUSCLE)
        shell, core = (_wing(anatomy, back, side, 0.0, 1.0, 0.0, s) for s in (0, 1))
        for rows in bands(canvas, shell, back):
            inside = oval_of(rows, shell, back) < 1
            inside &= within(rows, outline.skin) < BELOW_SKIN
            canvas.paint(rows.block, inside, CORTEX, Part.ILIUM)
            inside &= oval_of(rows, core, back) < 1
            canvas.paint(rows.block, inside, MARROW, Part.ILIUM)


def _wing(
    anatomy: Anatomy,
    back: Back,
    side: int,
    apart: float,
    length: float,
    thick: float,
    shell: float = 0.0,
) -> Course:
    """The wing itself, or a muscle on one of its faces."""
    known = bones_in(WING, anatomy)
    ovals = np.array([WING[name] for name in known]) * frame_scale(anatomy)
    height = np.array([bone.frame.origin[2] for bone in known.values()])
    middle = back.midline(height.astype(np.float32)).mean()
    turn = np.radians(WING_TURN_DEG)
    ovals[:, 0] = side * (ovals[:, 0] - apart * np.sin(turn))
    ovals[:, 0] += middle - back.midline(height.astype(np.float32))
    ovals[:, 1] += apart * np.cos(turn)
    ovals[:, 2] = ovals[:, 2] * length - CORTEX_MM * shell
    ovals[:, 3] = (thick if thick else ovals[:, 3]) - CORTEX_MM * shell
    if thick:
        ovals[0, 3] = 0.0
    return through(height, ovals, blunt=0.2, turn=float(side * turn))


def paint_ribs(canvas: Canvas, anatomy: Anatomy, outline: Outline) -> None:
    """Paint the ribs of T11 and T12: downwards and outwards within the wall."""
    for name, reach in RIB_REACH.items():
        bone = anatomy.vertebra(name)
        for side in (-1, 1):
            _paint_rib(canvas, _rib(bone.frame, outline, side, reach))


def _rib(
    frame: Frame, outline: Outline, side: int, reach: float
) -> list[tuple[float, float, float]]:
    """Points along a rib: beside the body, then along the inside of the wall."""
    away = np.linspace(24, reach, 7)
    height = (frame.origin[2] - RIB_DROP * away).astype(np.float32)
    wall = outline.wall
    wide = np.minimum(away / wall.half_width(height), 0.97)
    round_back = wall.depth(height) - wall.half_depth(height) * np.sqrt(1 - wide**2)
    depth = np.minimum(round_back + 14, frame.origin[1] + 60)
    depth[0] = frame.origin[1] - 18
    aside = frame.origin[0] + side * wide * wall.half_width(height)
    return [
        (float(x), float(y), float(z))
        for x, y, z in zip(aside, depth, height, strict=True)
    ]


def _paint_rib(canvas: Canvas, points: list[tuple[float, float, float]]) -> None:
    for radius, tissue in zip(RIB_MM, (CORTEX, MARROW), strict=True):
        for start, end in pairwise(points):
            piece = rod(start, end, radius)
            block = canvas.block(Frame.patient(), piece.lower, piece.upper)
            if block is not None:
                canvas.paint(block, piece.distance(block) < 0, tissue, Part.RIB)
