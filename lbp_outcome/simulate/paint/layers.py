"""What is painted before the muscles of the back, and what after them.

Both leave less room for muscle, and its share of fat is balanced over what is left; so
whoever paints and whoever balances takes the same layers from here.
"""

from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.paint.canal import paint_sac, paint_surroundings
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.epidural import paint_flavum
from lbp_outcome.simulate.paint.foramina import paint_foraminal_fat, paint_nerves
from lbp_outcome.simulate.paint.skeleton import paint_bones
from lbp_outcome.simulate.paint.tube import TubePoints


def paint_spine(canvas: Canvas, anatomy: Anatomy, tube: TubePoints | None) -> None:
    """Paint the fat of canal and foramina, then bones and discs."""
    if tube is not None:
        paint_surroundings(canvas, tube)
    paint_foraminal_fat(canvas, anatomy)
    paint_bones(canvas, anatomy)


def paint_contents(canvas: Canvas, anatomy: Anatomy, tube: TubePoints | None) -> None:
    """Paint ligament, epidural fat and nerves.

    The dural sac comes last, so that its area is the patient's whatever lies beside it.
    """
    if tube is not None:
        paint_flavum(canvas, tube, anatomy)
    paint_nerves(canvas, anatomy)
    if tube is not None:
        paint_sac(canvas, tube, anatomy)
