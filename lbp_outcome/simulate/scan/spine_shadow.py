"""The painted spine as X-rays see it: painted once, seen from two sides."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.skeleton import paint_bones
from lbp_outcome.simulate.paint.tissues import HOUNSFIELD, MUSCLE
from lbp_outcome.simulate.scan.beam import Picture, View, project

POINTS_MM = (1.15, 0.6, 1.1)
"""Distance of sample points: front to back, upwards, and side to side."""

SHEETS = 3
"""Neighbouring sheets are shifted within the pixel, lest straight walls be stepped."""

ASIDE, BEHIND, AHEAD, BELOW = 66.0, 82.0, 36.0, 24.0
"""How far bone reaches beyond the middles of the bodies [mm]."""

ABOVE_L3 = 165.0
"""Bones further up lie beyond the film [mm]."""


@dataclass(frozen=True, eq=False)
class PaintedSpine:
    """Bones and discs on an even grid along the patient's axes.

    Attributes:
        values: Attenuation beyond that of muscle [HU].
        affine: Maps (column, row, sheet) to patient space [mm].
    """

    values: Float32[np.ndarray, "sheet row column"]
    affine: Float[np.ndarray, "4 4"]

    def shadow(self, view: View) -> Picture:
        """Return the absorption by the spine on one film."""
        order = [2, 1, 0] if view.name == "lateral" else [0, 1, 2]
        values = self.values if view.name == "lateral" else self.values.T
        return project(view, values, self.affine[:, [*order, 3]])


def paint_spine(anatomy: Anatomy) -> PaintedSpine:
    """Return bones and discs as X-rays see them, from about T10 down to S4."""
    bones = [*anatomy.vertebrae, *anatomy.sacrum.segments]
    middles = np.array([bone.frame.origin for bone in bones])
    low = middles.min(axis=0) - (ASIDE, BEHIND, BELOW)
    high = middles.max(axis=0) + np.array([ASIDE, AHEAD, 0.0])
    high[2] = anatomy.vertebra(Vertebra.L3).frame.origin[2] + ABOVE_L3
    deep, up, wide = POINTS_MM
    affine = np.zeros((4, 4))
    affine[1, 0], affine[2, 1], affine[0, 2], affine[3, 3] = -deep, -up, wide, 1.0
    affine[:3, 3] = low[0], high[1], high[2]
    columns, rows, sheets = ((high - low)[[1, 2, 0]] / POINTS_MM).astype(int).tolist()
    shape = (columns, rows, sheets // SHEETS)
    canvas = Canvas(_of_slices(affine), shape, {"hounsfield": HOUNSFIELD}, SHEETS)
    values = canvas.values["hounsfield"]
    values[:] = MUSCLE.hounsfield
    paint_bones(canvas, anatomy)
    values -= np.float32(MUSCLE.hounsfield)
    return PaintedSpine(values, affine)


def _of_slices(affine: Float[np.ndarray, "4 4"]) -> Float[np.ndarray, "4 4"]:
    """The affine of slices, each of several sheets, from that of the sheets."""
    slices = affine.copy()
    slices[:, 2] *= SHEETS
    slices[:3, 3] += affine[:3, 2] * (SHEETS - 1) / 2
    return slices
