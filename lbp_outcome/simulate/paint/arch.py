"""The arch of a vertebra as a handful of solids behind its body.

Axes are those of the body: right, anterior, superior, origin in its middle [mm].
"""

import numpy as np

from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.paint.body import rounded_edge
from lbp_outcome.simulate.paint.canvas import Block, Sheets
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.solids import (
    Solid,
    box_around,
    offset_from,
    rod,
    rounded_box,
    to_rounded_box,
)

LAMINA_MM = 6.0
IN_LAMINA_MM = 2.5
"""The spinous process begins this deep in the laminae, so that their marrow joins."""

BLADE_MM, ENDS_SWELL_MM, LOW_SWELL = 2.7, 1.5, 0.32
"""Half thickness of the spinous process in its middle, what root and tip have more
[mm], and by which share its lower edge is thicker than its middle."""

EDGE_MM, BEND_MM = 2.4, 1.0
"""Its edges are rounded, and its tip points a little to one side [mm]."""

WINGS = {1: (22.0, 5.0), 2: (23.0, 4.0), 3: (28.0, 2.0), 4: (25.0, 1.0)}
UPPER_WING, WING_SLIMMER = (20.0, 0.0), 1.5
"""Length of the transverse processes and how far their tips rise, by count of the
vertebra from the lowest, and of those further up; they slim towards the tip [mm]."""

TALL_WING_MM = 22.0
"""Height of a transitional transverse process; more than 19 mm (Castellvi 1984)."""


def arch_solids(shape: VertebraShape) -> list[tuple[Part, Solid]]:
    """Return pedicles, laminae, transverse and spinous processes.

    The joint processes belong to the joints (paint/joints.py), which they face.
    """
    both_sides = [
        (part, solid(shape, side))
        for side, wing in ((-1.0, Part.WING_LEFT), (1.0, Part.WING_RIGHT))
        for part, solid in (
            (Part.ARCH, _pedicle),
            (Part.ARCH, _isthmus),
            (Part.ARCH, _lamina),
            (wing, _wing),
        )
    ]
    return [(Part.SPINOUS, _spinous_process(shape)), *both_sides]


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
    """A blade in the midline that drops, and swells towards its tip and lower edge."""
    length = shape.size.process_length + IN_LAMINA_MM
    height = shape.size.process_height
    drop = np.float32(shape.size.process_drop)
    behind = _canal_back(shape) - LAMINA_MM + 2 + IN_LAMINA_MM - length / 2
    centre = (0.0, behind, -0.24 * shape.height - float(drop) * length / 2)
    half = (BLADE_MM, length / 2, height / 2)
    corner = np.float32(0.85 * min(half[1], half[2]))
    bend = np.float32(BEND_MM * np.sin(shape.patches[0] + 1.7 * shape.number))

    def distance(block: Block) -> Sheets:
        right, anterior, superior = offset_from(block, centre)
        to_tip = np.clip(-anterior / np.float32(length / 2), -1, 1)
        # The lower edge sags towards the tip, the upper one is a little hollow.
        level = superior - drop * anterior - np.float32(1.2) * (1 - to_tip**2)
        level = level / (np.float32(0.86) + np.float32(0.14) * to_tip)
        ahead = np.maximum(np.abs(anterior) - np.float32(half[1]) + corner, 0)
        above = np.maximum(np.abs(level) - np.float32(half[2]) + corner, 0)
        outline = np.hypot(ahead, above) - corner
        low = np.clip(-level / np.float32(half[2]), -1, 1)
        thick = np.float32(BLADE_MM) + np.float32(ENDS_SWELL_MM) * to_tip**2
        thick = thick * (1 + np.float32(LOW_SWELL) * low)
        thin = np.abs(right - bend * np.maximum(to_tip, 0)) - thick
        return rounded_edge(outline, thin, EDGE_MM)

    wide = (half[0] + ENDS_SWELL_MM) * (1 + LOW_SWELL) + BEND_MM
    reach = (wide, half[1], half[2] + float(drop) * length / 2 + 2)
    return Solid(*box_around(centre, reach), distance)


def _wing(shape: VertebraShape, side: float) -> Solid:
    """The transverse process; broad where it reaches for the sacrum (Castellvi)."""
    aside, up = _pedicle_place(shape)
    behind = _canal_front(shape) - 0.5 * shape.size.canal_depth
    if is_transitional(shape, side):
        half = (13.0, 5.0, TALL_WING_MM / 2)
        return rounded_box(wing_middle(shape, side), half, rounding=4.9)
    length, rise = WINGS.get(shape.number, UPPER_WING)
    end = (side * (aside + length), behind - 6, up + rise)
    stem = rod((side * aside, behind, up - 1), end, radius=4.4)

    def distance(block: Block) -> Sheets:
        out = (np.abs(block.right) - np.float32(aside)) / np.float32(length)
        slimmer = np.float32(WING_SLIMMER) * np.clip(out, 0, 1)
        surface: np.ndarray = stem.distance(block) + slimmer
        return surface

    return Solid(stem.lower, stem.upper, distance)


def wing_middle(shape: VertebraShape, side: float) -> tuple[float, float, float]:
    """Return the middle of a transitional transverse process [mm]."""
    aside, up = _pedicle_place(shape)
    behind = _canal_front(shape) - 0.3 * shape.size.canal_depth
    return side * (aside + 10), behind, up - 4


def is_transitional(shape: VertebraShape, side: float) -> bool:
    """Whether a transverse process is transitional: left up to type III, both in IV."""
    return shape.castellvi == 4 or (shape.castellvi > 0 and side < 0)
