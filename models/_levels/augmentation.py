"""Random changes to crops in pretraining: another scanner, posture and side."""

import torch
from jaxtyping import Float
from torch import Tensor

Crops = Float[Tensor, "level channel left posterior superior"]

SHIFT_VOXELS = (1, 4, 4)
"""Largest shift along each axis [voxels]: how well a disc's frame is known."""

GAIN, GAMMA, SLOPE = 0.25, 0.25, 0.25
"""Largest changes of brightness, contrast and evenness, relative to 1."""

NOISE = 0.04
"""Largest SD of the added noise, where the image's 95th percentile is 1."""

WITHOUT_T1 = 0.2
"""Share of patients whose T1 is hidden: many have none."""

BLUR = 0.3
"""Share of patients whose image is blurred by one voxel within the slices."""


def augmented(crops: Crops, chance: torch.Generator) -> Crops:
    """Return one patient's crops changed a little, all levels in the same way."""
    crops = _mirrored(crops, chance)
    crops = _shifted(crops, chance)
    changed = torch.stack(
        [_rescanned(crops[:, channel], chance) for channel in range(crops.shape[1])], 1
    )
    if _uniform(chance) < WITHOUT_T1:
        changed[:, 1] = 0.0
    return changed


def _mirrored(crops: Crops, chance: torch.Generator) -> Crops:
    return crops.flip(2) if _uniform(chance) < 0.5 else crops


def _shifted(crops: Crops, chance: torch.Generator) -> Crops:
    steps = [
        int(torch.randint(-most, most + 1, (), generator=chance))
        for most in SHIFT_VOXELS
    ]
    moved: Tensor = torch.roll(crops, steps, dims=(2, 3, 4))
    for dim, step in zip((2, 3, 4), steps, strict=True):
        if step:
            side = slice(0, step) if step > 0 else slice(step, None)
            moved.movedim(dim, 0)[side] = 0.0
    return moved


def _rescanned(
    image: Float[Tensor, "level left posterior superior"], chance: torch.Generator
) -> Float[Tensor, "level left posterior superior"]:
    inside = image != 0
    if _uniform(chance) < BLUR:
        for dim in (2, 3):
            image = _smoothed(image, (0.25, 0.5, 0.25), dim)
    gain = 1 + GAIN * _either_way(chance)
    contrast = 1 + GAMMA * _either_way(chance)
    along = torch.linspace(-1, 1, image.shape[2])[:, None]
    field = 1 + SLOPE * _either_way(chance) * along
    noise = torch.randn(image.shape, generator=chance)
    bright = image.clamp(min=0) ** contrast * gain * field
    return (bright + NOISE * _uniform(chance) * noise) * inside


def _smoothed(image: Tensor, kernel: tuple[float, ...], dim: int) -> Tensor:
    before, here, after = kernel
    lower, upper = torch.roll(image, 1, dim), torch.roll(image, -1, dim)
    smooth: Tensor = before * lower + here * image + after * upper
    return smooth


def _uniform(chance: torch.Generator) -> float:
    return float(torch.rand((), generator=chance))


def _either_way(chance: torch.Generator) -> float:
    return 2 * _uniform(chance) - 1
