"""Painting one patient's anatomy, from the background forwards."""

from lbp_outcome.simulate.body.back import lay_back
from lbp_outcome.simulate.body.shapes import Anatomy
from lbp_outcome.simulate.paint.canal import (
    locate_canal,
    paint_flavum,
    paint_ganglia,
    paint_sac,
    paint_surroundings,
)
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.disc import paint_disc
from lbp_outcome.simulate.paint.muscles import paint_muscles
from lbp_outcome.simulate.paint.sacrum import paint_sacrum
from lbp_outcome.simulate.paint.trunk import paint_trunk
from lbp_outcome.simulate.paint.vertebra import paint_vertebra


def paint_anatomy(canvas: Canvas, anatomy: Anatomy) -> None:
    """Paint everything; what is painted later lies in front.

    The dural sac comes last, so that its area is the patient's whatever lies beside it.
    """
    back = lay_back(anatomy)
    paint_trunk(canvas, anatomy, back)
    tube = locate_canal(canvas, anatomy.sac)
    if tube is not None:
        paint_surroundings(canvas, tube)
    paint_bones(canvas, anatomy)
    paint_muscles(canvas, anatomy, back)
    for vertebra in anatomy.vertebrae:
        paint_ganglia(canvas, vertebra)
    if tube is not None:
        paint_flavum(canvas, tube, anatomy)
        paint_sac(canvas, tube, anatomy)


def paint_bones(canvas: Canvas, anatomy: Anatomy) -> None:
    """Paint discs and bones only, as an X-ray needs them."""
    for disc in anatomy.discs:
        paint_disc(canvas, disc)
    paint_sacrum(canvas, anatomy.sacrum)
    for vertebra in anatomy.vertebrae:
        paint_vertebra(canvas, vertebra)
