"""Cross-sections of a structure, made of chords in the sagittal slices of the scan."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy import ndimage

from lbp_outcome.geometry.frame import Points, Vector
from lbp_outcome.image import Image

PIXEL_MM = 0.5
"""Grain of a cross-section from front to back [mm]."""


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
        across = np.linalg.inv(scan.affine)[axis, :3]  # slices per millimetre
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

    def only(self, sections: slice | np.ndarray) -> "Cut":
        """Return some of the planes."""
        return Cut(
            self.centres[sections],
            self.backward[sections],
            self.aside[sections],
            self.steps[sections],
            self.ticks_mm,
        )

    def sample(self, image: Image) -> Float[np.ndarray, "section slice pixel"]:
        """Return an image at every place of the planes, zero outside of it."""
        inverse = np.linalg.inv(image.affine)
        turn = inverse[:3, :3].T
        start = self.centres @ turn + inverse[:3, 3]
        slices = start[:, None] + self.steps[:, :, None] * (self.aside @ turn)[:, None]
        along = (self.backward @ turn)[:, None] * self.ticks_mm[:, None]
        index = slices[:, :, None] + along[:, None]
        corners = index[:, :: max(index.shape[1] - 1, 1), :: index.shape[2] - 1]
        values, corner = _box(image, corners.reshape(-1, 3))
        where = (index - corner).reshape(-1, 3).T
        found = ndimage.map_coordinates(values.astype(np.float32), where, order=1)
        return np.asarray(found.reshape(index.shape[:3]).astype(float))


def sagittal_axis(scan: Image, posterior: Vector, superior: Vector) -> int:
    """Return the array axis that runs from one sagittal slice to the next."""
    aside = np.cross(posterior, superior)
    along = aside @ scan.affine[:3, :3] / scan.spacing_mm
    return int(np.argmax(np.abs(along)))


def _box(image: Image, index: Points) -> tuple[np.ndarray, Float[np.ndarray, "3"]]:
    """The part of an image around some voxel indices, and where it starts."""
    shape = np.array(image.values.shape)
    low = np.clip(np.floor(index.min(axis=0)), 0, shape - 1).astype(int)
    high = np.clip(np.ceil(index.max(axis=0)) + 1, low + 1, shape).astype(int)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    return image.values[box], low.astype(float)


def _units(vectors: Points) -> Points:
    units: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return units
