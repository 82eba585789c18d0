"""A spine whose endplates have holes, hollows and ridges, and whose marrow changes."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.anatomy import Border, Disc
from lbp_outcome.image import Image
from lbp_outcome.phantoms.phantom import Drawing
from lbp_outcome.phantoms.shapes import Points
from lbp_outcome.phantoms.spine import AnalyticSpine, Segment

MARROW = {"t1": 500.0, "t2": 300.0}
"""Mean signal of healthy marrow, in arbitrary units."""

GRAIN = {"t1": 40.0, "t2": 30.0}
"""Marrow is grainy by up to this much, evenly spread over all values between."""

DARK, FLUID = 120.0, 1000.0

ROBUST_SD = 0.5 * 1.4826
"""Robust standard deviation of grain that is spread evenly from -1 to 1: half of it
lies nearer than 0.5."""

WAVES = np.array([[0.731, 1.137, 0.917], [1.013, 0.683, 1.249]])
"""Cycles of the grain per millimetre along each axis, no simple ratio to each other."""


@dataclass(frozen=True, kw_only=True)
class Plate:
    """What has become of one endplate and the marrow beside it.

    Attributes:
        disc: The disc beside it.
        border: Whether it lies above or below the disc.
        pit_mm: Radius at the mouth and depth of a spherical hole in the middle, or 0.
        hollow_mm: Depth of a bowl that reaches to the rim.
        ridge_mm: Height and length of waves that run from side to side, or 0.
        z: Signal of changed marrow on T1 and on T2, in robust standard deviations.
        deep_mm: How deep the change reaches.
        front_share: Share of the endplate's depth that is changed, from the front.
    """

    disc: str
    border: Border
    pit_mm: tuple[float, float] = (0.0, 0.0)
    hollow_mm: float = 0.0
    ridge_mm: tuple[float, float] = (0.0, 1.0)
    z: tuple[float, float] = (0.0, 0.0)
    deep_mm: float = 0.0
    front_share: float = 1.0

    @property
    def pit_sphere_mm(self) -> float:
        """Radius of the sphere that cuts the pit, from the formula of a cap."""
        radius, depth = self.pit_mm
        return (radius**2 + depth**2) / (2 * depth)

    def pit_area_mm2(self, deeper_mm: float) -> float:
        """Area of the pit where it is deeper than this."""
        left = self.pit_mm[1] - deeper_mm
        return float(np.pi * left * (2 * self.pit_sphere_mm - left))

    def below(
        self, x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"], size: Points
    ) -> Float[np.ndarray, " n"]:
        """How deep the surface lies in the bone at places to the left and the back."""
        width, depth = size[0, :2]
        rim = (2 * x / width) ** 2 + (2 * y / depth) ** 2
        height, length = self.ridge_mm
        sunk = self.hollow_mm * np.maximum(1 - rim, 0)
        sunk = sunk + height * np.sin(2 * np.pi * y / length)
        if not self.pit_mm[1]:
            return np.asarray(sunk)
        sphere = self.pit_sphere_mm
        floor = np.sqrt(np.maximum(sphere**2 - x**2 - y**2, 0))
        return np.asarray(sunk + np.maximum(floor - sphere + self.pit_mm[1], 0))


@dataclass(frozen=True, kw_only=True)
class WornSpine:
    """Vertebrae of simple shape with worn endplates, on T1 and T2.

    Attributes:
        plates: The worn endplates; all others are flat, with healthy marrow.
        bright: T2 signal of all discs.
        tilt_deg: How the patient lies, as in `AnalyticSpine`.
    """

    plates: tuple[Plate, ...]
    bright: float = 400.0
    tilt_deg: tuple[float, float, float] = (8.0, 2.0, 3.0)

    @property
    def scheme(self) -> str:
        """Its masks carry the numbers of SPIDER."""
        return "spider"

    @cached_property
    def anatomy(self) -> AnalyticSpine:
        """The spine before it was worn."""
        segments = (Segment(), Segment(height_mm=10.0, wedge_deg=4.0), Segment())
        return AnalyticSpine(segments=segments, tilt_deg=self.tilt_deg)

    def extent(self) -> Points:
        """Return patient positions that enclose it [mm]."""
        return self.anatomy.extent()

    def draw(self, grid: Image) -> Drawing:
        """Draw the mask and both images on a grid of voxels."""
        labels = self.anatomy.mask(grid).values.copy()
        z = {name: np.zeros(labels.shape) for name in MARROW}
        for plate in self.plates:
            self._wear(plate, labels, z, grid)
        mask = Image(labels, grid.affine)
        images = {name: self._image(name, mask, z[name]) for name in MARROW}
        return {"mask": mask, **images}

    def _wear(
        self, plate: Plate, labels: np.ndarray, z: dict[str, np.ndarray], grid: Image
    ) -> None:
        """Give the voxels of one endplate to the disc, or to the bone, or change them.

        Only voxels of the disc and of the vertebra can be meant.
        """
        index = self.anatomy.discs.index(Disc.parse(plate.disc))
        lower, upper = self.anatomy.plates[index]
        above = plate.border is Border.ABOVE
        bone, disc = index + 1 if above else index, 201 + index
        where = np.argwhere((labels == bone) | (labels == disc))
        local = (upper if above else lower).local(grid.to_patient(where.astype(float)))
        x, y, up = local.T
        into = (up if above else -up) - plate.below(x, y, self._size)
        near = np.abs(into) < self._size[0, 2] / 2
        voxels = tuple(where[near].T)
        labels[voxels] = np.where(into[near] < 0, disc, bone)
        changed = self._changed(plate, y, into)
        for name, value in zip(MARROW, plate.z, strict=True):
            z[name][tuple(where[changed].T)] = value

    def _changed(
        self, plate: Plate, y: Float[np.ndarray, " n"], into: Float[np.ndarray, " n"]
    ) -> Bool[np.ndarray, " n"]:
        front = y < self._size[0, 1] * (plate.front_share - 0.5)
        return np.asarray((into >= 0) & (into <= plate.deep_mm) & front)

    @property
    def _size(self) -> Points:
        return np.array([self.anatomy.body_mm])

    def _image(self, name: str, mask: Image, z: np.ndarray) -> Image:
        """Marrow with grain around its mean, and everything else without."""
        labels = mask.values
        bone = (labels > 0) & (labels < 100)
        values = np.full(labels.shape, DARK)
        values[labels == 100] = FLUID if name == "t2" else DARK
        values[labels > 200] = self.bright if name == "t2" else 2 * DARK
        places = mask.to_patient(np.argwhere(bone).astype(float))
        grain = 2 * ((places @ WAVES[list(MARROW).index(name)]) % 1.0) - 1
        step = GRAIN[name] * ROBUST_SD
        values[bone] = MARROW[name] + GRAIN[name] * grain + step * z[bone]
        return Image(values.astype(np.float32), mask.affine)


WORN = WornSpine(
    plates=(
        Plate(
            disc="L4-L5",
            border=Border.ABOVE,
            pit_mm=(7.0, 4.0),
            z=(-2.0, 2.0),
            deep_mm=9.0,
        ),
        Plate(
            disc="L4-L5", border=Border.BELOW, hollow_mm=2.5, z=(-2.0, 2.0), deep_mm=9.0
        ),
        Plate(
            disc="L3-L4",
            border=Border.ABOVE,
            z=(3.0, 1.0),
            deep_mm=9.0,
            front_share=0.5,
        ),
        Plate(disc="L3-L4", border=Border.BELOW, ridge_mm=(1.5, 14.0)),
    ),
    bright=600.0,
)
"""A hole and oedema above L4-L5, a bowl and oedema below it, fat in front above L3-L4
and waves below it."""
