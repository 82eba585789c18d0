"""Painting the spinal canal: the fat around the sac, dura, fluid and cord."""

import numpy as np

from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.roots import CONUS_TAPER, paint_roots
from lbp_outcome.simulate.paint.tissues import CORD, DURA, FAT, FLUID
from lbp_outcome.simulate.paint.tube import TubePoints, fill

DURA_MM = 0.6
FAT_BEFORE, FAT_BEHIND, FAT_BESIDE = 7.0, 11.0, 11.5
"""How far the fat of the canal reaches before the sac, and behind and beside its
middle [mm]."""

CORD_HALF_WIDTH, CORD_HALF_DEPTH = 4.6, 3.5


def paint_surroundings(canvas: Canvas, tube: TubePoints) -> None:
    """Fill the canal with fat, before bones are painted over it."""
    inside = tube.back > -tube.half_depth - np.float32(FAT_BEFORE)
    inside &= tube.back < FAT_BEHIND
    inside &= np.abs(tube.right) < FAT_BESIDE
    fill(canvas, tube.index, inside, FAT, Part.FORAMEN)


def paint_sac(canvas: Canvas, tube: TubePoints, anatomy: Anatomy) -> None:
    """Paint dura, fluid, cord and roots; the sac's area is that of its shape."""
    wide = tube.half_width + np.float32(DURA_MM)
    deep = tube.half_depth + np.float32(DURA_MM)
    ends = (tube.along > 0) & (tube.along < anatomy.sac.distance[-1])
    dura = ends & ((tube.right / wide) ** 2 + (tube.back / deep) ** 2 < 1)
    covered = tube.only(dura)
    fill(
        canvas, covered.index, np.ones(len(covered.index), dtype=bool), DURA, Part.DURA
    )
    across = (covered.right / covered.half_width) ** 2
    across += (covered.back / covered.half_depth) ** 2
    sac = covered.only(across < 1)
    fill(canvas, sac.index, np.ones(len(sac.index), dtype=bool), FLUID, Part.FLUID)
    paint_roots(canvas, sac, anatomy)
    _paint_cord(canvas, sac, anatomy)


def _paint_cord(canvas: Canvas, sac: TubePoints, anatomy: Anatomy) -> None:
    """The cord tapers to a point over the length of its cone."""
    end = np.float32(anatomy.sac.distance[anatomy.nerves.conus_step])
    size = np.sin(np.clip((end - sac.along) / CONUS_TAPER, 0, 1) * np.pi / 2)
    across = sac.right / CORD_HALF_WIDTH
    deep = (sac.back - 0.15 * sac.half_depth) / CORD_HALF_DEPTH
    fill(canvas, sac.index, across**2 + deep**2 < size**2, CORD, Part.CORD)
