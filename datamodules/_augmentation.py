"""Small random changes to one patient's crops, by TorchIO: posture, coil and noise."""

import numpy as np
import torch
import torchio
from jaxtyping import Float32
from torch import Tensor

from datamodules._amplitudes import USUAL
from datamodules._crop_order import require_crop_order
from lbp_outcome.geometry.level_crop import VOXEL_MM


def augmented(
    crops: Float32[Tensor, "level channel left posterior superior"], seed: int
) -> Float32[Tensor, "level channel left posterior superior"]:
    """Return one patient's crops changed a little, all levels and both images alike.

    The crops pass through TorchIO as channels of one image, six times cheaper than
    one by one, and as a patient's levels move together. Voxels outside the scan stay
    zero, so an absent level or T1 image stays absent. The global random state is left
    alone.

    Raises:
        InvalidChoice: The axes are in another order.
    """
    require_crop_order(crops)
    if crops.numel() == 0 or not crops.any():
        return crops
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _changed(crops.flatten(0, 1)).reshape(crops.shape)


def _changed(images: Tensor) -> Tensor:
    there = images.flatten(1).any(dim=1)  # an absent image costs nothing
    noisy = _intensity()(images[there]) * (images[there] != 0)
    placed = torchio.ScalarImage(tensor=noisy, affine=_spacing())
    changed = torch.zeros_like(images)
    changed[there] = _posture()(placed).data.to(torch.float32)
    return changed


def _spacing() -> np.ndarray:
    return np.diag([*VOXEL_MM, 1.0])


def _intensity() -> torchio.Transform:
    return torchio.Compose(
        [
            torchio.RandomBiasField(coefficients=USUAL.bias, order=1),
            torchio.RandomNoise(std=(0, USUAL.noise)),
        ]
    )


def _posture() -> torchio.Transform:
    return torchio.RandomAffine(
        scales=USUAL.scaling,
        degrees=USUAL.rotation_deg,
        translation=USUAL.shift_mm,
        isotropic=True,
        default_pad_value=0,
    )
