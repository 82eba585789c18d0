"""Painting a vertebra."""

import numpy as np

from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.paint.arch import arch_solids
from lbp_outcome.simulate.paint.body import body_solid
from lbp_outcome.simulate.paint.bone import (
    Piece,
    lay_out,
    paint_bone,
    paint_shells,
    roughen,
    surface_points,
)
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.marrow import paint_inside
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.stain import stain
from lbp_outcome.simulate.paint.tissues import LIGAMENT

WALL_SHARE = 0.7
"""The wall of a body is uneven over this share of its height, away from the rims."""

LIGAMENT_MM, LIGAMENT_WIDE, LIGAMENT_AHEAD, LIGAMENT_DARK = 0.9, 0.6, 0.75, 0.7
"""Thickness of the longitudinal ligaments [mm], their width as a share of the body's,
from which share of its half depth they lie before and behind it, and how dark they are.
"""


def paint_vertebra(canvas: Canvas, shape: VertebraShape) -> None:
    """Paint a vertebral body with its endplates and osteophytes, and its arch.

    The marrow of the body comes last: it runs on into that of the pedicles.
    """
    body = lay_out(canvas, shape.frame, [body_solid(shape)], Part.BODY + shape.number)
    for piece in body:
        roughen(piece, shape, WALL_SHARE * shape.height / 2)
    paint_shells(canvas, body)
    for piece in body:
        _paint_ligaments(canvas, shape, piece)
    arch = [
        piece
        for part, solid in arch_solids(shape)
        for piece in lay_out(canvas, shape.frame, [solid], part + shape.number)
    ]
    paint_bone(canvas, arch, shape)
    for piece in body:
        paint_inside(canvas, shape, piece)


def _paint_ligaments(canvas: Canvas, shape: VertebraShape, body: Piece) -> None:
    """The longitudinal ligaments: thin dark bands before and behind the body."""
    spots = surface_points(canvas, body, 0.0, LIGAMENT_MM)
    aside = np.abs(spots.right) / np.float32(LIGAMENT_WIDE * shape.size.width / 2)
    ahead = np.abs(spots.anterior) / np.float32(shape.size.depth / 2)
    band = np.flatnonzero((aside < 1) & (ahead > LIGAMENT_AHEAD))
    share = np.minimum(2 * (1 - aside[band]), 1) * np.float32(LIGAMENT_DARK)
    stain(canvas, spots.only(band), LIGAMENT, share.astype(np.float32))
