"""The MR image around a disc, seen in the disc's own frame."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Float32
from scipy import ndimage

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.frame import Points, Vector
from lbp_outcome.image import Image
from lbp_outcome.spine import Spine
from lbp_outcome.view import CROP_SHAPE, LevelCrop

VOXEL_MM = np.array([4.0, 0.75, 0.75])
"""Grain of a crop towards the left, the back and the head [mm]."""

SHAPE = CROP_SHAPE
"""Voxels of a crop: 48 mm wide, 96 mm deep, 48 mm high."""

DISC_AT = np.array([5.5, 32.5, 31.5])
"""Voxel of the crop that shows the centre of the disc, a quarter from the front."""

SCALE_QUANTILE = 0.95
"""Intensities are divided by this quantile of the image around the spine."""

FINEST = 4
"""At most this many samples are averaged along each axis of a crop's voxel."""


def level_crop(
    image: Image, spine: Spine, disc: Disc, t1: Image | None = None
) -> LevelCrop:
    """Return the image around a disc on a fixed grid in the disc's frame.

    Intensities are divided by their 95th percentile within the box around all
    vertebrae and discs: one scale for all levels of a patient. Each voxel averages
    enough trilinear samples that fine detail does not alias.

    Args:
        image: T2 image.
        spine: Where the discs lie.
        disc: The disc to look at.
        t1: T1 image of the same examination, on voxels of its own; or None.

    Raises:
        NotMeasurable: The disc cannot be located, or lies outside the image.
    """
    other = None if t1 is None else _scaled(t1, spine)
    return _looked_at(spine, disc, _scaled(image, spine), other)


def level_crops(
    image: Image, spine: Spine, discs: Iterable[Disc], t1: Image | None = None
) -> dict[Disc, LevelCrop]:
    """Return one crop per disc, leaving out the discs that cannot be located."""
    crops, t2 = {}, _scaled(image, spine)
    other = None if t1 is None else _scaled(t1, spine)
    for disc in discs:
        try:
            crops[disc] = _looked_at(spine, disc, t2, other)
        except NotMeasurable:
            continue
    return crops


def paste_onto(
    maps: Mapping[Disc, Float[np.ndarray, "left posterior superior"]],
    crops: Mapping[Disc, LevelCrop],
    grid: Image,
) -> Image:
    """Return maps drawn on crops as one map on the voxels of a patient's image.

    Each voxel takes the value of the crops at its place, the largest where crops
    overlap, and zero outside all of them.
    """
    pasted = np.zeros(grid.values.shape, np.float32)
    for disc, heat in maps.items():
        _paste(pasted, grid, Image(np.asarray(heat, float), crops[disc].affine))
    return Image(pasted, grid.affine)


class _Scaled(NamedTuple):
    """An image, and what its intensities are divided by."""

    image: Image
    scale: float


def _scaled(image: Image, spine: Spine) -> _Scaled:
    return _Scaled(image, _patient_scale(image, spine))


def _looked_at(spine: Spine, disc: Disc, t2: _Scaled, t1: _Scaled | None) -> LevelCrop:
    crop = _empty_crop(spine, disc)
    places = crop.to_patient(_voxels(SHAPE))
    if not _inside(t2.image, places).any():
        raise NotMeasurable(f"disc {disc} lies outside the image")
    shown = t1 is not None and _inside(t1.image, places).any()
    return LevelCrop(
        values=_looks(t2, crop),
        affine=crop.affine,
        t1=_looks(t1, crop) if t1 is not None and shown else None,
    )


def _looks(
    look: _Scaled, crop: Image
) -> Float32[np.ndarray, "left posterior superior"]:
    values: np.ndarray = (_sampled(look.image, crop.affine) / look.scale).astype("f4")
    return values


def _empty_crop(spine: Spine, disc: Disc) -> Image:
    frame = disc_frame(spine, disc)
    affine = np.eye(4)
    affine[:3, :3] = frame.axes.T * VOXEL_MM
    affine[:3, 3] = frame.origin - affine[:3, :3] @ DISC_AT
    return Image(np.zeros(SHAPE, np.float32), affine)


def _voxels(shape: tuple[int, ...]) -> Points:
    """Index of every voxel of an array."""
    return np.indices(shape).reshape(3, -1).T.astype(float)


def _inside(image: Image, places: Points) -> Bool[np.ndarray, " _"]:
    """Which patient positions lie inside an image."""
    index, last = image.to_index(places), np.array(image.values.shape) - 0.5
    return np.asarray(((index >= -0.5) & (index <= last)).all(axis=1))


def _sampled(
    image: Image, affine: Float[np.ndarray, "4 4"]
) -> Float[np.ndarray, "left posterior superior"]:
    """Average trilinear samples over each voxel of the crop."""
    fine = _samples_per_voxel(image, affine)
    shape = tuple(int(n) for n in np.array(SHAPE) * fine)
    step = np.linalg.inv(image.affine) @ affine
    first = step[:3, :3] @ ((1 / fine - 1) / 2) + step[:3, 3]
    values = ndimage.affine_transform(
        image.values.astype(np.float32) - min(0.0, float(image.values.min())),
        step[:3, :3] / fine,
        offset=first,
        output_shape=shape,
        order=1,
        mode="grid-constant",
    )
    blocks = values.reshape(
        [size for pair in zip(SHAPE, fine, strict=True) for size in pair]
    )
    averaged: np.ndarray = blocks.mean(axis=(1, 3, 5)).astype(float)
    return averaged


def _samples_per_voxel(image: Image, affine: Float[np.ndarray, "4 4"]) -> np.ndarray:
    """How many image voxels fit into a crop's voxel along each of its axes."""
    along = np.abs(np.linalg.inv(image.affine)[:3, :3] @ affine[:3, :3]).max(axis=0)
    fine: np.ndarray = np.clip(np.ceil(along), 1, FINEST).astype(int)
    return fine


def _patient_scale(image: Image, spine: Spine) -> float:
    """95th percentile of the image within the box around the whole segmentation."""
    if not spine.head_first:
        return 1.0
    low, high = _extent(spine)
    corners = np.array(np.meshgrid(*np.stack([low, high], axis=1))).reshape(3, -1).T
    box = image.values[_box(image, corners)]
    if box.size == 0:
        return 1.0
    floor = min(0.0, float(image.values.min()))
    scale = float(np.quantile(box.astype(float), SCALE_QUANTILE)) - floor
    return scale if scale > 0 else 1.0


def _extent(spine: Spine) -> tuple[Vector, Vector]:
    """Lowest and highest patient coordinates of the vertebrae and discs."""
    points = [part.points for _, part in spine.head_first]
    low = np.min([these.min(axis=0) for these in points], axis=0)
    high = np.max([these.max(axis=0) for these in points], axis=0)
    return low, high


def _paste(pasted: Float32[np.ndarray, "i j k"], grid: Image, heat: Image) -> None:
    """Write one map into the part of the grid that its crop covers."""
    ends = np.array(np.meshgrid(*[(-0.5, n - 0.5) for n in heat.values.shape]))
    box = _box(grid, heat.to_patient(ends.reshape(3, -1).T))
    part = pasted[box]
    first = np.array([side.start for side in box])
    places = grid.to_patient(_voxels(part.shape) + first)
    index = heat.to_index(places).T
    found = ndimage.map_coordinates(heat.values, index, order=1, mode="nearest")
    found[~_inside(heat, places)] = 0
    np.maximum(part, found.reshape(part.shape), out=part)


def _box(grid: Image, places: Points) -> tuple[slice, slice, slice]:
    """The part of a grid's voxels that encloses some patient positions."""
    index, size = grid.to_index(places), np.array(grid.values.shape)
    low = np.clip(np.floor(index.min(axis=0)), 0, size).astype(int)
    high = np.clip(np.ceil(index.max(axis=0)) + 1, low, size).astype(int)
    first, second, third = (
        slice(int(a), int(b)) for a, b in zip(low, high, strict=True)
    )
    return first, second, third
