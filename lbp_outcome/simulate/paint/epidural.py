"""Painting yellow ligaments and the fat between them."""

import numpy as np

from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.neural import FatPad
from lbp_outcome.simulate.paint.canal import DURA_MM
from lbp_outcome.simulate.paint.canvas import Canvas, Flat
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.tissues import FAT, FLAVUM, LIGAMENT
from lbp_outcome.simulate.paint.tube import Chosen, TubePoints, fill, soft_points

FLAVUM_HALF_HEIGHT = 18.0
FLAVUM_ASIDE = 11.5
OVER_BONE_ASIDE, OVER_BONE_HALF_HEIGHT = 8.5, 8.0
"""Near the disc the ligament lies in front of joints and laminae so far aside, and
above and below [mm]; elsewhere bone leaves it what room there is."""

FLATTEST, STEEPEST = 0.45, 0.85
"""Slope of the ligaments away from the midline."""

PAD_SHARE_AT_END = 0.08


def paint_flavum(canvas: Canvas, tube: TubePoints, anatomy: Anatomy) -> None:
    """Paint at each disc the ligaments' roof behind the sac, and the fat below it.

    Where fat is absent, ligament lies on the sac.
    """
    soft = soft_points(canvas, tube)
    part = canvas.part.reshape(-1)[tube.index]
    arch = (part >= Part.ARCH) & (part < Part.TOP_PLATE)
    arch &= np.abs(tube.right) < OVER_BONE_ASIDE
    for pad in anatomy.fat_pads:
        from_disc = tube.along - np.float32(anatomy.sac.distance[pad.step])
        near = np.flatnonzero(np.abs(from_disc) < FLAVUM_HALF_HEIGHT)
        if len(near):
            points = tube.only(near)
            away = from_disc[near]
            free = soft[near] | (arch[near] & (np.abs(away) < OVER_BONE_HALF_HEIGHT))
            _paint_roof(canvas, points, pad, away, free)


def _paint_roof(
    canvas: Canvas, tube: TubePoints, pad: FatPad, from_disc: Flat, free: Chosen
) -> None:
    """Two bands that meet behind the fat in the midline and rest on the joints."""
    fat = pad.thickness * np.maximum(1 - (from_disc / pad.half_height) ** 2, 0)
    deep = tube.half_depth + np.float32(DURA_MM)
    wide = tube.half_width + np.float32(DURA_MM)
    # Bands that touch the sac lie at least this far behind its middle.
    least = np.sqrt(deep**2 + (np.float32(FLATTEST) * wide) ** 2)
    top = np.maximum(tube.half_depth + fat, least)
    touching = np.sqrt(top**2 - deep**2) / wide
    slope = np.minimum(touching, np.float32(STEEPEST))
    aside = np.abs(tube.right)
    roof = (tube.back - top + slope * aside) / np.sqrt(1 + slope**2)
    outside = (tube.right / wide) ** 2 + (tube.back / deep) ** 2 > 1
    zone = free & outside & (aside < FLAVUM_ASIDE)
    band = zone & (roof >= 0) & (roof < pad.flavum) & (tube.back > -tube.half_depth)
    fill(canvas, tube.index, band, FLAVUM, Part.FLAVUM)
    # No fat of the canal is left between ligament and laminae.
    part = canvas.part.reshape(-1)[tube.index]
    beyond = (part == Part.FORAMEN) & (roof >= pad.flavum) & (tube.back > 0)
    fill(canvas, tube.index, beyond, LIGAMENT, Part.INTERSPINOUS)
    below = zone & (roof < 0) & (tube.back > 0)
    if pad.thickness > 0:
        fatty = below & (fat > PAD_SHARE_AT_END * pad.thickness)
        fill(canvas, tube.index, fatty, FAT, Part.EPIDURAL_FAT)
    else:
        fill(canvas, tube.index, below, FLAVUM, Part.FLAVUM)
