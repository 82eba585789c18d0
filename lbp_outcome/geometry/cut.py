"""Cross-sections of a structure, made of chords in the sagittal slices of the scan."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32
from scipy import ndimage

from lbp_outcome.geometry.frame import Points, Vector
from lbp_outcome.image import Image

PIXEL_MM = 0.5
"""Grain of a cross-section from front to back [mm]."""

ON_SLICE = 1e-5
"""Chords this near to the slices of an image lie in them: the rest is rounding."""


@dataclass(frozen=True, eq=False)
class Cut:
    """Where planes through a scan meet its sagittal slices.

    Attributes:
        centres: A point on each plane [mm].
        backward: Unit vectors to the back, along both the plane and the slices.
        aside: From one slice to the next within each plane [mm].
        steps: How many slices each chord lies beside the plane's point.
        ticks_mm: Places along a chord, from the front to the back [mm].
    """

    centres: Points
    backward: Points
    aside: Points
    steps: Float[np.ndarray, "section slice"]
    ticks_mm: Float[np.ndarray, " pixel"]

    @classmethod
    def square_to(
        cls,
        tangents: Points,
        centres: Points,
        scan: Image,
        posterior: Vector,
        half_field_mm: float,
    ) -> "Cut":
        """Lay planes square to some directions through some points.

        Args:
            tangents: Directions, of any length.
            centres: A point on each plane [mm].
            scan: The scan whose slices count.
            posterior: Unit vector to the patient's back.
            half_field_mm: How far the chords reach to the front and the back [mm].
        """
        axis = sagittal_axis(scan, posterior, tangents.mean(axis=0))
        across = scan.inverse[axis, :3]  # slices per millimetre
        tangents = _units(tangents)
        backward = _units(np.cross(tangents, across))
        backward *= np.where(backward @ posterior < 0, -1, 1)[:, None]
        aside = np.cross(tangents, backward)
        aside /= (aside @ across)[:, None]  # one step leads to the next slice
        first = scan.to_index(centres)[:, axis]
        steps = np.arange(scan.values.shape[axis]) - first[:, None]
        ticks = np.arange(-half_field_mm, half_field_mm + PIXEL_MM / 2, PIXEL_MM)
        return cls(centres, backward, aside, steps, ticks)

    @property
    def apart_mm(self) -> Float[np.ndarray, " section"]:
        """Distance between the slices, seen in each section [mm]."""
        return np.asarray(np.linalg.norm(self.aside, axis=1))

    @property
    def aside_mm(self) -> Float[np.ndarray, "section slice"]:
        """How far each chord lies beside the plane's point [mm]."""
        return np.asarray(self.steps * self.apart_mm[:, None])

    def only(
        self, sections: slice | np.ndarray, slices: slice | np.ndarray = slice(None)
    ) -> "Cut":
        """Return some of the planes, and of the slices that they meet."""
        return Cut(
            self.centres[sections],
            self.backward[sections],
            self.aside[sections],
            self.steps[sections][:, slices],
            self.ticks_mm,
        )

    def sample(self, image: Image) -> Float[np.ndarray, "section slice pixel"]:
        """Return an image at every place of the planes, zero outside of it."""
        turn = image.inverse[:3, :3].T
        start = self.centres @ turn + image.inverse[:3, 3]
        chords = start[:, None] + self.steps[:, :, None] * (self.aside @ turn)[:, None]
        along = (self.backward @ turn)[:, None] * self.ticks_mm[:, None]
        ends = chords[:, :, None] + along[:, None, [0, -1]]
        values, corner = _box(image, ends.reshape(-1, 3))
        chords, ends = chords - corner, ends - corner
        axis = int(np.abs(along).max(axis=(0, 1)).argmin())
        if np.abs(ends[..., axis] - np.rint(ends[..., axis])).max() < ON_SLICE:
            last = np.array(values.shape) - 1.0
            meets = (ends.max(axis=2) > -0.5) & (ends.min(axis=2) < last + 0.5)
            if not meets.all(axis=2).any():
                return np.zeros((*meets.shape[:2], len(self.ticks_mm)))
            return _within_slices(values, axis, chords, along, meets.all(axis=2))
        where = np.moveaxis(chords[:, :, None] + along[:, None], 3, 0)
        found = ndimage.map_coordinates(values, where, order=1, prefilter=False)
        return np.asarray(found.astype(float))


def _within_slices(
    values: Float32[np.ndarray, "i j k"],
    axis: int,
    chords: Float[np.ndarray, "section slice 3"],
    along: Float[np.ndarray, "section pixel 3"],
    meets: Bool[np.ndarray, "section slice"],
) -> Float[np.ndarray, "section slice pixel"]:
    """Interpolate between the four neighbours within a slice: faster than all eight.

    Args:
        values: What is looked up.
        axis: Array axis from slice to slice.
        chords: Voxel index of the middle of each chord.
        along: From there to each pixel [voxels].
        meets: Which chords may meet the values; the others give zero.
    """
    others = [other for other in range(3) if other != axis]
    steps = np.array(values.strides) // values.itemsize
    level = np.rint(chords[:, :, axis]).clip(0, values.shape[axis] - 1)
    shown = np.asarray(values.any(axis=tuple(others)))[level.astype(int)]
    section, number = np.nonzero(meets & shown)
    first = (level[section, number] * steps[axis])[:, None]
    shares, inside = [], np.bool_(True)
    for other in others:
        place = chords[section, number, other, None] + along[section, :, other]
        inside = inside & (place >= 0) & (place <= values.shape[other] - 1)
        low = np.floor(place)
        first = first + low * steps[other]
        shares.append(place - low)
    at, flat = first.astype(np.intp), values.ravel(order="K")
    aside, ahead = steps[others].tolist()
    near, far = (
        flat.take(at + step, mode="clip") * (1 - shares[1])
        + flat.take(at + step + ahead, mode="clip") * shares[1]
        for step in (0, aside)
    )
    found = np.zeros((*meets.shape, along.shape[1]))
    found[section, number] = np.float32(inside * (near + shares[0] * (far - near)))
    return found


def sagittal_axis(scan: Image, posterior: Vector, superior: Vector) -> int:
    """Return the array axis that runs from one sagittal slice to the next."""
    aside = np.cross(posterior, superior)
    along = aside @ scan.affine[:3, :3] / scan.spacing_mm
    return int(np.argmax(np.abs(along)))


def _box(
    image: Image, index: Points
) -> tuple[Float32[np.ndarray, "i j k"], Float[np.ndarray, "3"]]:
    """The part of an image around some voxel indices, and where it starts."""
    shape = np.array(image.values.shape)
    low = np.clip(np.floor(index.min(axis=0)), 0, shape - 1).astype(int)
    high = np.clip(np.ceil(index.max(axis=0)) + 1, low + 1, shape).astype(int)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    return image.values[box].astype(np.float32), low.astype(float)


def _units(vectors: Points) -> Points:
    units: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return units
