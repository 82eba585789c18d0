"""Shadows on a lateral X-ray that are not spine: trunk, pelvis, ribs, bowel gas.

Plain shapes; they hide parts of the spine as in patients and mean nothing else.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32
from scipy.ndimage import gaussian_filter

from lbp_outcome.simulate.body.back import lay_back
from lbp_outcome.simulate.body.shapes import Anatomy

Film = Float32[np.ndarray, "row column"]

WATER_PER_MM = 0.0195
"""Linear attenuation of water at about 70 keV [1/mm]."""

SCATTER_SHARE = 0.55
"""The trunk absorbs less than its thickness: scatter and beam hardening."""

TRUNK_HALF_WIDTH, TRUNK_HALF_DEPTH = 165.0, 120.0
WING_HALF_LENGTH, WING_DROP = 75.0, 45.0
WINGS = ((0.0, 0.0), (7.0, 5.0))
"""The two iliac wings are never exactly in line: forward and upward shift [mm]."""

RIB_REACH = {-8: 130.0, -7: 95.0}
"""Length of the ribs of T10 and T11 on the film [mm], counted back from L5."""

RIB_SLOPE, RIB_BEND, RIB_HALF_HEIGHT = 0.62, 0.0012, 6.0
GAS_BUBBLES = 14


@dataclass(frozen=True, eq=False)
class Plane:
    """Where the pixels of a film lie.

    Attributes:
        depth: Front-back position [mm, patient space, front positive].
        height: Height [mm, patient space].
    """

    depth: Film
    height: Film


def cast_shadows(anatomy: Anatomy, plane: Plane, rng: np.random.Generator) -> Film:
    """Return the absorption by everything on the film that is not spine."""
    solid = _trunk(anatomy, plane) + _pelvis(anatomy, plane) + _ribs(anatomy, plane)
    shadow: np.ndarray = solid - _gas(anatomy, plane, rng)
    return shadow.astype(np.float32)


def _trunk(anatomy: Anatomy, plane: Plane) -> Film:
    """The trunk is an ellipse in cross-section, thickest in the middle."""
    behind = plane.depth - lay_back(anatomy).skin(plane.height)
    from_middle = behind / TRUNK_HALF_DEPTH - 1
    width = 2 * TRUNK_HALF_WIDTH * np.sqrt(np.clip(1 - from_middle**2, 0, 1))
    absorption: np.ndarray = SCATTER_SHARE * WATER_PER_MM * width
    return absorption


def _pelvis(anatomy: Anatomy, plane: Plane) -> Film:
    """The iliac wings reach up to the L4-L5 disc."""
    crest = anatomy.vertebrae[-2].corner(front=False, top=False)
    shadow = np.zeros_like(plane.depth)
    for ahead, up in WINGS:
        across = (plane.depth - np.float32(crest[1] + 2 + ahead)) / WING_HALF_LENGTH
        below = np.float32(crest[2] + up - 4) - WING_DROP * across**2 - plane.height
        solid = np.clip((1 - np.abs(across)) / 0.35, 0, 1) ** 1.5
        rim = np.exp(-(((below - 2) / 2.2) ** 2))
        shadow += (0.16 * np.clip(below / 2, 0, 1) + 0.14 * rim) * solid
    return _blurred(shadow, 1.5)


def _ribs(anatomy: Anatomy, plane: Plane) -> Film:
    """The lowest ribs slope down and forward across the thoracic bodies."""
    shadow = np.zeros_like(plane.depth)
    for bone, reach in RIB_REACH.items():
        start = anatomy.vertebrae[bone].corner(front=False, top=True)
        for shift in (0.0, 6.0):
            ahead = plane.depth - np.float32(start[1] - 8)
            course = RIB_SLOPE * ahead + RIB_BEND * ahead**2
            apart = np.abs(plane.height + course - np.float32(start[2] + shift))
            along = (ahead > 0) * np.clip((reach - ahead) / 40, 0, 1)
            band = 0.07 * np.clip((RIB_HALF_HEIGHT - apart) / 2, 0, 1)
            rim = 0.06 * np.exp(-(((apart - 5) / 1.2) ** 2))
            shadow += ((band + rim) * along).astype(np.float32)
    return _blurred(shadow, 1.2)


def _gas(anatomy: Anatomy, plane: Plane, rng: np.random.Generator) -> Film:
    """Bowel gas in front of the spine lets X-rays through."""
    spine = anatomy.vertebrae[-3].frame.origin
    gas = np.zeros_like(plane.depth)
    for _ in range(GAS_BUBBLES):
        depth = float(spine[1] + rng.uniform(45, 95))
        height = float(spine[2] + rng.uniform(-110, 90))
        half_depth, half_height = (float(half) for half in rng.uniform(7, 24, 2))
        across = ((plane.depth - depth) / half_depth) ** 2
        across += ((plane.height - height) / half_height) ** 2
        gas += float(rng.uniform(0.05, 0.22)) * np.sqrt(np.clip(1 - across, 0, 1))
    return _blurred(gas, 6.0)


def _blurred(film: Film, pixels: float) -> Film:
    blurred: np.ndarray = gaussian_filter(film, pixels)
    return blurred
