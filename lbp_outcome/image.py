"""A volume in patient space: numbers, and where they lie in millimetres."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Shaped

from lbp_outcome.errors import GeometryMismatch

SAME_PLACE_MM = 0.1
"""Voxels of image and mask may lie this far apart: headers are rounded differently."""


@dataclass(frozen=True, eq=False)
class Image:
    """A three-dimensional scan or mask with its place in the patient.

    Attributes:
        values: One number per voxel, in the order of the file.
        affine: Maps voxel index (i, j, k, 1) to patient space [mm], RAS+: right,
            anterior and superior are positive, as nibabel gives it.

    Raises:
        GeometryMismatch: The affine cannot be inverted.
    """

    values: Shaped[np.ndarray, "i j k"]
    affine: Float[np.ndarray, "4 4"]

    def __post_init__(self) -> None:
        if not np.isfinite(self.affine).all() or abs(self._determinant) < 1e-9:
            raise GeometryMismatch(
                "the header places all voxels on a plane or nowhere (its affine "
                "cannot be inverted); export the image again with its geometry"
            )

    @property
    def _determinant(self) -> float:
        return float(np.linalg.det(self.affine[:3, :3]))

    @cached_property
    def spacing_mm(self) -> Float[np.ndarray, "3"]:
        """Distance between neighbouring voxels along each array axis [mm]."""
        lengths: np.ndarray = np.linalg.norm(self.affine[:3, :3], axis=0)
        return lengths

    @cached_property
    def inverse(self) -> Float[np.ndarray, "4 4"]:
        """Maps patient space [mm] to voxel indices."""
        inverse: np.ndarray = np.linalg.inv(self.affine)
        return inverse

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel [mm3], also right for sheared grids."""
        return abs(self._determinant)

    def to_patient(self, index: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 3"]:
        """Return the patient position [mm] of (fractional) voxel indices."""
        position: np.ndarray = index @ self.affine[:3, :3].T + self.affine[:3, 3]
        return position

    def to_index(self, position: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 3"]:
        """Return the (fractional) voxel index of patient positions [mm]."""
        index: np.ndarray = position @ self.inverse[:3, :3].T + self.inverse[:3, 3]
        return index

    def same_grid(self, other: "Image", tolerance_mm: float = SAME_PLACE_MM) -> bool:
        """Whether both images have their voxels at the same places."""
        if self.values.shape != other.values.shape:
            return False
        corners = np.array(np.meshgrid(*[(0.0, n - 1.0) for n in self.values.shape]))
        points = corners.reshape(3, -1).T
        apart = np.abs(self.to_patient(points) - other.to_patient(points)).max()
        return bool(apart <= tolerance_mm)
