"""A sagittal slice as a radiologist looks at it: anterior on the left, head up."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from lbp_outcome.image import Image

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SCALE_BAR_MM = 50
DARKEST, BRIGHTEST = 1, 99.5
"""Percentiles of the image that are drawn black and white."""


@dataclass(frozen=True, eq=False)
class Sagittal:
    """Images of one patient on one grid, turned so that slices are sagittal.

    Attributes:
        image: The image; its axes run to the right, anterior and superior.
    """

    image: Image

    @classmethod
    def of(cls, image: Image) -> "Sagittal":
        """Turn an image in any orientation to the nearest right-anterior-superior."""
        import nibabel

        turned = nibabel.as_closest_canonical(
            nibabel.Nifti1Image(image.values.astype(np.float32), image.affine)
        )
        affine = np.asarray(turned.affine, dtype=float)
        return cls(Image(np.asarray(turned.dataobj), affine))

    @cached_property
    def extent(self) -> tuple[float, float, float, float]:
        """Posterior, anterior, inferior and superior edge of a slice [mm]."""
        _, anterior, superior = self.image.spacing_mm
        _, rows, columns = self.image.values.shape
        return (0.0, float(rows * anterior), 0.0, float(columns * superior))

    def slice(self, number: int) -> Float[np.ndarray, "superior anterior"]:
        """Return one slice, ready for `imshow` with its origin below."""
        values: np.ndarray = self.image.values[number].T.astype(float)
        return values

    def place(self, position: Float[np.ndarray, "3"]) -> tuple[int, float, float]:
        """Return the slice and the place on it [mm] of a patient position."""
        index = self.image.to_index(np.asarray(position, dtype=float)[None])[0]
        _, anterior, superior = self.image.spacing_mm
        number = int(np.clip(round(index[0]), 0, self.image.values.shape[0] - 1))
        return (
            number,
            float((index[1] + 0.5) * anterior),
            float((index[2] + 0.5) * superior),
        )

    def draw(self, axes: "Axes", number: int) -> None:
        """Draw one slice in grey with a scale bar and the letters A and P."""
        low, high = np.percentile(self.image.values, (DARKEST, BRIGHTEST))
        axes.imshow(
            self.slice(number),
            cmap="gray",
            origin="lower",
            vmin=low,
            vmax=max(high, low + 1e-6),
            extent=self.extent,
            interpolation="bilinear",
        )
        axes.set_xticks([])
        axes.set_yticks([])
        self.face_left(axes)
        self._annotate(axes)

    def face_left(self, axes: "Axes") -> None:
        """Put anterior on the left; every picture laid over a slice must ask again."""
        posterior, anterior, inferior, superior = self.extent
        axes.set_xlim(anterior, posterior)
        axes.set_ylim(inferior, superior)

    def _annotate(self, axes: "Axes") -> None:
        _, anterior, _, superior = self.extent
        style: dict[str, Any] = {"color": "white", "fontsize": 9, "ha": "center"}
        axes.text(0.03 * anterior, superior / 2, "P", **style)
        axes.text(0.97 * anterior, superior / 2, "A", **style)
        start, low = 0.94 * anterior, 0.03 * superior
        axes.plot([start, start - SCALE_BAR_MM], [low, low], color="white", lw=2)
        middle = start - SCALE_BAR_MM / 2
        axes.text(middle, 1.4 * low, f"{SCALE_BAR_MM} mm", va="bottom", **style)
