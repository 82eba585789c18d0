"""Painting a bone: a thin dark shell of cortex filled with bright marrow."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.paint.canvas import Block, Canvas, Flat, Sheets
from lbp_outcome.simulate.paint.grain import patches_at, start_of
from lbp_outcome.simulate.paint.solids import Solid
from lbp_outcome.simulate.paint.stain import Spots, label, mix, spots_in
from lbp_outcome.simulate.paint.tissue import Tissue
from lbp_outcome.simulate.paint.tissues import CORTEX, RED_MARROW, YELLOW_MARROW

SHELL_MM = 0.75
"""Mean thickness of the cortex [mm]."""

SHELL_UNEVEN_MM, SHELL_SOFT_MM = 0.3, 0.9
"""How much thicker or thinner the cortex is in places, and over which depth it passes
into the spongy bone [mm]."""

ROUGH_MM, ROUGH_STRETCH = 0.35, 0.45
"""Unevenness of the surface of bone [mm], and how far its patches are drawn out."""

PATCH_SD = 0.10
"""Unevenness of the share of fat within one bone."""


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


def paint_bone(canvas: Canvas, pieces: Iterable[Piece], shape: VertebraShape) -> None:
    """Paint all shells, then all marrow, so that marrow runs from piece to piece.

    Args:
        canvas: What is painted on.
        pieces: The pieces of one bone.
        shape: The bone.
    """
    pieces = list(pieces)
    for piece in pieces:
        roughen(piece, shape)
    paint_shells(canvas, pieces)
    for piece in pieces:
        paint_marrow(canvas, shape, piece, shape.marrow_fat)


def paint_shells(canvas: Canvas, pieces: Iterable[Piece]) -> None:
    """Paint the pieces of a bone as cortex throughout; marrow follows."""
    for piece in pieces:
        canvas.paint(piece.block, piece.distance < 0, piece.shell, piece.part)


def paint_marrow(
    canvas: Canvas, shape: VertebraShape, piece: Piece, fat: float
) -> None:
    """Paint uneven marrow in a piece of bone without endplates.

    Args:
        canvas: What is painted on.
        shape: The bone, for its pattern.
        piece: The piece.
        fat: Mean share of yellow marrow.
    """
    inside = piece.distance < 0
    spots = spots_in(canvas, piece.block, inside)
    depth = -piece.distance[inside]
    patches = patches_at(start_of(shape), spots.right, spots.anterior, spots.superior)
    share = np.clip(fat + PATCH_SD * patches, 0, 1).astype(np.float32)
    filled = filled_with_marrow(depth, patches)
    mix(canvas, spots, (RED_MARROW, YELLOW_MARROW), share, filled)
    label(canvas, spots.only(depth > SHELL_MM), piece.part)


def filled_with_marrow(depth: Flat, patches: Flat, shell: float = SHELL_MM) -> Flat:
    """Return the share of marrow below the surface of a bone: none in the cortex.

    Args:
        depth: Depth below the surface [mm].
        patches: Random patches of unit SD, by which the cortex is uneven.
        shell: Mean thickness of the cortex [mm].
    """
    cortex = np.float32(SHELL_UNEVEN_MM) * np.clip(patches, -1, 1)
    cortex += np.float32(shell - SHELL_SOFT_MM / 2)
    filled: np.ndarray = np.clip((depth - cortex) / np.float32(SHELL_SOFT_MM), 0, 1)
    return filled.astype(np.float32)


def surface_points(canvas: Canvas, piece: Piece, least: float, most: float) -> Spots:
    """Return the points whose distance to the surface lies between two values [mm]."""
    near = (piece.distance > np.float32(least)) & (piece.distance < np.float32(most))
    return spots_in(canvas, piece.block, near)


def roughen(piece: Piece, shape: VertebraShape, half_height: float = np.inf) -> None:
    """Make a smooth surface uneven, as that of grown bone is.

    Args:
        piece: The piece; its distances are changed.
        shape: The bone, for its pattern.
        half_height: Above and below this height the surface stays as it is [mm].
    """
    distance = piece.distance.reshape(-1)
    near = np.flatnonzero(np.abs(distance) < 3 * ROUGH_MM)
    axes = (piece.block.right, piece.block.anterior, piece.block.superior)
    place = [axis.reshape(-1)[near] for axis in axes]
    rough = np.float32(ROUGH_MM) * np.clip(half_height - np.abs(place[2]), 0, 1)
    stretched = [axis * np.float32(ROUGH_STRETCH) for axis in place]
    rough *= patches_at(start_of(shape, 11.0), *stretched)
    distance[near] += rough.astype(np.float32)
