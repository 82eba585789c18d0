"""Painting a bone: a thin dark shell of cortex filled with bright marrow."""

from collections.abc import Iterable
from dataclasses import dataclass

from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.paint.canvas import Block, Canvas, Sheets
from lbp_outcome.simulate.paint.solids import Solid
from lbp_outcome.simulate.paint.tissues import CORTEX, MARROW, Tissue

SHELL_MM = 0.9


@dataclass(frozen=True, eq=False)
class Piece:
    """One solid of a bone on the canvas.

    Attributes:
        block: The sample points around it.
        distance: Their distance to its surface, negative inside [mm].
        part: Which structure it belongs to.
        shell: Its cortex.
    """

    block: Block
    distance: Sheets
    part: int
    shell: Tissue = CORTEX


def lay_out(
    canvas: Canvas,
    frame: Frame,
    solids: Iterable[Solid],
    part: int,
    shell: Tissue = CORTEX,
) -> list[Piece]:
    """Return the pieces of a bone that lie on the canvas."""
    blocks = [(canvas.block(frame, s.lower, s.upper), s) for s in solids]
    return [
        Piece(block, solid.distance(block), part, shell)
        for block, solid in blocks
        if block is not None
    ]


def paint_bone(canvas: Canvas, pieces: Iterable[Piece]) -> None:
    """Paint all shells, then all marrow, so that marrow runs from piece to piece."""
    pieces = list(pieces)
    for piece in pieces:
        canvas.paint(piece.block, piece.distance < 0, piece.shell, piece.part)
    for piece in pieces:
        inner = piece.distance < -SHELL_MM
        canvas.paint(piece.block, inner, MARROW, piece.part)
