"""Which vertebrae an examination shows whole."""

import numpy as np

from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.scan.plan import Scan

MARGIN_PIXELS = 1.0


def complete_vertebrae(anatomy: Anatomy, scan: Scan) -> tuple[VertebraShape, ...]:
    """Return the vertebrae whose body lies wholly in the field of view, from above."""
    return tuple(bone for bone in anatomy.vertebrae if _is_inside(bone, scan))


def _is_inside(bone: VertebraShape, scan: Scan) -> bool:
    inverse = np.linalg.inv(scan.affine)
    corners = [
        bone.corner(front=front, top=top)
        for front in (True, False)
        for top in (True, False)
    ]
    index = np.array(corners) @ inverse[:3, :3].T + inverse[:3, 3]
    last = np.array(scan.shape) - 1 - MARGIN_PIXELS
    return bool((index >= MARGIN_PIXELS).all() and (index <= last).all())
