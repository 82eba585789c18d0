"""The segmentation of a painted patient, numbered as SPIDER does."""

from collections.abc import Collection

import numpy as np
from jaxtyping import UInt8

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.numbering import number_from_l5
from lbp_outcome.simulate.body.shapes import Anatomy
from lbp_outcome.simulate.paint.canvas import Canvas, Part
from lbp_outcome.simulate.scan.plan import Scan

CANAL = 100
DISC = 200
MARGIN_PIXELS = 1.0


def complete_vertebrae(anatomy: Anatomy, scan: Scan) -> tuple[Vertebra, ...]:
    """Return the vertebrae whose body lies wholly in the field of view, from above."""
    inverse = np.linalg.inv(scan.affine)
    complete = []
    for bone in anatomy.vertebrae:
        corners = [
            bone.corner(front=front, top=top)
            for front in (True, False)
            for top in (True, False)
        ]
        index = np.array(corners) @ inverse[:3, :3].T + inverse[:3, 3]
        last = np.array(scan.shape) - 1 - MARGIN_PIXELS
        if (index >= MARGIN_PIXELS).all() and (index <= last).all():
            complete.append(bone.name)
    return tuple(complete)


def spider_mask(
    canvas: Canvas, complete: Collection[Vertebra]
) -> UInt8[np.ndarray, "column row slice"]:
    """Return the mask: 1 is L5, 201 is L5-S1, 100 the dural sac; sacrum unlabelled.

    Vertebrae cut by the edge of the field stay unlabelled with the disc below them, as
    in the released SPIDER masks. Label 100 is the dural sac, not the bony canal.
    """
    number = np.zeros(256, dtype=np.uint8)
    number[[Part.FLUID, Part.ROOT, Part.CORD]] = CANAL
    for vertebra in complete:
        count = number_from_l5(vertebra)
        number[[Part.BODY + count, Part.ARCH + count]] = count
        number[Part.DISC + count] = DISC + count
    mask: np.ndarray = number[canvas.parts()]
    return mask
