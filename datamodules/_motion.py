"""Turn, shift, change of size and smooth local displacement in one resampling."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Float32
from scipy.interpolate import BSpline
from torch import Tensor
from torch.nn import functional

KNOTS = (4, 5, 4)
"""Control points of the local displacement towards the left, the back and the head."""

DEGREE = 3
"""Of the spline through them: two times continuously differentiable."""


class Motion(NamedTuple):
    """How the images of some patients are moved, about the middle of each image.

    Angles turn by the right-hand rule about the patient's left, posterior and superior
    axis, first about the last one. A point is scaled, turned and shifted in this order;
    the local displacement comes last.

    Attributes:
        rotation_deg: Turns [deg].
        shift_mm: Shift towards the left, the back and the head [mm].
        scale: Factor of size.
        elastic_mm: Control points of where a voxel looks instead of at itself [mm].
    """

    rotation_deg: Float32[Tensor, "batch 3"]
    shift_mm: Float32[Tensor, "batch 3"]
    scale: Float32[Tensor, " batch"]
    elastic_mm: Float32[Tensor, "batch 3 knots_left knots_posterior knots_superior"]

    @property
    def nothing(self) -> bool:
        """Whether nobody is moved."""
        turned = self.rotation_deg.any() or self.shift_mm.any()
        return not (turned or (self.scale != 1).any() or self.elastic_mm.any())


def moved(
    images: Float32[Tensor, "batch channel left posterior superior"],
    motion: Motion,
    voxel_mm: tuple[float, float, float],
) -> Float32[Tensor, "batch channel left posterior superior"]:
    """Return images moved, all channels of a patient alike, zero where nothing was.

    The whole motion is one sampling grid and one trilinear resampling, so that nothing
    is blurred twice. Where nobody moves the images come back untouched.

    Args:
        images: Some patients' images, on any device.
        motion: How each of them moves.
        voxel_mm: Size of a voxel towards the left, the back and the head [mm].
    """
    if motion.nothing:
        return images
    shape = tuple(images.shape[2:])
    half_mm = torch.tensor(shape) * torch.tensor(voxel_mm) / 2
    grid = functional.affine_grid(
        _places(motion, half_mm).to(images.device), list(images.shape), False
    )
    if motion.elastic_mm.any():
        apart = _smooth(motion.elastic_mm.to(images.device), shape)
        grid = grid + (apart / half_mm.to(images.device)).flip(-1)
    return functional.grid_sample(images, grid, align_corners=False)


def _places(motion: Motion, half_mm: Tensor) -> Float32[Tensor, "batch 3 4"]:
    """Where each voxel of the result looks, as `affine_grid` wants it.

    Its coordinates run from -1 to 1 over the image and are listed last axis first.
    """
    turn = _rotation(motion.rotation_deg) * motion.scale[:, None, None]
    back = torch.linalg.inv(turn)
    linear = back * half_mm[None, None, :] / half_mm[None, :, None]
    offset = -(back @ motion.shift_mm.double()[:, :, None])[..., 0] / half_mm
    theta = torch.cat([linear.flip(1, 2), offset.flip(1)[:, :, None]], dim=2)
    return theta.to(torch.float32)


def _rotation(degrees: Tensor) -> Float[Tensor, "batch 3 3"]:
    """Right-handed turns: left x posterior is superior, as in patient space."""
    radians = torch.deg2rad(degrees.to(torch.float64))
    whole = torch.eye(3, dtype=torch.float64).expand(len(degrees), 3, 3)
    for axis in range(3):
        cosine, sine = torch.cos(radians[:, axis]), torch.sin(radians[:, axis])
        after, last = (axis + 1) % 3, (axis + 2) % 3
        turn = torch.zeros(len(degrees), 3, 3, dtype=torch.float64)
        turn[:, axis, axis] = 1
        turn[:, after, after] = turn[:, last, last] = cosine
        turn[:, after, last], turn[:, last, after] = -sine, sine
        whole = whole @ turn
    return whole


def _smooth(
    knots: Tensor, shape: tuple[int, ...]
) -> Float32[Tensor, "batch left posterior superior 3"]:
    """Spread control points over all voxels by a cubic spline.

    No voxel goes further than the furthest control point.
    """
    weights = [
        _weights(size, count).to(knots)
        for size, count in zip(shape, knots.shape[2:], strict=True)
    ]
    return torch.einsum("bdijk,xi,yj,zk->bxyzd", knots, *weights)


def _weights(size: int, count: int) -> Float32[Tensor, "size count"]:
    """How much each control point counts at each voxel; they add up to 1."""
    inner = np.linspace(0, 1, count - DEGREE + 1)
    ends = np.concatenate([np.zeros(DEGREE), inner, np.ones(DEGREE)])
    places = (np.arange(size) + 0.5) / size
    return torch.from_numpy(
        BSpline.design_matrix(places, ends, DEGREE).toarray().astype(np.float32)
    )
