"""Small random changes to a whole batch of crops at once, on whatever device it is."""

from collections.abc import Sequence

import torch
from jaxtyping import Float32
from torch import Tensor

from datamodules._amplitudes import USUAL, Amplitudes
from datamodules._crop_order import require_crop_order
from datamodules._motion import KNOTS, Motion, moved
from lbp_outcome.geometry.level_crop import VOXEL_MM

Crops = Float32[Tensor, "batch level channel left posterior superior"]


def fused_augmented(
    crops: Crops, seeds: Sequence[int | None], amplitudes: Amplitudes = USUAL
) -> Crops:
    """Return crops changed a little, each patient by a seed of their own.

    All levels of a patient, and both images, move alike in one resampling. What becomes
    of a patient follows from the seed alone, whoever else is in the batch. Voxels
    outside the scan stay zero, so an absent level or T1 image stays absent. The motion,
    the gain and the field are the same on every device; the noise is drawn on the
    device, and differs between kinds of devices.

    Args:
        crops: Crops of some patients.
        seeds: One for each patient; None leaves a patient as they are.
        amplitudes: How much is changed at most.

    Raises:
        InvalidChoice: The axes are in another order.
    """
    require_crop_order(crops)
    rows = [row for row, seed in enumerate(seeds) if seed is not None]
    given = [seed for seed in seeds if seed is not None]
    if not rows or crops.numel() == 0:
        return crops
    if len(rows) == len(crops):
        return _changed(crops, given, amplitudes)
    changed = crops.clone()
    changed[rows] = _changed(crops[rows], given, amplitudes)
    return changed


def _changed(crops: Crops, seeds: Sequence[int], amplitudes: Amplitudes) -> Crops:
    chances = [torch.Generator().manual_seed(seed) for seed in seeds]
    drawn = zip(*(_draw(chance, amplitudes) for chance in chances), strict=True)
    motion = Motion(*map(torch.stack, map(list, drawn)))
    left, posterior, superior = (float(size) for size in VOXEL_MM)
    placed = moved(crops.flatten(1, 2), motion, (left, posterior, superior))
    after = placed.reshape(crops.shape)
    return torch.stack(
        [
            _with_other_intensities(images, chance, amplitudes)
            for images, chance in zip(after, chances, strict=True)
        ]
    )


def _draw(chance: torch.Generator, amplitudes: Amplitudes) -> tuple[Tensor, ...]:
    """Draw how one patient moves: turn, shift, size and local displacement."""
    return (
        _even(chance, 3) * torch.tensor(amplitudes.rotation_deg),
        _even(chance, 3) * torch.tensor(amplitudes.shift_mm),
        1 + _even(chance, 1)[0] * amplitudes.scaling,
        _even(chance, 3, *KNOTS) * amplitudes.elastic_mm,
    )


def _with_other_intensities(
    images: Tensor, chance: torch.Generator, amplitudes: Amplitudes
) -> Tensor:
    """Change gain, field and noise of one patient's images where there is a scan."""
    gains = torch.exp(_even(chance, images.shape[1]) * amplitudes.gain)
    slopes = _even(chance, 4) * amplitudes.bias
    noise = float(torch.rand(1, generator=chance)) * amplitudes.noise
    seed = int(torch.randint(2**62, (1,), generator=chance))
    if amplitudes.gain or amplitudes.bias:
        factor = gains[:, None, None, None] * _field(slopes, images.shape[2:])
        images = images * factor.to(images.device)
    if noise:
        there = (images != 0).to(images.dtype)
        images = torch.addcmul(images, _normal(images, seed), there, value=noise)
    return images


def _field(slopes: Tensor, shape: Sequence[int]) -> Tensor:
    """A smooth field around 1: the exponential of a plane over -1 to 1."""
    axes = [torch.linspace(-1, 1, size) for size in shape]
    along = [torch.exp(slope * axis) for slope, axis in zip(slopes, axes, strict=False)]
    left, posterior, superior = along
    plane = left[:, None, None] * posterior[:, None] * superior
    return torch.exp(slopes[-1]) * plane


def _normal(images: Tensor, seed: int) -> Tensor:
    chance = torch.Generator(images.device).manual_seed(seed)
    return torch.randn(images.shape, generator=chance, device=images.device)


def _even(chance: torch.Generator, *shape: int) -> Tensor:
    """Numbers drawn evenly from -1 to 1."""
    return 2 * torch.rand(*shape, generator=chance) - 1
