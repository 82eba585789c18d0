"""The two masks of SPINEPS: single vertebrae and discs, and tissues."""

from collections.abc import Collection

import numpy as np
from jaxtyping import UInt8

from lbp_outcome.labels.spineps import ANATOMICAL, DISC, ENDPLATE, SACRUM
from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.part import BONES, Part

NUMBERS = {name: number for number, name in ANATOMICAL.items()}

CORD, CANAL, DISC_TISSUE, ENDPLATE_TISSUE = 60, 61, 100, 62
TISSUES = {
    Part.BODY: 49,
    Part.ARCH: 41,
    Part.SPINOUS: 42,
    Part.WING_LEFT: 43,
    Part.WING_RIGHT: 44,
    Part.UPPER_JOINT_LEFT: 45,
    Part.UPPER_JOINT_RIGHT: 46,
    Part.LOWER_JOINT_LEFT: 47,
    Part.LOWER_JOINT_RIGHT: 48,
    Part.TOP_PLATE: ENDPLATE_TISSUE,
    Part.BOTTOM_PLATE: ENDPLATE_TISSUE,
    Part.DISC: DISC_TISSUE,
}
"""Semantic number of each part of a vertebra, and of the disc below it."""

Mask = UInt8[np.ndarray, "column row slice"]


def spineps_vertebrae(canvas: Canvas, complete: Collection[VertebraShape]) -> Mask:
    """Return the instance mask: 20 is L1, 120 the disc below it, 220 its endplates.

    Numbers are anatomical, as with the labelling model of SPINEPS: 28 is T13, 25 L6.
    """
    number = np.zeros(256, dtype=np.uint8)
    number[Part.SACRUM] = SACRUM
    for bone in complete:
        name = NUMBERS[bone.name]
        number[[part + bone.number for part in BONES]] = name
        number[[Part.TOP_PLATE + bone.number, Part.BOTTOM_PLATE + bone.number]] = (
            ENDPLATE + name
        )
        number[Part.DISC + bone.number] = DISC + name
    mask: np.ndarray = number[canvas.parts()]
    return mask


def spineps_tissues(canvas: Canvas, complete: Collection[VertebraShape]) -> Mask:
    """Return the semantic mask: body, arch and processes, disc, canal, cord, sacrum.

    The canal is the dural sac without the cord. Vertebrae cut by the edge of the field
    are left out, as in the instance mask.
    """
    number = np.zeros(256, dtype=np.uint8)
    number[[Part.FLUID, Part.ROOT]] = CANAL
    number[Part.CORD] = CORD
    number[Part.SACRUM] = SACRUM
    for bone in complete:
        for part, tissue in TISSUES.items():
            number[part + bone.number] = tissue
    mask: np.ndarray = number[canvas.parts()]
    return mask
