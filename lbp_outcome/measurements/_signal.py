"""The typical signal of a tissue in an MR image."""

import numpy as np
from jaxtyping import Bool, Float
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

FEWEST_GREYS = 64
"""An image with fewer grey values than this is a drawing, not a scan."""


def eroded(structure: Structure) -> Bool[np.ndarray, "i j k"]:
    """Return the structure without its outermost layer of voxels."""
    inner: np.ndarray = ndimage.binary_erosion(structure.continued(1).values)
    return inner[1:-1, 1:-1, 1:-1]


def signal_at(image: Image, points: Points, tissue: str) -> Float[np.ndarray, " n"]:
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
        raise NotMeasurable(f"{tissue} lies outside the T2 image")
    values = ndimage.map_coordinates(
        image.values.astype(np.float32), index[:, inside], order=1, mode="nearest"
    )
    signal: np.ndarray = values.astype(float) - darkness(image)
    return signal


def darkness(image: Image) -> float:
    """Return the value that stands for no signal: zero, unless the image was shifted.

    Raises:
        NotMeasurable: The image was standardised, so that no value stands for darkness.
    """
    lowest = float(image.values.min())
    if lowest >= 0:
        return 0.0
    if float((image.values <= lowest + 1e-6 * abs(lowest)).mean()) >= CUT_SHARE:
        return lowest
    sample = image.values[::2, ::2, ::2]
    low, high = np.quantile(sample, [0.01, 0.99])
    if low < -MOST_NOISE * high or (sample < 0).mean() > MOST_NEGATIVE:
        raise NotMeasurable(
            "the T2 image was standardised (it holds large negative values), so that "
            "ratios of its signal mean nothing; give the original image"
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
    top = float(image.values.max()) - darkness(image)
    at_top = float((signal >= top * (1 - 1e-4)).mean())
    is_drawing = len(np.unique(image.values[::3, ::3, ::3])) < FEWEST_GREYS
    return at_top >= CLIPPED_SHARE and not is_drawing
