"""A whole sagittal examination on one grid along the patient's own axes."""

import numpy as np
from jaxtyping import Float

from lbp_outcome.geometry.resampling import resampled
from lbp_outcome.image import Image
from lbp_outcome.view import VOLUME_SHAPE, WEIGHTINGS, WholeVolume

VOXEL_MM = np.array([4.0, 2.0, 2.0])
"""Grain of a volume towards the left, the back and the head [mm]."""

SCALE_QUANTILE = 0.95
"""Intensities are divided by this quantile of the whole image."""


def whole_volumes(t2: Image | None, t1: Image | None) -> dict[str, WholeVolume]:
    """Return the images of one examination on one grid, around the middle of the T2.

    No segmentation is needed. The grid is centred on the T2 image, or on the T1 image
    where that is the only one, so that both show the same place at the same voxel.

    Args:
        t2: Sagittal T2 image, or None.
        t1: Sagittal T1 image in the same patient space, or None.
    """
    given = dict(zip(WEIGHTINGS, (t2, t1), strict=True))
    there = {name: image for name, image in given.items() if image is not None}
    if not there:
        return {}
    affine = _grid_around(next(iter(there.values())))
    return {name: _volume(image, affine) for name, image in there.items()}


def _grid_around(image: Image) -> Float[np.ndarray, "4 4"]:
    affine = np.eye(4)
    affine[:3, :3] = np.diag(np.array([-1.0, -1.0, 1.0]) * VOXEL_MM)
    affine[:3, 3] = _middle(image) - affine[:3, :3] @ (np.array(VOLUME_SHAPE) - 1) / 2
    return affine


def _middle(image: Image) -> Float[np.ndarray, "3"]:
    centre = (np.array(image.values.shape, dtype=float) - 1) / 2
    middle: np.ndarray = image.to_patient(centre[None])[0]
    return middle


def _volume(image: Image, affine: Float[np.ndarray, "4 4"]) -> WholeVolume:
    values = resampled(image, affine, VOLUME_SHAPE) / _scale(image)
    return WholeVolume(values=values.astype(np.float32), affine=affine)


def _scale(image: Image) -> float:
    """What the image is divided by: its 95th percentile above its floor."""
    floor = min(0.0, float(image.values.min()))
    scale = float(np.quantile(image.values.astype(float), SCALE_QUANTILE)) - floor
    return scale if scale > 0 else 1.0
