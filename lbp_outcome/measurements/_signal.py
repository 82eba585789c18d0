"""The typical signal of a tissue in an MR image."""

from weakref import WeakKeyDictionary

import numpy as np
from jaxtyping import Bool, Float, Float32, Int
from scipy import ndimage

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.frame import Points
from lbp_outcome.image import Image
from lbp_outcome.spine import Structure

BINS = 64
HALF_HEIGHT = 0.5
FEWEST_VOXELS = 30
MOST_OUTSIDE = 0.1
"""At most this share of a tissue may lie outside the image."""

CUT_SHARE = 0.005
"""At least this share of the voxels of an image is cut to its lowest value."""

MOST_NOISE = 0.15
"""Negative values up to this share of the largest are noise or ringing."""

MOST_NEGATIVE = 0.55
"""Noise makes at most half of the voxels negative."""

CLIPPED_SHARE = 0.1
"""A tissue is clipped if this share of it has the largest value of the image."""

BLACK_SHARE = 0.001
"""What has less than this share of the largest value of an image shows no signal."""

FEWEST_GREYS = 64
"""An image with fewer grey values than this is a drawing, not a scan."""


def eroded(structure: Structure) -> Bool[np.ndarray, "i j k"]:
    """Return the structure without its outermost layer of voxels."""
    if eroded not in structure.memory:
        structure.memory[eroded] = _eroded(structure)
    found: np.ndarray = structure.memory[eroded]
    return found


def _eroded(structure: Structure) -> Bool[np.ndarray, "i j k"]:
    wide = structure.continued(1).values
    middle = wide[1:-1, 1:-1, 1:-1].copy()
    for near in (wide[:-2, 1:-1, 1:-1], wide[1:-1, :-2, 1:-1], wide[1:-1, 1:-1, :-2]):
        middle &= near
    for near in (wide[2:, 1:-1, 1:-1], wide[1:-1, 2:, 1:-1], wide[1:-1, 1:-1, 2:]):
        middle &= near
    return middle


def signal_at(
    image: Image, points: Points, tissue: str, weighting: str = "T2"
) -> Float[np.ndarray, " n"]:
    """Return the signal at patient positions, from an image on any grid.

    Zero stands for no signal: images whose darkest part was cut to one negative value,
    as in the public SPIDER files, are shifted back.

    Raises:
        NotMeasurable: There are too few positions, or they lie outside the image.
    """
    index = image.to_index(points).T
    last = np.array(image.values.shape)[:, None] - 0.5
    inside = ((index >= -0.5) & (index <= last)).all(axis=0)
    if len(points) < FEWEST_VOXELS:
        raise NotMeasurable(f"{tissue} is too small to measure its signal")
    if inside.mean() < 1 - MOST_OUTSIDE:
        raise NotMeasurable(f"{tissue} lies outside the {weighting} image")
    index = index[:, inside]
    values, corner = _box(image, index)
    found = ndimage.map_coordinates(
        values, index - corner[:, None], order=1, mode="nearest", prefilter=False
    )
    signal: np.ndarray = found.astype(float) - darkness(image, weighting)
    return signal


def _box(
    image: Image, index: Float[np.ndarray, "3 n"]
) -> tuple[Float32[np.ndarray, "i j k"], Int[np.ndarray, "3"]]:
    """The part of an image around some voxel indices, and where it starts."""
    shape = np.array(image.values.shape)
    low = np.clip(np.floor(index.min(axis=1)), 0, shape - 1).astype(int)
    high = np.clip(np.ceil(index.max(axis=1)) + 1, low + 1, shape).astype(int)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    return image.values[box].astype(np.float32), low


def darkness(image: Image, weighting: str = "T2") -> float:
    """Return the value that stands for no signal: zero, unless the image was shifted.

    Raises:
        NotMeasurable: The image was standardised, so that no value stands for darkness.
    """
    lowest, _ = _extremes(image)
    if lowest >= 0:
        return 0.0
    if float((image.values <= lowest + 1e-6 * abs(lowest)).mean()) >= CUT_SHARE:
        return lowest
    sample = image.values[::2, ::2, ::2]
    low, high = np.quantile(sample, [0.01, 0.99])
    if low < -MOST_NOISE * high or (sample < 0).mean() > MOST_NEGATIVE:
        raise NotMeasurable(
            f"the {weighting} image was standardised (it holds large negative values), "
            "so that ratios of its signal mean nothing; give the original image"
        )
    return 0.0


def peak_mean(signal: Float[np.ndarray, " n"]) -> float:
    """Return the mean signal around the most frequent value.

    The window grows from the peak of a 64-bin histogram while the bins hold at least
    half as many voxels as the peak. Nerve roots in the canal and cracks in a disc do
    not pull it down as they pull down a mean.
    """
    counts, edges = np.histogram(signal, bins=BINS)
    peak = int(counts.argmax())
    tall = counts >= HALF_HEIGHT * counts[peak]
    low, high = peak, peak
    while low > 0 and tall[low - 1]:
        low -= 1
    while high < BINS - 1 and tall[high + 1]:
        high += 1
    within = (signal >= edges[low]) & (signal <= edges[high + 1])
    return float(signal[within].mean())


def is_clipped(image: Image, signal: Float[np.ndarray, " n"]) -> bool:
    """Whether the brightest part of a tissue was cut to the image's largest value."""
    top = _extremes(image)[1] - darkness(image)
    if float((signal >= top * (1 - 1e-4)).mean()) < CLIPPED_SHARE:
        return False
    return len(np.unique(image.values[::3, ::3, ::3])) >= FEWEST_GREYS


def require_not_black(
    image: Image, signal: float, tissue: str, weighting: str = "T2"
) -> None:
    """Refuse to compare with a tissue that shows no signal.

    Raises:
        NotMeasurable: It is as dark as the background.
    """
    if signal <= BLACK_SHARE * (_extremes(image)[1] - darkness(image, weighting)):
        raise NotMeasurable(
            f"{tissue} is black on the {weighting} image: part of the image is "
            f"missing, or it is no {weighting} image"
        )


def _extremes(image: Image) -> tuple[float, float]:
    """Smallest and largest value of an image, looked for once."""
    if image not in _EXTREMES:
        _EXTREMES[image] = float(image.values.min()), float(image.values.max())
    return _EXTREMES[image]


_EXTREMES: WeakKeyDictionary[Image, tuple[float, float]] = WeakKeyDictionary()
