"""Where in the image the causes of the outcome lie: the answer to every heat map."""

from collections.abc import Mapping
from enum import IntEnum

import numpy as np
from jaxtyping import Bool, Float, UInt8

from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.neural import FatPad
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.muscles import lower_back
from lbp_outcome.simulate.paint.part import Part, is_bone
from lbp_outcome.simulate.paint.planted import Planting
from lbp_outcome.simulate.paint.roots import LOOPS_ABOVE, LOOPS_BELOW

Voxels = Bool[np.ndarray, "column row slice"]

PAD_HALF_WIDTH, PAD_DEPTH = 9.0, 7.0
"""The place behind the sac where epidural fat lies, or is missing [mm]."""


class Cause(IntEnum):
    """What in the image acts on the outcome, and its number in the mask."""

    MULTIFIDUS_FAT = 1
    OPERATED_DISC = 2
    REDUNDANT_ROOTS = 3
    EPIDURAL_FAT = 4
    PLANTED = 5


def causes_mask(
    canvas: Canvas, anatomy: Anatomy, *, known: bool, planted: Planting | None
) -> UInt8[np.ndarray, "column row slice"]:
    """Return the voxels where a perfect explanation would point.

    A cause is marked in patients who have it and in those who do not: a multifidus
    without fat speaks for success as much as one full of it speaks against.

    Args:
        canvas: The painted patient.
        anatomy: The patient's shapes.
        known: Whether the four published causes act at all in this world.
        planted: Where a signal is planted, or None.
    """
    mask: np.ndarray = np.zeros(canvas.shape, dtype=np.uint8)
    for cause, voxels in _regions(canvas, anatomy).items() if known else ():
        mask[voxels] = cause
    if planted is not None:
        mask[_planted(canvas, planted)] = Cause.PLANTED
    return mask


def _regions(canvas: Canvas, anatomy: Anatomy) -> Mapping[Cause, Voxels]:
    parts = canvas.parts()
    operated = anatomy.disc(anatomy.operated_level)
    pad = next(pad for pad in anatomy.fat_pads if pad.disc == operated.name)
    return {
        Cause.MULTIFIDUS_FAT: _multifidus(canvas, anatomy),
        Cause.OPERATED_DISC: parts == Part.DISC + operated.number,
        Cause.REDUNDANT_ROOTS: _roots(canvas, anatomy),
        Cause.EPIDURAL_FAT: _pad(canvas, anatomy, pad),
    }


def _multifidus(canvas: Canvas, anatomy: Anatomy) -> Voxels:
    low, high = lower_back(anatomy)
    muscle = np.isin(canvas.parts(), [Part.MULTIFIDUS_LEFT, Part.MULTIFIDUS_RIGHT])
    return _between(canvas, muscle, low, high)


def _planted(canvas: Canvas, place: Planting) -> Voxels:
    return _between(canvas, np.isin(canvas.parts(), place.parts), place.low, place.high)


def _roots(canvas: Canvas, anatomy: Anatomy) -> Voxels:
    """The stretch of the sac in which redundant roots would wind."""
    sac = anatomy.sac
    found = np.isin(canvas.parts(), [Part.FLUID, Part.ROOT])
    height = _places(canvas, found)[:, 2]
    along = np.interp(height, sac.centre[::-1, 2], sac.distance[::-1])
    below = along - sac.distance[anatomy.nerves.stenosis_step]
    return _keep(found, (below > -LOOPS_ABOVE) & (below < LOOPS_BELOW))


def _pad(canvas: Canvas, anatomy: Anatomy, pad: FatPad) -> Voxels:
    """The place between sac and laminae at the operated disc, bone left out."""
    sac, step = anatomy.sac, pad.step
    parts = canvas.parts()
    free = ~is_bone(parts) & ~np.isin(parts, [Part.FLUID, Part.ROOT, Part.CORD])
    reach = 2 * pad.half_height
    middle = float(sac.centre[step, 2])
    free = _between(canvas, free, middle - reach, middle + reach)
    offset = _places(canvas, free) - sac.centre[step]
    right, back = offset @ sac.rightward[step], offset @ sac.backward[step]
    inside = (np.abs(offset @ sac.upward[step]) < pad.half_height) & (back > 0)
    inside &= (np.abs(right) < PAD_HALF_WIDTH) & (
        back < sac.half_depth[step] + PAD_DEPTH
    )
    return _keep(free, inside)


def _between(canvas: Canvas, voxels: Voxels, low: float, high: float) -> Voxels:
    height = _places(canvas, voxels)[:, 2]
    return _keep(voxels, (height > low) & (height < high))


def _places(canvas: Canvas, voxels: Voxels) -> Float[np.ndarray, "n 3"]:
    """Patient position of chosen voxels [mm]."""
    places: np.ndarray = (
        np.argwhere(voxels) @ canvas.affine[:3, :3].T + canvas.affine[:3, 3]
    )
    return places


def _keep(voxels: Voxels, kept: Bool[np.ndarray, " n"]) -> Voxels:
    chosen = np.zeros_like(voxels)
    chosen[voxels] = kept
    return chosen
