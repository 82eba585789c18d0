"""Painting the inside of a vertebral body: marrow, its changes, and the endplates."""

import numpy as np

from lbp_outcome.simulate.body.bones import Endplate, Modic, VertebraShape
from lbp_outcome.simulate.paint.bone import PATCH_SD, Piece, filled_with_marrow
from lbp_outcome.simulate.paint.canvas import Canvas, Flat
from lbp_outcome.simulate.paint.grain import patches_at, start_of
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.stain import Spots, label, mix, spots_in, stain
from lbp_outcome.simulate.paint.tissues import (
    BASIVERTEBRAL,
    CORTEX,
    FATTY_CHANGE,
    OEDEMA,
    RED_MARROW,
    SCLEROSIS,
    YELLOW_MARROW,
)

PLATE_MM, LABELLED_MM = 0.9, 1.2
"""Thickness of the bony endplate, and of what is labelled as endplate [mm]."""

WALL_MM = 0.5
"""Thickness of the cortex around a body [mm]."""

MODIC_TISSUES = {1: OEDEMA, 2: FATTY_CHANGE, 3: SCLEROSIS}
MODIC_SOFT_MM, MODIC_UNEVEN = 4.0, 0.30
"""Width of the border of a Modic change [mm], and unevenness of its depth."""

MODIC_DENSE, MODIC_CLOUDY = 0.9, 0.15
"""Share of the marrow that is changed inside it, and how much that varies."""

SCLEROSIS_MM = 3.0
"""Depth in which dense bone beside an endplate thins out to a third [mm]."""

FAT_AT_ENDPLATES, FAT_AT_VEIN, FAT_REACH_MM = 0.14, 0.15, 5.0
"""There is more fat beside the endplates and around the vein, as shares of marrow."""

VEIN_MM, VEIN_DEEP_MM, VEIN_WIDE_MM = 2.8, 13.0, 4.5
"""Half height of the basivertebral vein at the back wall, its depth, half width [mm].
"""


def paint_inside(canvas: Canvas, shape: VertebraShape, body: Piece) -> None:
    """Paint marrow, vein, changed marrow and endplates of one body."""
    spots = spots_in(canvas, body.block, body.distance < 0)
    top = shape.upper_endplate(spots.right, spots.anterior) - spots.superior
    bottom = spots.superior - shape.lower_endplate(spots.right, spots.anterior)
    patches = _patches(shape, spots)
    share = _fat_share(shape, spots, np.minimum(top, bottom), patches)
    filled = filled_with_marrow(-body.distance[body.distance < 0], patches, WALL_MM)
    mix(canvas, spots, (RED_MARROW, YELLOW_MARROW), share, filled)
    label(canvas, spots, body.part)
    marrow = np.flatnonzero(filled > 0.5)
    inner, cloud = spots.only(marrow), patches[marrow]
    _paint_vein(canvas, shape, inner)
    for depth, endplate in ((top, shape.top), (bottom, shape.bottom)):
        _paint_changes(canvas, shape, inner, depth[marrow], endplate, cloud)
    for depth, part in ((top, Part.TOP_PLATE), (bottom, Part.BOTTOM_PLATE)):
        _paint_plate(canvas, spots, depth, patches)
        label(canvas, spots.only(depth < LABELLED_MM), part + shape.number)


def paint_below_endplate(canvas: Canvas, shape: VertebraShape, body: Piece) -> None:
    """Paint the upper endplate of a bone that has no other, and what lies beneath."""
    spots = spots_in(canvas, body.block, body.distance < 0)
    depth = shape.upper_endplate(spots.right, spots.anterior) - spots.superior
    patches = _patches(shape, spots)
    _paint_changes(canvas, shape, spots, depth, shape.top, patches)
    _paint_plate(canvas, spots, depth, patches)


def _paint_plate(canvas: Canvas, spots: Spots, depth: Flat, patches: Flat) -> None:
    """The bony endplate, uneven and without a sharp inner border."""
    there = np.flatnonzero(depth < 2 * PLATE_MM)
    spongy = filled_with_marrow(depth[there], patches[there], PLATE_MM)
    stain(canvas, spots.only(there), CORTEX, 1 - spongy)


def _patches(shape: VertebraShape, spots: Spots) -> Flat:
    return patches_at(start_of(shape), spots.right, spots.anterior, spots.superior)


def _fat_share(
    shape: VertebraShape, spots: Spots, from_end: Flat, patches: Flat
) -> Flat:
    """Share of yellow marrow at points inside a body."""
    behind = spots.anterior + np.float32(shape.size.depth / 2)
    to_vein = np.abs(spots.superior) + np.abs(spots.right) + np.maximum(behind - 6, 0)
    reach = np.float32(FAT_REACH_MM)
    near = np.maximum(1 - from_end / reach, 0) * np.float32(FAT_AT_ENDPLATES)
    near += np.maximum(1 - to_vein / (2 * reach), 0) * np.float32(FAT_AT_VEIN)
    share: np.ndarray = shape.marrow_fat + near + PATCH_SD * patches
    clipped: np.ndarray = np.clip(share, 0, 1).astype(np.float32)
    return clipped


def _paint_vein(canvas: Canvas, shape: VertebraShape, spots: Spots) -> None:
    """The basivertebral vein: a bright cleft in the middle of the body's back."""
    depth = spots.anterior + np.float32(shape.size.depth / 2)
    opening = VEIN_MM * (1 - depth / VEIN_DEEP_MM)
    height = np.clip(opening - np.abs(spots.superior) + 0.5, 0, 1)
    share = height * np.clip(VEIN_WIDE_MM - np.abs(spots.right), 0, 1)
    there = np.flatnonzero(share > 0)
    stain(canvas, spots.only(there), BASIVERTEBRAL, share[there].astype(np.float32))


def _paint_changes(
    canvas: Canvas,
    shape: VertebraShape,
    spots: Spots,
    depth: Flat,
    endplate: Endplate,
    patches: Flat,
) -> None:
    """Modic change and dense bone beside one endplate; `depth` is counted from it."""
    if endplate.modic:
        share = _modic_share(shape, endplate.modic, spots, depth, patches)
        there = np.flatnonzero(share > 0)
        tissue = MODIC_TISSUES[endplate.modic.type]
        stain(canvas, spots.only(there), tissue, share[there])
    if endplate.sclerosis > 0:
        there = np.flatnonzero(depth < 2 * SCLEROSIS_MM)
        thinned = np.exp(-depth[there] / np.float32(SCLEROSIS_MM))
        dense = np.float32(endplate.sclerosis) * thinned
        stain(canvas, spots.only(there), SCLEROSIS, dense)


def _modic_share(
    shape: VertebraShape, modic: Modic, spots: Spots, depth: Flat, patches: Flat
) -> Flat:
    """1 in the changed marrow, 0 outside, with a soft border."""
    across = np.sqrt(modic.share)
    middle = modic.forward * (1 - across) * shape.size.depth / 2
    x = spots.right / np.float32(across * shape.size.width / 2)
    y = (spots.anterior - np.float32(middle)) / np.float32(
        across * shape.size.depth / 2
    )
    reach = modic.depth * np.sqrt(np.sqrt(np.maximum(1 - x**2 - y**2, 0)))
    reach *= 1 + MODIC_UNEVEN * patches
    soft = np.float32(MODIC_SOFT_MM)
    share: np.ndarray = np.clip((reach - depth) / soft, 0, 1)
    share *= np.clip(MODIC_DENSE + MODIC_CLOUDY * patches, 0, 1)
    return share.astype(np.float32)
