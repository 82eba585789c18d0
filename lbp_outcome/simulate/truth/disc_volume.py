"""Volume of a disc, counted on sample points far finer than any scan."""

import numpy as np

from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.paint.body import body_solid
from lbp_outcome.simulate.paint.bone import lay_out, paint_shells
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.disc import paint_disc
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.sacrum import paint_sacrum

FLAT_MM, HIGH_MM = 1.1, 0.45
"""Distance of the sample points along and across the disc."""

FIELD_MM = np.array([72.0, 60.0, 40.0])
"""Field around the middle of a disc: no herniation reaches out of it."""


def true_disc_volume(anatomy: Anatomy, disc: DiscShape) -> float:
    """Return the volume of a disc with all that stands out of it [mm3].

    The sum over a grid of points of the formulas of disc and bones; the grid lies along
    the disc, so that its error is below one percent.
    """
    steps = np.array([FLAT_MM, FLAT_MM, HIGH_MM])
    shape = np.ceil(FIELD_MM / steps).astype(int)
    affine = np.eye(4)
    affine[:3, :3] = disc.frame.axes.T * steps
    affine[:3, 3] = disc.frame.origin - affine[:3, :3] @ ((shape - 1) / 2)
    canvas = Canvas(affine, (int(shape[0]), int(shape[1]), int(shape[2])), {}, sheets=1)
    paint_disc(canvas, disc)
    for bone in (disc.upper, disc.lower):
        if bone.number > 0:
            solids = [body_solid(bone)]
            paint_shells(
                canvas, lay_out(canvas, bone.frame, solids, Part.BODY + bone.number)
            )
    if disc.lower.number == 0:
        paint_sacrum(canvas, anatomy.sacrum)
    points = int((canvas.part == Part.DISC + disc.number).sum())
    return points * float(np.prod(steps))
