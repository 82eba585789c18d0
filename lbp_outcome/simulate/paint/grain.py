"""Random patches of tissue that repeat without seams: the same ones on every image."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float32

from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.paint.canvas import Flat

TILE = 64
"""Side of the cube of patches [mm]."""

PATCH_MM = ((3.5, 1.0), (1.3, 0.8))
"""Sizes of the patches [mm], and how strong each is."""

APART_MM = 23.0
"""Neighbouring bones lie this far apart in the cube, so that no two look alike."""

Start = tuple[float, float, float]


def patches_at(start: Start, right: Flat, anterior: Flat, superior: Flat) -> Flat:
    """Return random patches of unit SD at points of a structure.

    Args:
        start: Where the structure lies in the cube of patches [mm].
        right: Positions of the points in its axes [mm]; stretched ones give streaks.
        anterior: As above.
        superior: As above.
    """
    x, y, z = (
        (axis + np.float32(begin + 4 * TILE)).astype(np.int32) % TILE
        for axis, begin in zip((right, anterior, superior), start, strict=True)
    )
    patches: np.ndarray = _cube()[x, y, z]
    return patches


def start_of(shape: VertebraShape, further: float = 0.0) -> Start:
    """Return where a bone lies in the cube of patches [mm].

    Args:
        shape: The bone.
        further: Another place for another pattern of the same bone [mm].
    """
    moved = APART_MM * shape.number + further
    x, y, z = (phase / (2 * np.pi) * TILE + moved for phase in shape.patches)
    return float(x), float(y), float(z)


@lru_cache(maxsize=1)
def _cube() -> Float32[np.ndarray, "right anterior superior"]:
    grain = np.fft.rfftn(np.random.default_rng(0).standard_normal((TILE, TILE, TILE)))
    whole, half = np.fft.fftfreq(TILE), np.fft.rfftfreq(TILE)
    squared = whole[:, None, None] ** 2 + whole[None, :, None] ** 2 + half**2
    kept = sum(
        strength * size**1.5 * np.exp(-2 * np.pi**2 * size**2 * squared)
        for size, strength in PATCH_MM
    )
    cube = np.fft.irfftn(grain * kept, (TILE, TILE, TILE), (0, 1, 2))
    even: np.ndarray = (cube / cube.std()).astype(np.float32)
    return even
