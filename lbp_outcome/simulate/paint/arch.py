"""The arch of a vertebra as a handful of solids behind its body.

Axes are those of the body: right, anterior, superior, origin in its middle [mm].
"""

import numpy as np

from lbp_outcome.simulate.body.shapes import VertebraShape
from lbp_outcome.simulate.paint.canvas import Block, Sheets
from lbp_outcome.simulate.paint.solids import (
    Solid,
    box_around,
    ellipsoid,
    offset_from,
    rod,
    rounded_box,
    to_rounded_box,
)

LAMINA_MM = 6.0


def arch_solids(shape: VertebraShape) -> list[Solid]:
    """Return pedicles, joint processes, laminae, transverse and spinous processes."""
    both_sides = [
        solid(shape, side)
        for side in (-1.0, 1.0)
        for solid in (_pedicle, _upper_joint, _isthmus, _lower_joint, _lamina, _wing)
    ]
    return [_spinous_process(shape), *both_sides]


def _canal_front(shape: VertebraShape) -> float:
    return -shape.size.depth / 2


def _canal_back(shape: VertebraShape) -> float:
    return -shape.size.depth / 2 - shape.size.canal_depth


def _pedicle_place(shape: VertebraShape) -> tuple[float, float]:
    """Distance from the midline, and height above the middle of the body [mm]."""
    aside = (shape.size.canal_width + shape.size.pedicle_width) / 2
    return aside, 0.19 * shape.height


def _pedicle(shape: VertebraShape, side: float) -> Solid:
    aside, up = _pedicle_place(shape)
    inside_body = 8.0
    length = 0.65 * shape.size.canal_depth + inside_body
    centre = (side * aside, _canal_front(shape) + inside_body - length / 2, up)
    half = (shape.size.pedicle_width / 2, length / 2, shape.size.pedicle_height / 2)
    return rounded_box(centre, half, rounding=0.92 * min(half))


def _upper_joint(shape: VertebraShape, side: float) -> Solid:
    """The superior articular process, in front of the joint."""
    aside = shape.size.canal_width / 2 + 3.5
    behind = _canal_front(shape) - 0.55 * shape.size.canal_depth - 2.0
    return ellipsoid((side * aside, behind, shape.height / 2 + 2.5), (6.0, 3.7, 10.5))


def _lower_joint(shape: VertebraShape, side: float) -> Solid:
    """The inferior articular process, behind the joint."""
    aside = shape.size.canal_width / 2 + 1.0
    behind = _canal_back(shape) - 2.0
    return ellipsoid((side * aside, behind, -shape.height / 2 - 6.5), (5.5, 4.0, 10.0))


def _isthmus(shape: VertebraShape, side: float) -> Solid:
    """The bridge between the joints (pars interarticularis)."""
    aside, up = _pedicle_place(shape)
    top = _canal_front(shape) - 0.6 * shape.size.canal_depth - 1.0
    low_aside = shape.size.canal_width / 2 + 0.5
    start = (side * (aside - 1.0), top, up)
    end = (side * low_aside, _canal_back(shape) - 1.5, -shape.height / 2 - 1.0)
    return rod(start, end, radius=4.6)


def _lamina(shape: VertebraShape, side: float) -> Solid:
    """A plate that slants backwards downwards, and forwards away from the midline."""
    reach = shape.size.canal_width / 2
    behind = _canal_back(shape) - LAMINA_MM / 2 - 1.5
    centre = (side * reach / 2, behind, -0.22 * shape.height)
    half = (reach / 2 + 2, LAMINA_MM / 2, 0.34 * shape.height)

    def distance(block: Block) -> Sheets:
        right, anterior, superior = offset_from(block, centre)
        outwards = np.float32(side) * right + np.float32(reach / 2)
        slanted = anterior - np.float32(0.30) * outwards - np.float32(0.20) * superior
        return to_rounded_box((right, slanted, superior), half, rounding=2.8)

    return Solid(*box_around(centre, (half[0], half[1] + 9, half[2])), distance)


def _spinous_process(shape: VertebraShape) -> Solid:
    """A blade in the midline that drops and swells towards its tip."""
    length, height = shape.size.process_length, shape.size.process_height
    drop = np.float32(shape.size.process_drop)
    behind = _canal_back(shape) - LAMINA_MM + 2 - length / 2
    centre = (0.0, behind, -0.24 * shape.height - float(drop) * length / 2)
    half = (3.6, length / 2, height / 2)

    def distance(block: Block) -> Sheets:
        right, anterior, superior = offset_from(block, centre)
        to_tip = np.clip(-anterior / np.float32(length / 2), -1, 1)
        thin = right / (1 + np.float32(0.20) * to_tip)
        level = superior - drop * anterior
        low = level / (np.float32(0.90) + np.float32(0.10) * to_tip)
        return to_rounded_box((thin, anterior, low), half, rounding=3.4)

    reach = (half[0] + 1, half[1], half[2] + float(drop) * length / 2)
    return Solid(*box_around(centre, reach), distance)


def _wing(shape: VertebraShape, side: float) -> Solid:
    """The transverse process."""
    aside, up = _pedicle_place(shape)
    behind = _canal_front(shape) - 0.5 * shape.size.canal_depth
    end = (side * (aside + 24), behind - 6, up + 2)
    return rod((side * aside, behind, up - 1), end, radius=4.2)
