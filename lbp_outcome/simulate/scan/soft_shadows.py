"""Soft tissue, air and bowel gas on an X-ray, as plain shapes.

They shade the spine as in patients and mean nothing else.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32
from scipy.ndimage import gaussian_filter

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.back import lay_back
from lbp_outcome.simulate.scan.beam import WATER_PER_MM, Picture, View

Line = Float[np.ndarray, " n"]
Row = Float32[np.ndarray, "1 column"]
Column = Float32[np.ndarray, "row 1"]

EVERY = 4
"""Soft shapes are computed on every fourth pixel."""

HALF_WIDTH = 142.0
"""Half the width of the trunk at the waist without the fat under the skin [mm]."""

BLUNT = 2.4
"""The trunk's outline in cross-section: 2 is an ellipse, more is squarer."""

FAT_SHARE = 0.90
HIPS, CHEST = 0.09, 0.04
"""How much wider the trunk is at the hips and the chest."""

BUTTOCKS_MM = 25.0
"""Over this height below S2, the skin of the back turns downwards."""

PSOAS_HU, KIDNEY_HU, LUNG_HU, GAS_HU = 130.0, 110.0, -420.0, -900.0
"""Attenuation beyond that of the surroundings."""

STRINGS, BUBBLES = 9, 90
BELLY_MM = 92.0
"""How far in front of L3 a belly without fat ends."""


@dataclass(frozen=True, eq=False)
class Blob:
    """An ellipsoid that is denser or lighter than what surrounds it.

    Attributes:
        centre: Its middle [mm, patient space].
        half: Its half axes: aside, forward, up [mm].
        hounsfield: Its attenuation beyond that of the surroundings [HU].
    """

    centre: Float[np.ndarray, "3"]
    half: Float[np.ndarray, "3"]
    hounsfield: float

    def chord(self, view: View, aside: Row, height: Column) -> Picture:
        """Return the length of the rays inside it [mm]."""
        larger = float(view.enlargement(self.centre[None])[0])
        offset = self.centre - view.centre
        wide = float(np.abs(view.across) @ self.half)
        deep = float(np.abs(view.beam) @ self.half)
        x = (aside / larger - float(offset @ view.across)) / wide
        z = (height / larger - float(offset[2])) / self.half[2]
        length: np.ndarray = 2 * deep * np.sqrt(np.clip(1 - x * x - z * z, 0, 1))
        return length.astype(np.float32)


def draw_gas(anatomy: Anatomy, rng: np.random.Generator) -> list[Blob]:
    """Draw bowel gas: strings of bubbles in front of the spine and to its sides."""
    middle = anatomy.vertebra(Vertebra.L3).frame.origin
    strings = rng.uniform((-105, 62, -130), (105, 125, 60), (STRINGS, 3))
    heading = rng.normal(0, (7, 3, 7), (STRINGS, 3))
    spread = rng.normal(0, 4, (BUBBLES, 3))
    half = rng.uniform(3, 13, (BUBBLES, 3))
    fill = rng.uniform(0.08, 0.32, BUBBLES)
    blobs = []
    for number in range(BUBBLES):
        string, place = number % STRINGS, number // STRINGS
        centre = strings[string] + place * heading[string] + spread[number]
        blobs.append(Blob(middle + centre, half[number], float(GAS_HU * fill[number])))
    return blobs


def soft_shadow(anatomy: Anatomy, view: View, gas: list[Blob]) -> Picture:
    """Return the absorption by everything on the film that is not bone."""
    rows, columns = (np.arange(-1, size + EVERY, EVERY) for size in view.shape)
    middle_row, middle_column = view.middle
    height = ((middle_row - rows) * view.pixel_mm)[:, None].astype(np.float32)
    aside = ((columns - middle_column) * view.pixel_mm)[None, :].astype(np.float32)
    shadow = _trunk(anatomy, view, aside, height) + _lungs(anatomy, view, aside, height)
    for blob in (*_kidneys(anatomy), *gas):
        path = blob.chord(view, aside, height) * np.float32(blob.hounsfield / 1000)
        shadow += path * np.float32(WATER_PER_MM)
    if view.name == "frontal":
        shadow += _psoas(anatomy, view, aside, height)
    return _on_every_pixel(gaussian_filter(shadow, 0.9), view)


def _on_every_pixel(coarse: Float32[np.ndarray, "u v"], view: View) -> Picture:
    """Interpolate between every fourth pixel."""
    fine = coarse
    for size in view.shape:
        place = (np.arange(size) + 1) / EVERY
        lower = place.astype(int)
        share = (place - lower).astype(np.float32)[:, None]
        fine = (fine[lower] * (1 - share) + fine[lower + 1] * share).T
    return np.ascontiguousarray(fine)


def _trunk(anatomy: Anatomy, view: View, aside: Row, height: Column) -> Picture:
    """A blunt oval in cross-section; the skin of the back is the patient's."""
    level = height[:, 0] + view.centre[2]
    lowest = float(anatomy.sacrum.segments[2].frame.origin[2])
    above = BUTTOCKS_MM * np.logaddexp(0, (level - lowest) / BUTTOCKS_MM)
    skin = lay_back(anatomy).skin((lowest + above).astype(np.float32)).astype(float)
    fat = 0.5 * (anatomy.soft.fat_above + anatomy.soft.fat_below)
    growth = _growth(anatomy, level)
    front = anatomy.vertebra(Vertebra.L3).frame.origin[1] + BELLY_MM + 1.2 * fat
    width, depth = (HALF_WIDTH + 0.7 * fat) * growth, (front - skin) / 2
    absorption = np.zeros((len(level), aside.size))
    for rim, share in ((0.0, FAT_SHARE), (0.75 * fat, 1 - FAT_SHARE)):
        half_wide, half_deep = width - rim, depth - rim
        if view.name == "lateral":
            place = view.centre[1] - aside - (skin + depth)[:, None]
            across, through = place / half_deep[:, None], half_wide
        else:
            across, through = aside / half_wide[:, None], half_deep
        inside = np.clip(1 - np.abs(across) ** BLUNT, 0, 1) ** (1 / BLUNT)
        absorption += share * 2 * through[:, None] * inside
    picture: np.ndarray = (absorption * WATER_PER_MM).astype(np.float32)
    return picture


def _growth(anatomy: Anatomy, level: Line) -> Line:
    """Width of the trunk at each height as a share of that at the waist."""
    waist = anatomy.vertebra(Vertebra.L3).frame.origin[2]
    down = np.clip((waist - level - 10) / 110, 0, 1)
    up = np.clip((level - waist - 10) / 120, 0, 1)
    growth: np.ndarray = 1 + HIPS * down * down * (3 - 2 * down) + CHEST * up
    return growth


def _lungs(anatomy: Anatomy, view: View, aside: Row, height: Column) -> Picture:
    """Air above the domes of the diaphragm, which reach up to about T10."""
    base = anatomy.vertebra(Vertebra.T12).frame.origin
    air = np.zeros((height.size, aside.size), dtype=np.float32)
    for side, up in ((-1.0, 0.0), (1.0, 9.0)):
        chest = base + np.array([side * 74, 28.0, 110.0])
        dome = base + np.array([side * 74, 36.0, -22.0 + up])
        outer = Blob(chest, np.array([58.0, 78.0, 128.0]), LUNG_HU)
        inner = Blob(dome, np.array([60.0, 72.0, 84.0]), 0.0)
        inside = outer.chord(view, aside, height) - inner.chord(view, aside, height)
        air += np.maximum(inside, 0)
    return air * np.float32(LUNG_HU * WATER_PER_MM / 1000)


def _kidneys(anatomy: Anatomy) -> list[Blob]:
    middle = anatomy.vertebra(Vertebra.L2).frame.origin
    half = np.array([27.0, 22.0, 52.0])
    places = ([-64.0, -14.0, 8.0], [64.0, -14.0, -4.0])
    return [Blob(middle + place, half, KIDNEY_HU) for place in places]


def _psoas(anatomy: Anatomy, view: View, aside: Row, height: Column) -> Picture:
    """Both psoas muscles widen downwards; their outer border is a straight line."""
    bones = [*anatomy.vertebrae[-6:], anatomy.sacrum.segments[0]]
    levels = np.array([bone.frame.origin[2] for bone in bones])[::-1]
    level = height[:, 0] + view.centre[2]
    middle = np.interp(level, levels, [bone.frame.origin[0] for bone in bones][::-1])
    down = np.clip((levels[-1] - level) / (levels[-1] - levels[0]), 0, 1.35)
    thick = 46 * np.sqrt(np.clip(down, 0, 1)) * np.clip((1.3 - down) / 0.4, 0, 1)
    path = np.zeros((len(level), aside.size), dtype=np.float32)
    for side, size in zip((-1.0, 1.0), anatomy.soft.psoas, strict=True):
        outer = 20 + 50 * down * np.sqrt(size)
        place = view.centre[0] - middle[:, None] - aside  # columns run to the left
        inside = np.clip((outer[:, None] - side * place) / 14, 0, 1) * (
            side * place > 0
        )
        path += (np.sqrt(inside) * (thick * np.sqrt(size))[:, None]).astype(np.float32)
    return path * np.float32(PSOAS_HU * WATER_PER_MM / 1000)
