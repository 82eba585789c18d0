"""Pelvis and lower ribs as thin bony shells, seen from any side.

A shell is a cloud of grains. Where rays graze it, grains crowd on the film: that makes
the bright rims by which crests and ribs are known. Plain shapes that hide parts of the
spine as in patients and mean nothing else.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.interpolate import CubicSpline

from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.scan.beam import WATER_PER_MM

Points = Float[np.ndarray, "n 3"]
Grid = Float[np.ndarray, "u v 3"]

CORTEX_HU, CANCELLOUS_HU = 1100.0, 110.0
SHEET_MM, RIB_CORTEX_MM = 0.65, 0.7
GRAIN_MM = 0.9
"""Distance between grains."""

USUAL_SLOPE_DEG, USUAL_WIDTH_MM = 40.0, 50.0
"""Slope and width of the S1 to which the pelvis below is drawn."""

CREST = (
    (34.0, -60.0, -44.0),
    (36.0, -58.0, -16.0),
    (46.0, -48.0, 12.0),
    (70.0, -26.0, 40.0),
    (96.0, 4.0, 53.0),
    (117.0, 34.0, 44.0),
    (127.0, 58.0, 16.0),
    (123.0, 72.0, -18.0),
)
"""Iliac crest from the posterior to the anterior superior spine, from the middle of S1:
aside, forward and up [mm]."""

BRIM = (
    (35.0, -52.0, -58.0),
    (40.0, -40.0, -66.0),
    (46.0, -26.0, -76.0),
    (52.0, -10.0, -88.0),
    (58.0, 8.0, -103.0),
    (67.0, 26.0, -120.0),
    (82.0, 42.0, -134.0),
    (102.0, 54.0, -140.0),
)
"""Lower border of the wing, down to the roof of the hip."""

JOINED_MM, USUAL_SCALE = 3.0, 0.95
"""The wings lie this much nearer to the midline than the curves, against the sacrum
[mm]; their distance from it varies half as much as S1's width around this scale."""

FOSSA_MM = 9.0
"""How far the wing is hollowed on its inner side."""

RIB_COURSE = (
    (0.0, 0.0, 0.0),
    (26.0, -22.0, -5.0),
    (56.0, -30.0, -20.0),
    (88.0, -14.0, -42.0),
    (108.0, 22.0, -68.0),
    (110.0, 62.0, -92.0),
    (100.0, 90.0, -108.0),
)
"""A rib from the side of its vertebra: aside, forward and up [mm]."""

RIB_SHARES = (0.42, 0.68, 0.85, 1.0, 1.0)
"""Length of the lowest ribs, the last one first, as a share of that course."""

RIB_HALF_THICK, RIB_HALF_TALL = 2.8, 6.0


@dataclass(frozen=True, eq=False)
class Grains:
    """Bone as a cloud of grains.

    Attributes:
        points: Where they are [mm, patient space].
        mass: Volume times attenuation of each [mm2].
    """

    points: Points
    mass: Float[np.ndarray, " n"]


def bony_shells(anatomy: Anatomy) -> Grains:
    """Return both iliac wings and all ribs of the thoracic vertebrae."""
    clouds = [cloud for side in (-1.0, 1.0) for cloud in _one_side(anatomy, side)]
    return Grains(
        np.concatenate([cloud.points for cloud in clouds]),
        np.concatenate([cloud.mass for cloud in clouds]),
    )


def _one_side(anatomy: Anatomy, side: float) -> list[Grains]:
    thoracic = [bone for bone in anatomy.vertebrae if bone.name.startswith("T")]
    ribs = zip(reversed(thoracic), RIB_SHARES, strict=False)
    return [*_wing(anatomy, side), *(_rib(bone, share, side) for bone, share in ribs)]


def _wing(anatomy: Anatomy, side: float) -> list[Grains]:
    """Outer and inner table of an iliac wing, and the spongy bone between them."""
    first = anatomy.sacrum.segments[0]
    slope = float(np.degrees(np.arcsin(-first.frame.anterior[2])))
    pelvis = Frame.tilted(first.frame.origin, slope - USUAL_SLOPE_DEG)
    scale = first.size.width / USUAL_WIDTH_MM
    crest, brim = _curve(CREST, 280), _curve(BRIM, 280)
    down = np.linspace(0, 1, 150)[None, :, None]
    middle = (crest[:, None] + (brim - crest)[:, None] * down) * scale
    middle[..., 0] *= (scale + USUAL_SCALE) / (2 * scale)
    middle[..., 0] -= JOINED_MM
    hollow = FOSSA_MM * np.sin(np.pi * down[..., 0])
    along = np.linspace(0, 1, 280)[:, None]
    normal, area = _normal(middle)
    middle = middle + normal * (hollow * np.sin(np.pi * along))[..., None]
    half = _half_thickness(along, down[..., 0])
    clouds = []
    for offset, thickness, attenuation in (
        (half, SHEET_MM, CORTEX_HU),
        (-half, SHEET_MM, CORTEX_HU),
        (0 * half, 2 * half - SHEET_MM, CANCELLOUS_HU),
    ):
        points = (middle + normal * offset[..., None]) * [side, 1, 1]
        mass = area * thickness * (attenuation * WATER_PER_MM / 1000)
        place = pelvis.origin + points.reshape(-1, 3) @ pelvis.axes
        clouds.append(Grains(place, mass.ravel()))
    return clouds


def _half_thickness(
    along: Float[np.ndarray, "u 1"], down: Float[np.ndarray, "1 v"]
) -> Float[np.ndarray, "u v"]:
    """Thick at the crest and above the hip, thin in the fossa [mm]."""
    crest = 3.6 * np.exp(-((down / 0.10) ** 2)) * np.sqrt(np.clip(down / 0.04, 0, 1))
    low = 3.0 * np.clip((down - 0.5) / 0.5, 0, 1) ** 2
    back = 2.0 * np.exp(-((along / 0.22) ** 2)) * np.clip(down / 0.1, 0, 1)
    half: np.ndarray = 1.2 + crest + low + back
    return half


def _rib(bone: VertebraShape, share: float, side: float) -> Grains:
    """A flat tube of cortical bone."""
    course = _curve(RIB_COURSE, 400)
    length = np.linalg.norm(np.diff(course, axis=0), axis=1).cumsum()
    steps = np.arange(0, share * length[-1], GRAIN_MM)
    course = np.stack([np.interp(steps, length, axis[1:]) for axis in course.T], axis=1)
    turn = np.linspace(0, 2 * np.pi, 44, endpoint=False)
    forward = np.gradient(course, axis=0)
    forward /= np.linalg.norm(forward, axis=1, keepdims=True)
    tall = np.array([0.0, 0.0, 1.0]) - forward * forward[:, 2:]
    tall /= np.linalg.norm(tall, axis=1, keepdims=True)
    thick = np.cross(forward, tall)
    slim = np.sqrt(np.clip((steps[-1] - steps) / 14, 0.05, 1))[:, None, None]
    ring = np.cos(turn)[:, None] * RIB_HALF_THICK * thick[:, None]
    ring = ring + np.sin(turn)[:, None] * RIB_HALF_TALL * tall[:, None]
    start = (bone.size.width / 2 - 1, 3 - bone.size.depth / 2, bone.height / 2 - 5)
    points = (course[:, None] + ring * slim + start) * [side, 1, 1]
    stretch = np.hypot(RIB_HALF_THICK * np.sin(turn), RIB_HALF_TALL * np.cos(turn))
    area = GRAIN_MM * stretch * (turn[1] - turn[0]) * slim[..., 0]
    mass = area * (RIB_CORTEX_MM * CORTEX_HU * WATER_PER_MM / 1000)
    return Grains(bone.frame.origin + points.reshape(-1, 3), mass.ravel())


def _curve(through: tuple[tuple[float, float, float], ...], count: int) -> Points:
    smooth = CubicSpline(np.linspace(0, 1, len(through)), np.array(through))
    points: np.ndarray = smooth(np.linspace(0, 1, count))
    return points


def _normal(surface: Grid) -> tuple[Grid, Float[np.ndarray, "u v"]]:
    """Unit normals of a surface, and the area that each of its points stands for."""
    across = np.cross(np.gradient(surface, axis=0), np.gradient(surface, axis=1))
    area = np.linalg.norm(across, axis=2)
    return across / area[..., None], area
