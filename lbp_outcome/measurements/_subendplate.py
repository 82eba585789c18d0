"""The marrow beside an endplate against that of the middle of the same body."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import ndimage

from lbp_outcome.anatomy import Border, Disc, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.endplate import End
from lbp_outcome.geometry.endplate_relief import endplate_relief
from lbp_outcome.geometry.frame import Points
from lbp_outcome.geometry.once import once
from lbp_outcome.image import Image
from lbp_outcome.measurements._evenness import Weighting, shading
from lbp_outcome.measurements._signal import darkness
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine

MARGIN_MM = 1.5
"""The outermost marrow shares its voxels with the cortex and is left out [mm]."""

MIDDLE = (0.35, 0.65)
"""The middle of a body, as shares of its height."""

CELL_MM = (4.0, 4.0, 2.5)
"""Signal is averaged over cells: to the left, to the back, away from the endplate."""

LAYERS = 2
"""The slab beside an endplate is so many cells high: 5 mm."""

FEWEST_VOXELS = 60
MOST_OUTSIDE = 0.1
"""At most this share of a body may lie outside the image."""

SAME_PLACE_MM = 0.01
"""Voxels of two images this near to each other lie at the same place [mm]."""

ON_GRID = 0.02
"""Positions this near to the voxels of an image need no interpolation [voxels]."""

ROBUST_SD = 1.4826
"""Standard deviation of a normal distribution over its median distance."""

CLIPPED_SHARE = 0.1
"""Marrow is clipped if this share of it has the largest value of the image."""


@dataclass(frozen=True, eq=False)
class Cells:
    """The marrow from one endplate inwards, divided into cells of some millimetres.

    Attributes:
        cell: Cell of each voxel.
        voxels: Number of voxels in each cell, by place to the left, to the back, and
            away from the endplate.
        near: Which voxels lie in the slab next to the endplate.
        middle: Which voxels lie in the middle of the body.
        height_mm: Height of the body from this endplate to the other.
    """

    cell: Int[np.ndarray, " n"]
    voxels: Float[np.ndarray, "left back deep"]
    near: Bool[np.ndarray, " n"]
    middle: Bool[np.ndarray, " n"]
    height_mm: float


@dataclass(frozen=True, eq=False)
class Marrow:
    """Signal beside an endplate, in standard deviations from that of the mid-body.

    Attributes:
        z: Mean of each cell, laid out as the cells are.
        slab_z: Mean of the slab next to the endplate.
        middle: Median of the mid-body, in the units of the image.
        remark: What the reader must know of the image, or empty.
    """

    z: Float[np.ndarray, "left back deep"]
    slab_z: float
    middle: float
    remark: str


def beside(disc: Disc, border: Border) -> tuple[Vertebra, End]:
    """Return the vertebra and its end that lie above or below a disc."""
    if border is Border.ABOVE:
        return disc.upper, End.LOWER
    return disc.lower, End.UPPER


@once
def marrow(
    examination: Examination, vertebra: Vertebra, end: End, name: Weighting
) -> Marrow:
    """Return the signal beside one endplate in one image, "t1" or "t2".

    The middle of the same body is the measure: its median, and its median distance from
    it as a robust standard deviation, so that the vein in it hardly counts.

    Raises:
        NotMeasurable: The body or this end of it is not segmented or lies outside the
            image, or too little of it is seen.
    """
    cells = cells_beside(examination.spine, vertebra, end)
    signal = _signal(examination, vertebra, name)
    usual = float(np.median(signal[cells.middle]))
    spread = ROBUST_SD * float(np.median(np.abs(signal[cells.middle] - usual)))
    if spread <= 0:
        raise NotMeasurable(
            f"the {name.upper()} image does not show the marrow of {vertebra}: all of "
            f"it has the same value"
        )
    z = (signal - usual) / spread
    total = np.bincount(cells.cell, z, cells.voxels.size).reshape(cells.voxels.shape)
    return Marrow(
        z=total / np.maximum(cells.voxels, 1),
        slab_z=float(z[cells.near].mean()),
        middle=usual,
        remark=_clipping(examination, vertebra, name),
    )


def slab_z(
    examination: Examination, disc: Disc, border: Border, name: Weighting
) -> float | Remarked:
    """Return the mean signal of the slab beside an endplate, with a remark if need be.

    Raises:
        NotMeasurable: As for `marrow`.
    """
    found = marrow(examination, *beside(disc, border), name)
    return Remarked(found.slab_z, found.remark) if found.remark else found.slab_z


@once
def cells_beside(spine: Spine, vertebra: Vertebra, end: End) -> Cells:
    """Return the cells of the marrow from one endplate inwards.

    Raises:
        NotMeasurable: This end of the body is not visible, or too little of the body.
    """
    relief = endplate_relief(spine, vertebra, end)
    points = _inside(spine, vertebra)
    place = relief.frame.local(points)
    depth = relief.below_smooth(place)
    height = float(np.quantile(depth, 0.99)) + MARGIN_MM
    near = (depth > MARGIN_MM) & (depth <= MARGIN_MM + LAYERS * CELL_MM[2])
    middle = (depth > MIDDLE[0] * height) & (depth < MIDDLE[1] * height)
    if min(middle.sum(), near.sum()) < FEWEST_VOXELS:
        raise NotMeasurable(f"too little of the body of {vertebra} is segmented")
    place[:, 2] = np.maximum(depth - MARGIN_MM, 0)
    index = [
        np.floor(column / size).astype(int)
        for column, size in zip(place.T, CELL_MM, strict=True)
    ]
    index = [column - column.min() for column in index]
    shape = tuple(int(column.max()) + 1 for column in index)
    cell = np.ravel_multi_index(tuple(index), shape)
    voxels = np.bincount(cell, minlength=int(np.prod(shape))).astype(float)
    return Cells(cell, voxels.reshape(shape), near, middle, height)


@once
def _inside(spine: Spine, vertebra: Vertebra) -> Points:
    """Voxels of a body without its shell."""
    mask = body(spine, vertebra).continued(1)
    kept = shrunk(mask.values, mask.spacing_mm)
    return mask.to_patient(np.argwhere(kept).astype(float))


def shrunk(
    inside: Bool[np.ndarray, "i j k"], spacing_mm: Float[np.ndarray, "3"]
) -> Bool[np.ndarray, "i j k"]:
    """Return a mask without its margin, at least one voxel at each side."""
    for axis, step in enumerate(spacing_mm):
        for _ in range(max(1, round(MARGIN_MM / step))):
            shorter = np.moveaxis(inside.copy(), axis, 0)
            wide = np.moveaxis(inside, axis, 0)
            shorter[1:] &= wide[:-1]
            shorter[:-1] &= wide[1:]
            inside = np.moveaxis(shorter, 0, axis)
    return inside


@once
def _signal(
    examination: Examination, vertebra: Vertebra, name: Weighting
) -> Float[np.ndarray, " n"]:
    """Signal at the voxels of a body without its shell, the coil's shading taken out.

    A standardised image has no zero, so that its shading is not known; distances in
    standard deviations mean something nevertheless.
    """
    raw = _raw(examination, vertebra, name)
    try:
        dark, coil = _zero(examination, name), shading(examination, name)
    except NotMeasurable:
        return raw
    even: np.ndarray = (raw - dark) / coil.at(_inside(examination.spine, vertebra))
    return even


@once
def _zero(examination: Examination, name: Weighting) -> float:
    """The value of an image that stands for no signal."""
    return darkness(getattr(examination, name))


@once
def _raw(
    examination: Examination, vertebra: Vertebra, name: Weighting
) -> Float[np.ndarray, " n"]:
    """Values of the image at the voxels of a body without its shell."""
    points = _inside(examination.spine, vertebra)
    if len(points) < FEWEST_VOXELS:
        raise NotMeasurable(f"too little of the body of {vertebra} is segmented")
    image, index = _index(examination, vertebra, name)
    return values_at(image, index, name, f"the body of {vertebra}")


@once
def _index(
    examination: Examination, vertebra: Vertebra, name: Weighting
) -> tuple[Image, Float[np.ndarray, "3 n"]]:
    """An image, and where the voxels of a body lie in it."""
    image: Image = getattr(examination, name)
    t2 = examination.t2
    if t2 is not None and t2 is not image and t2.same_grid(image, SAME_PLACE_MM):
        return image, _index(examination, vertebra, "t2")[1]
    return image, image.to_index(_inside(examination.spine, vertebra)).T


def values_at(
    image: Image, index: Float[np.ndarray, "3 n"], name: Weighting, part: str
) -> Float[np.ndarray, " n"]:
    """Return an image's values at fractional voxel indices.

    Raises:
        NotMeasurable: The positions lie outside the image.
    """
    last = np.array(image.values.shape)[:, None] - 1
    outside = ((index < -0.5) | (index > last + 0.5)).any(axis=0)
    if outside.mean() > MOST_OUTSIDE:
        raise NotMeasurable(f"{part} lies outside the {name.upper()} image")
    nearest = np.rint(index)
    if np.abs(index - nearest).max() < ON_GRID:
        voxel = np.clip(nearest, 0, last).astype(int)
        return np.asarray(image.values[tuple(voxel)], float)
    low = np.clip(np.floor(index.min(axis=1)), 0, last[:, 0]).astype(int)
    high = np.ceil(index.max(axis=1)).astype(int) + 2
    box = image.values[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    found = ndimage.map_coordinates(
        box.astype(np.float32), index - low[:, None], order=1, mode="nearest"
    )
    return np.asarray(found, float)


@once
def _largest(examination: Examination, name: Weighting) -> float:
    """The largest value of an image."""
    return float(getattr(examination, name).values.max())


def _clipping(examination: Examination, vertebra: Vertebra, name: Weighting) -> str:
    """Say that the brightest marrow was cut to the largest value of the image."""
    raw = _raw(examination, vertebra, name)
    if (raw >= _largest(examination, name)).mean() < CLIPPED_SHARE:
        return ""
    return f"marrow is clipped in the {name.upper()} image: changes look fainter"
