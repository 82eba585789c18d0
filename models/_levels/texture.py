"""How fine-grained an image is, and in which direction: its structure tensor."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

FINEST = 1e-4
"""Squared gradients below this, where the tissue's brightness is 1, are noise."""

DARKEST = 0.05
"""Gradients of anything darker are held against this brightness."""

BRIGHTNESS, ACROSS, ALONG = (-0.7, 0.33), (-4.3, 1.15), (-6.4, 1.15)
COSINE, SINE = (0.5, 0.46), (0.0, 0.3)
"""Mean and SD of each map in the canals of simulated spines, so that what a network is
given is of about the same size; it learns many times faster so."""

TINY = 1e-12
"""Keeps the slope of a root finite where nothing has a direction."""

PER_SCALE = 4

Image = Float[Tensor, "level left posterior superior"]
Blocks = Float[Tensor, "level left rows columns"]


def texture(
    image: Image, scales: int, block: int = 4
) -> Float[Tensor, "level map left rows columns"]:
    """Return how fine-grained an image is in blocks of voxels of the slice plane.

    For each scale four maps: energy along and across the main direction (logarithms of
    the eigenvalues of the structure tensor, of the gradients relative to the local
    brightness), and twice the direction's angle as cosine and sine times coherence.
    Straight threads have energy across only, those that loop in all directions. A map
    of the logarithm of brightness comes first. All are standardised.

    Args:
        image: One look of each level.
        scales: Voxels of the image itself; then those twice as large; and so on.
        block: Voxels on each side of a block.
    """
    mean = _smooth(functional.avg_pool3d(image, (1, block, block))).clamp(min=DARKEST)
    maps = [_standard(mean.log(), BRIGHTNESS)]
    for scale in range(scales):
        if scale:
            image = functional.avg_pool3d(image, (1, 2, 2))
        maps += _tensor(image, mean, block >> scale)
    return torch.stack(maps, dim=1)


def maps_of(scales: int) -> int:
    """Return how many maps `texture` gives."""
    return 1 + PER_SCALE * scales


def _tensor(image: Image, mean: Blocks, block: int) -> list[Blocks]:
    smooth = _smooth(image)
    deep, high = _gradient(smooth, -2), _gradient(smooth, -1)
    dd, dh, hh = (
        _smooth(functional.avg_pool3d(product, (1, block, block))) / mean**2
        for product in (deep * deep, deep * high, high * high)
    )
    both = dd + hh
    apart = ((dd - hh) ** 2 + 4 * dh**2 + TINY).sqrt()
    across, along = (
        ((both + sign * apart) / 2).clamp(min=0).add(FINEST).log() for sign in (1, -1)
    )
    return [
        _standard(across, ACROSS),
        _standard(along, ALONG),
        _standard((dd - hh) / (both + FINEST), COSINE),
        _standard(2 * dh / (both + FINEST), SINE),
    ]


def _standard(blocks: Blocks, usual: tuple[float, float]) -> Blocks:
    middle, spread = usual
    return (blocks - middle) / spread


def _smooth(image: Image) -> Image:
    """Average with both neighbours in the slice plane, the middle counting twice."""
    for dim in (-2, -1):
        before, after = _neighbours(image, dim)
        image = (before + 2 * image + after) / 4
    return image


def _gradient(image: Image, dim: int) -> Image:
    before, after = _neighbours(image, dim)
    return (after - before) / 2


def _neighbours(image: Image, dim: int) -> tuple[Image, Image]:
    """The image shifted by one voxel either way; its borders are repeated."""
    last = image.shape[dim] - 1
    first, end = image.narrow(dim, 0, 1), image.narrow(dim, last, 1)
    before = torch.cat([first, image.narrow(dim, 0, last)], dim)
    return before, torch.cat([image.narrow(dim, 1, last), end], dim)
