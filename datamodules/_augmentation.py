"""Small random changes to training crops: another posture, coil and noise."""

import torch
import torchio
from jaxtyping import Float32
from torch import Tensor

ROTATION_DEG = 3.0
"""Largest turn in the sagittal plane [deg]: how well a disc's frame is known."""

SHIFT_VOXELS = 1.0
"""Largest in-plane shift [voxels]; across the slices a quarter of it."""

SCALING = 0.03
"""Largest relative change of size."""

BIAS = 0.1
"""Largest coefficient of the smooth intensity field, relative to 1."""

NOISE = 0.03
"""Largest SD of the added noise, where the image's 95th percentile is 1."""


def augmented(
    crops: Float32[Tensor, "level 1 left posterior superior"], seed: int
) -> Float32[Tensor, "level 1 left posterior superior"]:
    """Return one patient's crops changed a little, all levels in the same way.

    The levels pass through TorchIO as channels of one image, six times cheaper than
    one by one, and as a patient's levels move together. Voxels outside the scan stay
    zero, so an absent level stays absent. The global random state is left alone.
    """
    if crops.numel() == 0 or not crops.any():
        return crops
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _changed(crops.squeeze(1)).unsqueeze(1)


def _changed(levels: Tensor) -> Tensor:
    noisy: Tensor = _intensity()(levels) * (levels != 0)
    moved: Tensor = _posture()(noisy)
    return moved.to(torch.float32)


def _intensity() -> torchio.Transform:
    return torchio.Compose(
        [
            torchio.RandomBiasField(coefficients=BIAS, order=1),
            torchio.RandomNoise(std=(0, NOISE)),
        ]
    )


def _posture() -> torchio.Transform:
    across, within = SHIFT_VOXELS / 4, SHIFT_VOXELS
    return torchio.RandomAffine(
        scales=SCALING,
        degrees=(ROTATION_DEG, 0, 0),
        translation=(across, within, within),
        isotropic=True,
        default_pad_value=0,
    )
