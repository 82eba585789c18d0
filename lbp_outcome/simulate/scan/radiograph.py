"""Simulated X-rays, lateral and frontal: two shadows of the spine of the MR images."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8, UInt16
from scipy.ndimage import gaussian_filter

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.scan.beam import View, splat
from lbp_outcome.simulate.scan.detector import detect, develop
from lbp_outcome.simulate.scan.shells import Grains, bony_shells
from lbp_outcome.simulate.scan.soft_shadows import Blob, draw_gas, soft_shadow
from lbp_outcome.simulate.scan.spine_shadow import PaintedSpine, paint_spine

SITE_PIXEL_MM = (0.50, 0.58, 0.66)
"""Pixel size by hospital in the plane of the spine [mm]; real detectors are finer."""

SITE_MAGNIFICATION = (1.15, 1.18, 1.22)
"""How much larger the spine is on the detector, by hospital."""

HIGH_MM = 350.0
WIDE_MM = {"lateral": 215.0, "frontal": 250.0}
FRONT_SHIFT_MM, DOWN_SHIFT_MM = 4.0, 26.0
"""The films are centred this far in front of and below L3."""

AIM_SD_MM = 4.0
SHELL_BLUR_MM = 0.8


@dataclass(frozen=True, eq=False, kw_only=True)
class Film:
    """One X-ray; bones are bright, rows run down.

    Attributes:
        view: `lateral` (columns run to the back) or `frontal` (columns run to the
            patient's left, as if looking at the patient's face).
        pixels: Grey values from 0 to 4095.
        pixel_mm: Pixel size in the plane of the spine [mm].
        magnification: How much larger the spine is on the detector than in life.
        geometry: Where points of the patient fall on it.
    """

    view: str
    pixels: UInt16[np.ndarray, "row column"]
    pixel_mm: float
    magnification: float
    geometry: View

    @property
    def picture(self) -> UInt8[np.ndarray, "row column"]:
        """The film in the 256 greys of a PNG."""
        grey: np.ndarray = (self.pixels >> 4).astype(np.uint8)
        return grey


@dataclass(frozen=True, eq=False, kw_only=True)
class Films:
    """The two X-rays of one patient."""

    lateral: Film
    frontal: Film


def expose(anatomy: Anatomy, site: int, rng: np.random.Generator) -> Films:
    """Return the lateral and the frontal film of one patient.

    A divergent beam passes the bones and discs of the MR images; trunk, pelvis, ribs,
    lungs and bowel gas are plain shapes. The patient lies as for the MR, not standing.

    Args:
        anatomy: The patient.
        site: Number of the hospital, which has its own detector.
        rng: Draws aim, bowel gas, collimation and noise.
    """
    spine, shells = paint_spine(anatomy), bony_shells(anatomy)
    gas = draw_gas(anatomy, rng)
    films = {}
    for name in ("lateral", "frontal"):
        view = aim(anatomy, name, site, rng.normal(0, AIM_SD_MM, 3))
        pixels = _one_film(anatomy, view, spine, shells, gas, rng)
        films[name] = Film(
            view=name,
            pixels=pixels,
            pixel_mm=view.pixel_mm,
            magnification=SITE_MAGNIFICATION[site],
            geometry=view,
        )
    return Films(**films)


def aim(anatomy: Anatomy, name: str, site: int, off: np.ndarray) -> View:
    """Return where a film lies: around the lumbar spine, `off` the mark [mm]."""
    third = anatomy.vertebra(Vertebra.L3).frame.origin
    middle = np.mean([bone.frame.origin for bone in anatomy.vertebrae[-5:]], axis=0)
    centre = np.array([middle[0], third[1] + FRONT_SHIFT_MM, third[2] - DOWN_SHIFT_MM])
    pixel = SITE_PIXEL_MM[site]
    left, back = np.array([-1.0, 0.0, 0.0]), np.array([0.0, -1.0, 0.0])
    across, beam = (back, left) if name == "lateral" else (left, back)
    return View(
        name=name,
        pixel_mm=pixel,
        shape=(round(HIGH_MM / pixel), round(WIDE_MM[name] / pixel)),
        centre=centre + off - (off @ beam) * beam,
        across=across,
        beam=beam,
    )


def _one_film(
    anatomy: Anatomy,
    view: View,
    spine: PaintedSpine,
    shells: Grains,
    gas: list[Blob],
    rng: np.random.Generator,
) -> UInt16[np.ndarray, "row column"]:
    bone = splat(view, shells.points, shells.mass)
    absorption = spine.shadow(view) + soft_shadow(anatomy, view, gas)
    absorption += gaussian_filter(bone, SHELL_BLUR_MM / view.pixel_mm)
    return develop(detect(absorption, view, rng), view, rng)
