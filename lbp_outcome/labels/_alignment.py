"""Does a mask lie on its image? The outlines of bones are edges of the image."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Integer

from lbp_outcome.image import Image
from lbp_outcome.labels._grid import WORDS, axes_of
from lbp_outcome.spine import Spine, Structure

Voxels = Integer[np.ndarray, "n 3"]

MIRRORED_BETTER = 1.06
"""A mask seems mirrored if edges are this many times as strong under its mirror image.
In 7 real and 16 simulated examinations it was 0.49 to 0.98; mirrored, 1.01 to 1.16 in
the real ones, so that three of seven are missed, and 1.23 to 1.86 in the others."""

MOVED_BETTER = 1.1
"""A mask seems moved if edges are this many times as strong a few millimetres away. In
the same examinations it was 0.48 to 0.90."""

MOVED_MM = {"S": 3.0, "A": 5.0}
"""How far along each patient axis it is tried; nearer, noise decides."""

THICK_MM = 2.5
"""Slices at least this far apart are told from their neighbours."""

FEWEST, MOST = 2_000, 8_000
"""Pairs of voxels on the outline: fewer prove nothing, more tell nothing new."""


@dataclass(frozen=True, slots=True)
class _Move:
    """Another place for the mask: voxels times `sign` plus `offset`."""

    sign: tuple[int, int, int]
    offset: tuple[int, int, int]
    factor: float
    words: str


def alignment_remark(image: Image, spine: Spine) -> str:
    """Return in one line that a mask fits its image better elsewhere, or nothing.

    Only what makes the fit clearly better is told: a mask that passes may still be
    mirrored, or moved by a voxel or two.

    Args:
        image: The image that was segmented.
        spine: What its mask shows, on the same voxels.
    """
    one, other = _outlines(image, spine)
    if len(one) < FEWEST:
        return ""
    step = max(1, len(one) // MOST)
    one, other = one[::step], other[::step]
    bright = float(np.percentile(_taken(image, one), 99))
    here = _contrast(image, one, other, bright)
    for move in _elsewhere(image):
        there, beside = (side * move.sign + move.offset for side in (one, other))
        if _contrast(image, there, beside, bright) > move.factor * here > 0:
            return (
                f"the outlines of the vertebrae lie on clearer edges of the image with "
                f"the mask {move.words}: mask and image may not belong together; look "
                f"at the one on the other"
            )
    return ""


def _outlines(image: Image, spine: Spine) -> tuple[Voxels, Voxels]:
    """Neighbours on the outlines of all vertebrae, as far as both lie in the image."""
    pairs = [_outline(bone, image) for bone in spine.vertebrae.values()]
    none = np.zeros((0, 3), int)
    one, other = (np.concatenate(s) for s in zip((none, none), *pairs, strict=True))
    there = _inside(image, one, other)
    return one[there], other[there]


def _outline(bone: Structure, image: Image) -> tuple[Voxels, Voxels]:
    """Neighbours within a slice, of which only one is bone, as voxels of the image."""
    corner = np.round(image.to_index(bone.mask.affine[None, :3, 3])[0]).astype(int)
    inside = np.pad(bone.mask.values, 1)
    found = []
    for axis, letter in enumerate(axes_of(image)):
        if letter not in "LR":
            along = np.moveaxis(inside, axis, 0)
            border = np.argwhere(along[1:] != along[:-1])
            found.append(np.insert(border[:, 1:], axis, border[:, 0], axis=1))
            found.append(found[-1] + np.eye(3, dtype=int)[axis])
    shifted = [voxels + corner - 1 for voxels in found]
    return np.concatenate(shifted[::2]), np.concatenate(shifted[1::2])


def _elsewhere(image: Image) -> Iterator[_Move]:
    """Where else the mask could belong, and how clearly that must be better."""
    for axis, letter in enumerate(axes_of(image)):
        unit = np.eye(3, dtype=int)[axis]
        if letter in "LR":
            last = unit * (image.values.shape[axis] - 1)
            words = "mirrored from left to right"
            yield _move(1 - 2 * unit, last, MIRRORED_BETTER, words)
        steps = _steps(letter, float(image.spacing_mm[axis]))
        for by in (steps, -steps) if steps else ():
            far = f"{abs(by) * image.spacing_mm[axis]:.1f} mm"
            towards = _end(letter, by)
            words = f"{far} nearer to the {towards}"
            yield _move(unit**0, by * unit, MOVED_BETTER, words)


def _move(
    sign: Integer[np.ndarray, "3"],
    offset: Integer[np.ndarray, "3"],
    factor: float,
    words: str,
) -> _Move:
    i, j, k = map(int, sign)
    x, y, z = map(int, offset)
    return _Move((i, j, k), (x, y, z), factor, words)


def _steps(letter: str, spacing_mm: float) -> int:
    """By how many voxels the mask is moved along one axis; 0 for not at all."""
    if letter in "LR":
        return int(spacing_mm >= THICK_MM)
    return max(1, round(MOVED_MM["S" if letter in "SI" else "A"] / spacing_mm))


def _end(letter: str, by: int) -> str:
    """Name the end of the patient that lies some voxels further on."""
    axis = next(name for name in ("RL", "AP", "SI") if letter in name)
    forward = letter in "RAS"
    return WORDS[axis[0]][int(forward == (by > 0))]


def _contrast(image: Image, one: Voxels, other: Voxels, bright: float) -> float:
    """Mean difference of neighbours where both lie in the image; 0 if few do."""
    there = _inside(image, one, other)
    if 2 * np.count_nonzero(there) < len(one):
        return 0.0
    pair = (_taken(image, side[there]).clip(None, bright) for side in (one, other))
    return float(np.abs(np.subtract(*pair)).mean())


def _inside(image: Image, one: Voxels, other: Voxels) -> Bool[np.ndarray, " n"]:
    low, high = np.minimum(one, other), np.maximum(one, other)
    there: np.ndarray = np.all((low >= 0) & (high < image.values.shape), axis=1)
    return there


def _taken(image: Image, voxels: Voxels) -> Float[np.ndarray, " n"]:
    taken: np.ndarray = image.values[tuple(voxels.T)].astype(float)
    return taken
