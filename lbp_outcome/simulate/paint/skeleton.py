"""Painting bones and discs, as every image needs them."""

from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.disc import paint_disc
from lbp_outcome.simulate.paint.joints import paint_joint
from lbp_outcome.simulate.paint.sacrum import paint_sacrum
from lbp_outcome.simulate.paint.transition import paint_transition
from lbp_outcome.simulate.paint.vertebra import paint_vertebra


def paint_bones(canvas: Canvas, anatomy: Anatomy) -> None:
    """Paint discs, sacrum, vertebrae and their joints; bone lies over disc."""
    for disc in anatomy.discs:
        paint_disc(canvas, disc)
    paint_sacrum(canvas, anatomy.sacrum)
    for vertebra in anatomy.vertebrae:
        paint_vertebra(canvas, vertebra)
    paint_transition(canvas, anatomy.discs[-1])
    for joint in anatomy.joints:
        disc = anatomy.disc(joint.disc)
        fat = disc.upper.marrow_fat, disc.lower.marrow_fat
        paint_joint(canvas, joint, fat)
