"""A divergent X-ray beam: where points and solids of the patient fall on the film."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32
from scipy.sparse import csr_matrix

Picture = Float32[np.ndarray, "row column"]

WATER_PER_MM = 0.0195
"""Linear attenuation of water at about 70 keV [1/mm]."""

SOURCE_TO_SPINE_MM = 1000.0
SLAB_MM = 7.0
"""Bone within a slab of this thickness is enlarged alike."""

UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, eq=False, kw_only=True)
class View:
    """One film, measured in the plane through the spine parallel to the detector.

    Attributes:
        name: `lateral` or `frontal`.
        pixel_mm: Pixel size in that plane [mm].
        shape: Number of rows and columns.
        centre: Where the central ray meets that plane [mm, patient space].
        across: Direction in the patient in which columns count.
        beam: Direction in which the rays run.
    """

    name: str
    pixel_mm: float
    shape: tuple[int, int]
    centre: Float[np.ndarray, "3"]
    across: Float[np.ndarray, "3"]
    beam: Float[np.ndarray, "3"]

    def enlargement(self, points: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, " n"]:
        """Return how much larger things look here than in the plane of the spine."""
        behind = (points - self.centre) @ self.beam
        larger: np.ndarray = SOURCE_TO_SPINE_MM / (SOURCE_TO_SPINE_MM + behind)
        return larger

    def place(
        self, points: Float[np.ndarray, "n 3"]
    ) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
        """Return the (fractional) row and column on which points fall."""
        larger = self.enlargement(points) / self.pixel_mm
        offset = points - self.centre
        middle_row, middle_column = self.middle
        row = middle_row - (offset @ UP) * larger
        return row, middle_column + (offset @ self.across) * larger

    @property
    def middle(self) -> tuple[float, float]:
        """Row and column of the central ray."""
        return (self.shape[0] - 1) / 2, (self.shape[1] - 1) / 2


def splat(
    view: View, points: Float[np.ndarray, "n 3"], mass: Float[np.ndarray, " n"]
) -> Picture:
    """Return the absorption by many small grains.

    Args:
        view: The film.
        points: Where the grains are [mm].
        mass: Volume times attenuation of each [mm2].
    """
    row, column = view.place(points)
    weight = mass * (view.enlargement(points) / view.pixel_mm) ** 2
    rows, columns = view.shape
    film = np.zeros(rows * columns)
    top, left = np.floor(row).astype(int), np.floor(column).astype(int)
    inside = (top >= 0) & (left >= 0) & (top < rows - 1) & (left < columns - 1)
    start = top[inside] * columns + left[inside]
    low, right = (row - top)[inside], (column - left)[inside]
    weight = weight[inside]
    for step, share in (
        (0, (1 - low) * (1 - right)),
        (1, (1 - low) * right),
        (columns, low * (1 - right)),
        (columns + 1, low * right),
    ):
        film += np.bincount(start + step, weight * share, minlength=film.size)
    picture: np.ndarray = film.astype(np.float32).reshape(view.shape)
    return picture


def project(
    view: View,
    values: Float32[np.ndarray, "depth height aside"],
    affine: Float[np.ndarray, "4 4"],
) -> Picture:
    """Return the absorption by a block of sample points along the patient's axes.

    Args:
        view: The film.
        values: Attenuation beyond that of the surroundings [HU]; rays run along the
            first axis.
        affine: Maps index (depth, height, aside) to patient space [mm].
    """
    film = np.zeros(view.shape, dtype=np.float32)
    step = float(np.linalg.norm(affine[:3, 0]))
    thick = max(round(SLAB_MM / step), 1)
    for first in range(0, len(values), thick):
        flat = values[first : first + thick].sum(axis=0)
        if flat.any():
            middle = first + (min(thick, len(values) - first) - 1) / 2
            start = affine[:3, 3] + affine[:3, 0] * middle
            film += _enlarged(view, flat, start, affine)
    picture: np.ndarray = film * np.float32(step * WATER_PER_MM / 1000)
    return picture


def _enlarged(
    view: View,
    flat: Float32[np.ndarray, "height aside"],
    start: Float[np.ndarray, "3"],
    affine: Float[np.ndarray, "4 4"],
) -> Picture:
    """One slab, interpolated onto the film."""
    height, aside = flat.shape
    neighbours = np.array([start, start + affine[:3, 1], start + affine[:3, 2]])
    row, column = view.place(neighbours)
    rows = _interpolation(row[0], row[1] - row[0], height, view.shape[0])
    columns = _interpolation(column[0], column[2] - column[0], aside, view.shape[1])
    film: np.ndarray = (columns @ (rows @ flat).T).T
    return film


def _interpolation(first: float, step: float, size: int, pixels: int) -> csr_matrix:
    """Straight-line interpolation from points at `first + step * i` to pixels."""
    place = (np.arange(pixels) - first) / step
    lower = np.floor(place).astype(int)
    share = (place - lower).astype(np.float32)
    inside = (lower >= 0) & (lower < size - 1)
    pixel = np.flatnonzero(inside)
    values = np.concatenate([1 - share[inside], share[inside]])
    place = np.concatenate([lower[inside], lower[inside] + 1])
    return csr_matrix((values, (np.tile(pixel, 2), place)), shape=(pixels, size))
