"""Painting the bridges between a transitional vertebra and the sacrum."""

import numpy as np

from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.paint.arch import is_transitional, wing_middle
from lbp_outcome.simulate.paint.bone import SHELL_MM
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.sacrum import WING_TOP
from lbp_outcome.simulate.paint.solids import Solid, rod
from lbp_outcome.simulate.paint.tissues import CARTILAGE, CORTEX, MARROW

INNER_MM = 15.0
"""From here outwards the wing of the sacrum falls."""

RADIUS_MM = 8.5
DEPTH_SHARE = -0.35
"""Depth at which the pillar stands on the wing, relative to that of S1."""

DEEP_IN_WING = 6.0
"""How far a fused bridge reaches into the wing of the sacrum [mm]."""

SPACE_MM = 2.0
"""Width of the false joint."""


def paint_transition(canvas: Canvas, disc: DiscShape) -> None:
    """Paint what joins the lowest vertebra to the sacrum (Castellvi).

    Type II is a false joint, III a fusion; IV is a joint on the left and a fusion on
    the right. Type I does not reach the sacrum.
    """
    kind = disc.upper.castellvi
    if kind < 2 or disc.number != 1:
        return
    for side, fused in ((-1.0, kind == 3), (1.0, True)):
        if is_transitional(disc.upper, side):
            _paint_bridge(canvas, disc, side, fused)


def _paint_bridge(canvas: Canvas, disc: DiscShape, side: float, fused: bool) -> None:
    bridge = _bridge(disc, side)
    block = canvas.block(disc.lower.frame, bridge.lower, bridge.upper)
    if block is None:
        return
    out = np.maximum(np.abs(block.right) - np.float32(INNER_MM), 0)
    wing = np.float32(disc.lower.height / 2) - np.float32(WING_TOP) * out
    above = block.superior - wing
    surface = bridge.distance(block)
    if not fused:
        surface = np.maximum(surface, np.float32(SPACE_MM / 2) - above)
    part = (Part.WING_LEFT if side < 0 else Part.WING_RIGHT) + disc.upper.number
    canvas.paint(block, (surface < 0) & (above > 0), CORTEX, part)
    canvas.paint(block, surface < -np.float32(SHELL_MM), MARROW, part)
    if not fused:
        between = (np.abs(above) < SPACE_MM / 2) & (bridge.distance(block) < 0)
        canvas.paint(block, between, CARTILAGE, Part.FACET_SPACE)


def _bridge(disc: DiscShape, side: float) -> Solid:
    """A pillar from the transverse process down into the wing, in the axes of S1."""
    place = disc.upper.frame.at(*wing_middle(disc.upper, side))
    start = disc.lower.frame.axes @ (place - disc.lower.frame.origin)
    wing = disc.lower.height / 2 - WING_TOP * (abs(float(start[0])) - INNER_MM)
    end = (float(start[0]), DEPTH_SHARE * disc.lower.size.depth, wing - DEEP_IN_WING)
    return rod((float(start[0]), float(start[1]), float(start[2])), end, RADIUS_MM)
