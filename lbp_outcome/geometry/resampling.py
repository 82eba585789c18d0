"""An image on another grid, each voxel the mean of enough samples not to alias."""

import numpy as np
from jaxtyping import Float
from scipy import ndimage

from lbp_outcome.image import Image

FINEST = 4
"""At most this many samples are averaged along each axis of a voxel."""


def resampled(
    image: Image, affine: Float[np.ndarray, "4 4"], shape: tuple[int, int, int]
) -> Float[np.ndarray, "i j k"]:
    """Return the image on a grid, zero outside it.

    Each voxel averages as many trilinear samples along each axis as image voxels fit
    into it, so that fine detail does not alias. Images with negative values are raised
    until their lowest is zero.

    Args:
        image: What to look at.
        affine: Maps the grid's voxel index to patient space, RAS+ [mm].
        shape: Voxels of the grid.
    """
    step = image.inverse @ affine
    fine = np.clip(np.ceil(np.abs(step[:3, :3]).max(axis=0)), 1, FINEST).astype(int)
    first = step[:3, :3] @ ((1 / fine - 1) / 2) + step[:3, 3]
    values = ndimage.affine_transform(
        image.values.astype(np.float32) - min(0.0, float(image.values.min())),
        step[:3, :3] / fine,
        offset=first,
        output_shape=tuple(int(n) for n in np.array(shape) * fine),
        order=1,
        mode="grid-constant",
    )
    pairs = zip(shape, fine, strict=True)
    blocks = values.reshape([int(size) for pair in pairs for size in pair])
    averaged: np.ndarray = blocks.mean(axis=(1, 3, 5)).astype(float)
    return averaged
