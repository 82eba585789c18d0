"""The mask as in the SPIDER set: numbers count up from the lowest vertebra."""

from collections.abc import Collection

import numpy as np
from jaxtyping import UInt8

from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.part import BONES, Part

CANAL = 100
DISC = 200


def spider_mask(
    canvas: Canvas, complete: Collection[VertebraShape]
) -> UInt8[np.ndarray, "column row slice"]:
    """Return the mask: 1 is the lowest vertebra, 201 the disc below it, 100 the sac.

    Vertebrae cut by the edge of the field stay unlabelled with the disc below them, as
    in the released SPIDER masks; so does the sacrum. Label 100 is the dural sac, not
    the bony canal.
    """
    number = np.zeros(256, dtype=np.uint8)
    number[[Part.FLUID, Part.ROOT, Part.CORD]] = CANAL
    for bone in complete:
        number[[part + bone.number for part in BONES]] = bone.number
        number[Part.DISC + bone.number] = DISC + bone.number
    mask: np.ndarray = number[canvas.parts()]
    return mask
