"""Painting what surrounds the spine in front and behind: fat, bowel, vessels, psoas."""

from itertools import pairwise

import numpy as np

from lbp_outcome.simulate.body.back import Back, Profile
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.shapes import Anatomy
from lbp_outcome.simulate.paint.canvas import Block, Canvas, Part
from lbp_outcome.simulate.paint.solids import Point, ellipsoid, rod
from lbp_outcome.simulate.paint.tissues import (
    BOWEL,
    BOWEL_GAS,
    FASCIA,
    FAT,
    MUSCLE,
    SKIN,
    TRUNK_FAT,
    VESSEL,
)

SKIN_MM = 1.8
BEHIND_WALL_MM = 6.0
"""The muscles of the back begin this far behind the back wall of the bodies."""

PSOAS_FAT = 0.05
PSOAS_HALF_WIDTH, PSOAS_HALF_DEPTH = 15.0, 20.0
PSOAS_GROWTH = (0.0, 0.45, 0.65, 0.85, 1.0, 1.05)
"""Size of the psoas beside T12 to L5, L4 = 1."""

BOWEL_WALL_MM = 2.5
GAS_EVERY = 5


def paint_trunk(canvas: Canvas, anatomy: Anatomy, back: Back) -> None:
    """Fill the body from the skin forwards; the muscles of the back stay blank."""
    block = canvas.block(Frame.patient(), (-500, -500, -500), (500, 500, 500))
    if block is None:
        return
    skin, depth = back.skin(block.superior), block.anterior
    canvas.paint(block, depth > skin, SKIN, Part.SUBCUTANEOUS_FAT)
    canvas.paint(block, depth > skin + SKIN_MM, FAT, Part.SUBCUTANEOUS_FAT)
    canvas.paint(block, depth > back.fascia(block.superior), FASCIA, Part.NOTHING)
    inner = depth > back.wall(block.superior) - BEHIND_WALL_MM
    canvas.paint(block, inner, TRUNK_FAT, Part.TRUNK_FAT)
    _paint_psoas(canvas, block, anatomy, back)
    _paint_bowel(canvas, anatomy)
    _paint_vessels(canvas, anatomy)


def _paint_psoas(canvas: Canvas, block: Block, anatomy: Anatomy, back: Back) -> None:
    """Paint the psoas of both sides beside the lumbar bodies; it grows downwards."""
    bones = anatomy.vertebrae[-len(PSOAS_GROWTH) :]
    height = np.array([bone.frame.origin[2] for bone in bones])
    growth = np.array(PSOAS_GROWTH) * anatomy.soft.psoas
    edge = np.array([bone.size.width / 2 - 3 for bone in bones])
    middle = Profile.through(height, edge + PSOAS_HALF_WIDTH * growth)
    size = Profile.through(height, growth)(block.superior)
    aside = np.abs(block.right - back.midline(block.superior))
    across = (aside - middle(block.superior)) / np.float32(PSOAS_HALF_WIDTH)
    front = block.anterior - back.wall(block.superior) - np.float32(14)
    deep = front / np.float32(PSOAS_HALF_DEPTH)
    inside = across**2 + deep**2 < size**2
    share = np.full(int(inside.sum()), PSOAS_FAT, dtype=np.float32)
    canvas.blend(block, inside, (MUSCLE, FAT), share, Part.PSOAS)


def _paint_bowel(canvas: Canvas, anatomy: Anatomy) -> None:
    """Scatter loops of bowel in front of the great vessels; some hold gas."""
    bodies = [bone.frame for bone in anatomy.vertebrae]
    front = Profile.through(
        np.array([frame.origin[2] for frame in bodies]),
        np.array([frame.at(anterior=42)[1] for frame in bodies]),
    )
    for number, (x, y, z, *half) in enumerate(anatomy.soft.organs):
        spine = front(np.array([z], dtype=np.float32))[0]
        loop = ellipsoid((0.0, 0.0, 0.0), (half[0], half[1], half[2]))
        frame = Frame(np.array([x, y + spine, z]), np.eye(3))
        block = canvas.block(frame, loop.lower, loop.upper)
        if block is None:
            continue
        distance = loop.distance(block)
        canvas.paint(block, distance < 0, BOWEL, Part.BOWEL)
        if number % GAS_EVERY == 0:
            canvas.paint(block, distance < -BOWEL_WALL_MM, BOWEL_GAS, Part.BOWEL)


def _paint_vessels(canvas: Canvas, anatomy: Anatomy) -> None:
    """Paint aorta (left) and vena cava (right); flowing blood is dark."""
    for aside, radius, bones in (
        (-9.0, 8.5, anatomy.vertebrae[:-1]),  # the aorta forks at L4
        (15.0, 8.0, anatomy.vertebrae),
    ):
        course = [
            bone.frame.at(right=aside, anterior=bone.size.depth / 2 + radius + 3)
            for bone in bones
        ]
        for start, end in pairwise(course):
            _paint_tube(canvas, start, end, radius)
    fourth, fifth = anatomy.vertebrae[-2:]
    fork = fourth.frame.at(right=-9, anterior=fourth.size.depth / 2 + 10)
    front = fifth.size.depth / 2 + 9
    for aside in (-28.0, 24.0):
        end = fifth.frame.at(right=aside, anterior=front, superior=-25)
        _paint_tube(canvas, fork, end, radius=5.5)


def _paint_tube(
    canvas: Canvas, start: np.ndarray, end: np.ndarray, radius: float
) -> None:
    tube = rod(_point(start), _point(end), radius)
    block = canvas.block(Frame.patient(), tube.lower, tube.upper)
    if block is not None:
        canvas.paint(block, tube.distance(block) < 0, VESSEL, Part.VESSEL)


def _point(values: np.ndarray) -> Point:
    return float(values[0]), float(values[1]), float(values[2])
