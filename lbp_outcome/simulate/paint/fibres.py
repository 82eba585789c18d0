"""Fat between the fascicles of a muscle: streaks across it, threads along its fibres.

The pattern is looked up in a cube that repeats without seams; its axes run across the
streaks, along them, and along the fibres.
"""

from functools import lru_cache

import numpy as np
from jaxtyping import Float32

from lbp_outcome.simulate.paint.canvas import Flat

POINTS = (128, 64, 32)
"""Points of the cube along its axes; powers of two."""

STEPS_MM = (0.6, 1.2, 4.0)
"""Distance of these points [mm]."""

SEPTA_MM = (((0.75, 2.4, 8.0), 1.0), ((1.5, 4.2, 17.0), 1.0))
"""Sizes of the fascicles between the septa, and how strongly fat marks the septa."""

PATCHES_MM = (((4.0, 6.0, 20.0), 0.6), ((0.8, 2.0, 7.0), 0.4))
"""Sizes of patches with more fat or less, and their strength."""

FAR_MM = 4096.0
"""Far enough for all places to be positive."""


def fibres_at(across: Flat, along: Flat, up: Flat, start: tuple[float, ...]) -> Flat:
    """Return the pattern of fat at some points: mean 0, SD 1, most on thin septa.

    Args:
        across: Place across the streaks of a cross-section [mm].
        along: Place along them [mm].
        up: Place along the fibres [mm].
        start: Where in the cube this muscle begins [mm].
    """
    index = np.zeros(len(across), dtype=np.int32)
    places = (across, along, up)
    for place, begin, step, count in zip(places, start, STEPS_MM, POINTS, strict=True):
        shifted = (place + np.float32(begin + FAR_MM)) * np.float32(1 / step)
        index *= count
        index += shifted.astype(np.int32) & (count - 1)
    pattern: np.ndarray = _cube().take(index)
    return pattern


@lru_cache(maxsize=1)
def _cube() -> Float32[np.ndarray, " points"]:
    """The cube, flattened: ridges where smooth noise changes its sign, and patches."""
    rng = np.random.default_rng(0)
    cube = np.zeros(POINTS)
    for sizes, strength in SEPTA_MM:
        cube -= strength * np.abs(_noise(sizes, rng))
    for sizes, strength in PATCHES_MM:
        cube += strength * _noise(sizes, rng)
    cube -= cube.mean()
    flat: np.ndarray = (cube / cube.std()).astype(np.float32).reshape(-1)
    return flat


def _noise(
    sizes: tuple[float, ...], rng: np.random.Generator
) -> Float32[np.ndarray, "across along up"]:
    """Smooth noise of unit SD with grains of these sizes [mm]."""
    spectrum = np.fft.rfftn(rng.standard_normal(POINTS))
    frequencies = (
        np.fft.fftfreq(POINTS[0]),
        np.fft.fftfreq(POINTS[1]),
        np.fft.rfftfreq(POINTS[2]),
    )
    for axis, (waves, size, step) in enumerate(
        zip(frequencies, sizes, STEPS_MM, strict=True)
    ):
        kept = np.exp(-2 * (np.pi * waves * size / step) ** 2)
        shape = [1, 1, 1]
        shape[axis] = len(kept)
        spectrum = spectrum * kept.reshape(shape)
    noise = np.fft.irfftn(spectrum, POINTS, (0, 1, 2))
    even: np.ndarray = (noise / noise.std()).astype(np.float32)
    return even
