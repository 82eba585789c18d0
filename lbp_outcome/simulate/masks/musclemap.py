"""The mask of the muscles, numbered as the whole-body model of MuscleMap does."""

import numpy as np
from jaxtyping import Int16

from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.part import Part

NUMBERS = {
    Part.MULTIFIDUS_LEFT: 5101,
    Part.MULTIFIDUS_RIGHT: 5102,
    Part.ERECTOR_LEFT: 5111,
    Part.ERECTOR_RIGHT: 5112,
    Part.PSOAS_LEFT: 5121,
    Part.PSOAS_RIGHT: 5122,
    Part.QUADRATUS_LEFT: 5131,
    Part.QUADRATUS_RIGHT: 5132,
}
"""Odd is left. The older abdominal model of MuscleMap has the sides the other way."""


def musclemap_mask(canvas: Canvas) -> Int16[np.ndarray, "column row slice"]:
    """Return the mask of multifidus, erector spinae, psoas and quadratus lumborum.

    A muscle's label covers the fat between its fibres.
    """
    number = np.zeros(256, dtype=np.int16)
    number[list(NUMBERS)] = list(NUMBERS.values())
    mask: np.ndarray = number[canvas.parts()]
    return mask
