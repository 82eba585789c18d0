"""Labels that were made thicker: a dilation leaves an outline that no hand draws."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool

from lbp_outcome.labels._parts import Kind, Parts, among, around

Mask = Bool[np.ndarray, "i j k"]
Shift = tuple[int, int, int]
Shape = list[list[Shift]]
"""A chain of simple shapes, each as the steps to its voxels."""

KINDS = {
    "vertebrae": (Kind.VERTEBRA, Kind.PARTIAL_VERTEBRA),
    "discs": (Kind.DISC, Kind.DISC_ABOVE),
}

SMOOTH, ROUGH = 0.0001, 0.004
"""Share of the outermost voxels that an opening takes away: of a mask that was dilated
by the same shape less than the first, of one that was drawn or predicted 0.004 to 0.4;
and more than the second again once the dilation is undone (0.005 to 0.2 in 10 real and
8 simulated masks). Shapes of geometry, such as boxes, have no corners even then."""

STEPS = 2
"""Dilations by more voxels than this are told by the thickness of the discs."""

FEWEST = 1_500
"""Fewer outermost voxels than this prove nothing."""

LARGEST_BOX = 300_000
"""More voxels than this are not looked through; a part of the spine is enough."""


def dilation_remark(parts: Parts) -> str:
    """Return which structures seem to be too thick by whole voxels, or nothing.

    A mask that was dilated by some shape does not change when it is opened by the same
    shape, whereas a drawn one loses its corners. The three shapes that software uses
    by default are tried: a voxel and its 6 neighbours, its 4 in the slice, and its 8.
    """
    labels = parts.labels_of(*(kind for kinds in KINDS.values() for kind in kinds))
    if not labels:
        return ""
    mask = parts.labels[_middle(parts, labels)]
    whole = mask > 0  # what is dilated into a neighbour has no outline of its own
    outline = whole & ~_eroded(whole, [_cross((0, 1, 2))])
    own = {n: among(mask, parts.labels_of(*kinds)) for n, kinds in KINDS.items()}
    across = int(np.argmin(parts.mask.values.shape))
    count = {name: _count(inside & outline) for name, inside in own.items()}
    for shape in _shapes(across):
        lost = _corners(whole, shape)
        for name, inside in own.items():
            smooth = _count(lost & inside) <= SMOOTH * count[name]
            least = ROUGH * count[name]
            if count[name] >= FEWEST and smooth and _rough(whole, inside, shape, least):
                return _worded(name)
    return ""


def _rough(whole: Mask, inside: Mask, shape: Shape, least: float) -> bool:
    """Whether corners appear when the mask is made thinner again."""
    for _ in range(STEPS):
        whole = _eroded(whole, shape)
        if _count(_corners(whole, shape) & inside) > least:
            return True
    return False


def _corners(mask: Mask, shape: Shape) -> Mask:
    """What an opening takes away."""
    corners: np.ndarray = mask & ~_dilated(_eroded(mask, shape), shape)
    return corners


def _count(mask: Mask) -> int:
    return int(np.count_nonzero(mask))


def _worded(name: str) -> str:
    return (
        f"the outlines of the {name} have no corner, as after a dilation or where a "
        f"coarser mask was enlarged: they may be a voxel too thick on every side, and "
        f"what lies between them too thin; check the mask against its image"
    )


def _middle(parts: Parts, labels: list[int]) -> tuple[slice, slice, slice]:
    """The box around some labels, or its middle where it is large."""
    sides = list(around(parts.boxes[label] for label in labels))
    size = [side.stop - side.start for side in sides]
    longest = int(np.argmax(size))
    keep = min(size[longest], LARGEST_BOX * size[longest] // int(np.prod(size)))
    first = sides[longest].start + (size[longest] - keep) // 2
    sides[longest] = slice(first, first + keep)
    return sides[0], sides[1], sides[2]


def _shapes(across: int) -> Iterator[Shape]:
    """The shapes that software dilates with by default."""
    inside = tuple(axis for axis in range(3) if axis != across)
    yield [_cross((0, 1, 2))]
    yield [_cross(inside)]
    yield [_cross((axis,)) for axis in inside]


def _cross(axes: tuple[int, ...]) -> list[Shift]:
    """One step forth and back along some axes."""
    steps = np.eye(3, dtype=int)
    both = [tuple(map(int, sign * steps[axis])) for axis in axes for sign in (1, -1)]
    return [(i, j, k) for i, j, k in both]


def _eroded(mask: Mask, shape: Shape) -> Mask:
    """Nothing is known, and nothing lost, beyond the box."""
    for steps in shape:
        kept = mask.copy()
        for step in steps:
            here, there = _overlap(step)
            kept[here] &= mask[there]
        mask = kept
    return mask


def _dilated(mask: Mask, shape: Shape) -> Mask:
    for steps in shape:
        grown = np.ones_like(mask)  # at the end of the box, a neighbour may be inside
        inner = tuple(slice(reach, -reach or None) for reach in _reach(steps))
        grown[inner] = mask[inner]
        for step in steps:
            here, there = _overlap(step)
            grown[here] |= mask[there]
        mask = grown
    return mask


def _reach(steps: list[Shift]) -> list[int]:
    """How far some steps lead along each axis."""
    return [max(abs(step[axis]) for step in steps) for axis in range(3)]


def _overlap(step: Shift) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Voxels whose neighbour lies in the box, and those neighbours."""
    ends = {1: (None, -1), 0: (None, None), -1: (1, None)}
    here = tuple(slice(*ends[by]) for by in step)
    there = tuple(slice(*ends[-by]) for by in step)
    return here, there
