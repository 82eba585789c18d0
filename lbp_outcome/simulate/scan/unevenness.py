"""Tissue is never as even as it is painted."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float32, UInt8
from scipy.fft import fftfreq, irfft2, rfft2, rfftfreq

from lbp_outcome.simulate.paint.part import MOST_BONES, Part, is_bone
from lbp_outcome.simulate.scan.plan import Scan

TILE = 512
"""Side of the square of random pattern that slices are cut from [pixels]."""

GRAINS_MM = ((9.0, 0.5), (3.0, 0.6), (1.1, 0.6))
"""Sizes of the blotches in tissue, and the strength of each kind."""

SD_ELSEWHERE = 0.07
SD_BONE, SD_DISC = 0.13, 0.09
SD_BY_PART = {
    Part.NOTHING: 0.05,  # fat around the muscles of the back; air has no signal
    Part.SUBCUTANEOUS_FAT: 0.03,
    Part.FLUID: 0.05,
    Part.ROOT: 0.03,
    Part.CORD: 0.02,
    Part.TRUNK_FAT: 0.05,
    Part.BOWEL: 0.20,
    Part.ORGAN: 0.06,
}
"""SD of the brightness of tissue, relative to its mean."""

Slices = Float32[np.ndarray, "slice row column"]


def uneven_tissue(parts: UInt8[np.ndarray, "slice row column"], scan: Scan) -> Slices:
    """Return a factor on the signal of every voxel, 1 on average.

    It belongs to the tissue: the same in all images of a series.
    """
    slices, rows, columns = parts.shape
    rng = np.random.default_rng(scan.grain)
    tile = _tile(float(scan.spacing_mm[0]), rng)
    starts = rng.integers(0, TILE, (slices, 2))
    factor: np.ndarray = _SD[parts]
    for values, (top, left) in zip(factor, starts, strict=True):
        values *= np.roll(tile, (-int(top), -int(left)), (0, 1))[:rows, :columns]
    factor += 1
    return factor


def _tile(pixel_mm: float, rng: np.random.Generator) -> Float32[np.ndarray, "t t"]:
    """A random pattern of unit SD that continues across its borders."""
    up, along = fftfreq(TILE)[:, None], rfftfreq(TILE)[None, :]
    squared = (up**2 + along**2) / pixel_mm**2
    power = sum(
        (share * size) ** 2 * np.exp(-2 * np.pi**2 * (size / 2.5) ** 2 * squared)
        for size, share in GRAINS_MM
    )
    white = rfft2(rng.standard_normal((TILE, TILE), dtype=np.float32))
    pattern = irfft2(white * np.sqrt(power).astype(np.float32))
    tile: np.ndarray = pattern / pattern.std()
    return tile


def _sd_table(by_part: Mapping[Part, float]) -> Float32[np.ndarray, "256"]:
    table = np.full(256, SD_ELSEWHERE, dtype=np.float32)
    table[is_bone(np.arange(256, dtype=np.uint8))] = SD_BONE
    table[Part.DISC : Part.DISC + MOST_BONES + 1] = SD_DISC
    for part, spread in by_part.items():
        table[part] = spread
    return table


_SD = _sd_table(SD_BY_PART)
