"""Painting the facet joints: two processes, cartilage between them, and fluid."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int, UInt8

from lbp_outcome.anatomy import Side
from lbp_outcome.simulate.body.joints import HALF_LENGTH, FacetJoint
from lbp_outcome.simulate.paint.bone import PATCH_SD, SHELL_MM, filled_with_marrow
from lbp_outcome.simulate.paint.canvas import Canvas, Flat
from lbp_outcome.simulate.paint.grain import patches_at
from lbp_outcome.simulate.paint.part import BONES, MOST_BONES, Part
from lbp_outcome.simulate.paint.tissues import (
    CARTILAGE,
    CORTEX,
    JOINT_FLUID,
    RED_MARROW,
    YELLOW_MARROW,
)
from lbp_outcome.simulate.paint.tube import fill, flat_index

HALF_HEIGHT = 10.0
SPACE_HALF_HEIGHT = 9.0
FRONT_DOWN, BACK_UP = 2.5, 1.5
"""The front process rises from below, the back one hangs from above [mm]."""

HOLLOW = 0.012
"""Curvature of the front process around the back one [1/mm]."""

HARD_MM = 0.4
"""Worn joints have a thicker cortex, by this where processes doubled [mm]."""

START = (5.0, 17.0, 41.0)
"""Where joint processes lie in the cube of random patches [mm]."""

FRONT = {Side.LEFT: Part.UPPER_JOINT_LEFT, Side.RIGHT: Part.UPPER_JOINT_RIGHT}
BACK = {Side.LEFT: Part.LOWER_JOINT_LEFT, Side.RIGHT: Part.LOWER_JOINT_RIGHT}


@dataclass(frozen=True, eq=False)
class _Points:
    """Sample points around a joint, in its own axes.

    Attributes:
        index: Their positions in the flattened canvas.
        along: Place along the joint, backwards [mm].
        across: Distance in front of the joint's bent middle [mm].
        level: Height above its middle [mm].
        behind: Distance behind the back wall of the body [mm].
        clear: Distance into the canal [mm], which bone leaves free.
    """

    index: Int[np.ndarray, " points"]
    along: Flat
    across: Flat
    level: Flat
    behind: Flat
    clear: Flat

    @property
    def place(self) -> tuple[Flat, Flat, Flat]:
        """Where patches of tissue are looked up [mm]: other ones at every joint."""
        return self.behind, self.along, self.level


def paint_joint(
    canvas: Canvas, joint: FacetJoint, fat: tuple[float, float] = (0.5, 0.5)
) -> None:
    """Paint both joint processes and the joint between them, over their arches.

    Args:
        canvas: What is painted on.
        joint: The joint.
        fat: Share of yellow marrow in the vertebra above and in the one below.
    """
    points = _around(canvas, joint)
    if points is None:
        return
    shell = SHELL_MM + HARD_MM * (joint.growth - 1)
    above, below = fat
    front = _part(FRONT[joint.side], joint.number - 1)
    _grow(canvas, points, _front(joint, points), front, (shell, below))
    back = _part(BACK[joint.side], joint.number)
    _grow(canvas, points, _back(joint, points), back, (shell, above))
    oval = (points.along / np.float32(HALF_LENGTH)) ** 2
    oval += (points.level / np.float32(SPACE_HALF_HEIGHT)) ** 2
    between = (oval < 1) & (points.clear < 0)
    for width, tissue in ((joint.space, CARTILAGE), (joint.fluid, JOINT_FLUID)):
        inside = between & (np.abs(points.across) < width / 2)
        fill(canvas, points.index, inside, tissue, Part.FACET_SPACE)


def _around(canvas: Canvas, joint: FacetJoint) -> _Points | None:
    deep = joint.space / 2 + max(joint.front_thickness, joint.back_thickness)
    half = (HALF_LENGTH + 0.5, deep + 0.5, HALF_HEIGHT + max(FRONT_DOWN, BACK_UP))
    block = canvas.block(joint.frame, tuple(-size for size in half), half)
    if block is None:
        return None
    near = np.abs(block.right) < half[0]
    near &= (np.abs(block.anterior) < half[1]) & (np.abs(block.superior) < half[2])
    where = np.nonzero(near)
    along, ahead, level = (
        axis[where] for axis in (block.right, block.anterior, block.superior)
    )
    angle = np.radians(joint.angle)
    sine, cosine = np.float32(np.sin(angle)), np.float32(np.cos(angle))
    aside = np.float32(joint.aside) + sine * along + cosine * ahead
    behind = np.float32(joint.behind) + cosine * along - sine * ahead
    wide, deep = joint.canal
    radius = np.sqrt((aside / wide) ** 2 + (behind / deep - 1) ** 2)
    return _Points(
        index=flat_index(canvas, block, where),
        along=along,
        across=ahead + np.float32(HOLLOW) * along**2,
        level=level,
        behind=behind,
        clear=((1 - radius) * min(wide, deep)).astype(np.float32),
    )


def _front(joint: FacetJoint, points: _Points) -> Flat:
    """The process of the vertebra below; its front lies flat along the recess."""
    ahead = points.across - np.float32(joint.space / 2)
    process = _half_round(points, ahead, FRONT_DOWN, joint.front_thickness)
    cut: np.ndarray = np.maximum(process, np.float32(joint.recess) - points.behind)
    return cut


def _back(joint: FacetJoint, points: _Points) -> Flat:
    """The process of the vertebra above."""
    ahead = -points.across - np.float32(joint.space / 2)
    return _half_round(points, ahead, -BACK_UP, joint.back_thickness)


def _half_round(points: _Points, ahead: Flat, down: float, thick: float) -> Flat:
    """Distance to a process that is flat towards the joint and round away from it."""
    length = np.float32(HALF_LENGTH + 0.5)
    outline = (points.along / length) ** 2
    outline += (np.maximum(ahead, 0) / np.float32(thick)) ** 2
    level = ((points.level + np.float32(down)) / np.float32(HALF_HEIGHT)) ** 2
    round_away = (np.sqrt(outline + level * level) - 1) * np.float32(0.8 * thick)
    distance: np.ndarray = np.maximum(np.maximum(round_away, -ahead), points.clear)
    return distance


def _grow(
    canvas: Canvas,
    points: _Points,
    distance: Flat,
    part: int,
    bone: tuple[float, float],
) -> None:
    """Paint a process so that its marrow runs on into its own vertebra's.

    Args:
        canvas: What is painted on.
        points: Sample points.
        distance: Their distance to the surface of the process [mm].
        part: Which structure it is.
        bone: Thickness of its cortex [mm], and the share of fat in its marrow.
    """
    (shell, fat), index = bone, points.index
    there = canvas.part.reshape(-1)[index]
    own, body = _OWNER[there] == _OWNER[part], _IS_BODY[there]
    fill(canvas, index, (distance < 0) & ~own & ~body, CORTEX, part)
    inner = np.flatnonzero((distance < 0) & ~body)
    patches = patches_at(START, *(axis[inner] for axis in points.place))
    filled = filled_with_marrow(-distance[inner], patches, shell)
    share = np.clip(np.float32(fat) + np.float32(PATCH_SD) * patches, 0, 1)
    for name, values in canvas.values.items():
        red, yellow = (canvas.looks[name](t) for t in (RED_MARROW, YELLOW_MARROW))
        flat, marrow = values.reshape(-1), red + (yellow - red) * share
        here = flat[index[inner]]
        flat[index[inner]] = here + (marrow - here) * filled
    canvas.part.reshape(-1)[index[inner[filled > 0.5]]] = part


def _part(part: Part, number: int) -> int:
    return Part.SACRUM if number == 0 else part + number


def _owners() -> UInt8[np.ndarray, "256"]:
    """The vertebra that each part belongs to; 255 for none."""
    table = np.full(256, 255, dtype=np.uint8)
    table[Part.SACRUM] = 0
    for part in BONES:
        table[part + 1 : part + MOST_BONES + 1] = np.arange(1, MOST_BONES + 1)
    return table


_OWNER = _owners()
_IS_BODY = np.zeros(256, dtype=bool)
_IS_BODY[Part.BODY : Part.ARCH] = True
_IS_BODY[Part.TOP_PLATE :] = True
