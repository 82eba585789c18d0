"""Painting one patient's anatomy, from the background forwards."""

from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.back import lay_back
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.layers import paint_contents, paint_spine
from lbp_outcome.simulate.paint.muscles import paint_muscles
from lbp_outcome.simulate.paint.trunk import paint_trunk
from lbp_outcome.simulate.paint.tube import locate_canal


def paint_anatomy(canvas: Canvas, anatomy: Anatomy) -> None:
    """Paint everything; what is painted later lies in front."""
    back, tube = lay_back(anatomy), locate_canal(canvas, anatomy.sac)
    paint_trunk(canvas, anatomy, back)
    paint_spine(canvas, anatomy, tube)
    paint_muscles(canvas, anatomy, back)
    paint_contents(canvas, anatomy, tube)
