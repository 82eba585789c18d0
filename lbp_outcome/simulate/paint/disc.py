"""Painting a disc: whatever lies between two endplates."""

import numpy as np

from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.numbering import number_from_l5
from lbp_outcome.simulate.body.shapes import DiscShape
from lbp_outcome.simulate.paint.canvas import Canvas, Flat, Part, Sheets
from lbp_outcome.simulate.paint.solids import to_oval
from lbp_outcome.simulate.paint.tissues import ANNULUS, nucleus

FRONT_BULGE = 1.0


def paint_disc(canvas: Canvas, disc: DiscShape) -> None:
    """Paint nucleus and annulus; a worn nucleus is dark and has no clear border."""
    depth = (disc.upper.size.depth + disc.lower.size.depth) / 4
    width = (disc.upper.size.width + disc.lower.size.width) / 4
    reach = disc.rim_height / 2 + 6
    box = (width + 4, depth + 8, reach)
    block = canvas.block(disc.frame, tuple(-size for size in box), box)
    if block is None:
        return
    points = np.stack([block.right, block.anterior, block.superior])
    right, anterior, superior = _seen_from(disc.upper.frame, disc.frame, points)
    below_ceiling = superior < disc.upper.lower_endplate(right, anterior)
    right, anterior, superior = _seen_from(disc.lower.frame, disc.frame, points)
    above_floor = superior > disc.lower.upper_endplate(right, anterior)
    forward = block.anterior - np.float32((FRONT_BULGE - disc.bulge) / 2)
    half_depth = depth + (FRONT_BULGE + disc.bulge) / 2
    edge = to_oval(block.right, forward, width + disc.bulge / 2, half_depth)
    inside = (edge < 0) & below_ceiling & above_floor
    share = _annulus_share(disc, edge[inside], block.superior[inside])
    tissues = (nucleus(disc.grade, disc.signal_deviation), ANNULUS)
    part = Part.DISC + number_from_l5(disc.name.upper)
    canvas.blend(block, inside, tissues, share, part)


def _annulus_share(disc: DiscShape, edge: Flat, superior: Flat) -> Flat:
    """0 in the nucleus, 1 in the annulus; in worn discs the border is blurred."""
    border, blur = -0.30 * disc.upper.size.depth / 2, 2.0 + 1.2 * disc.grade
    share = np.clip((edge - border) / blur + 0.5, 0, 1)
    if disc.grade == 2:  # the dark cleft of the ageing nucleus
        share = np.maximum(share, 0.5 * np.exp(-((superior / 1.2) ** 2)))
    rounded: np.ndarray = share.astype(np.float32)
    return rounded


def _seen_from(
    target: Frame, source: Frame, points: np.ndarray
) -> tuple[Sheets, Sheets, Sheets]:
    """Positions given in one frame, as another frame sees them."""
    turn = (target.axes @ source.axes.T).astype(np.float32)
    start = (target.axes @ (source.origin - target.origin)).astype(np.float32)
    right, anterior, superior = (
        row[0] * points[0] + row[1] * points[1] + row[2] * points[2] + begin
        for row, begin in zip(turn, start, strict=True)
    )
    return right, anterior, superior
