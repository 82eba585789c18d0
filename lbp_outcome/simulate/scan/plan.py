"""Where the slices of one sagittal examination lie, and how noisy it is."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.simulate.body.back import lay_back
from lbp_outcome.simulate.body.shapes import Anatomy

SITE_NOISE = (0.012, 0.016, 0.020)
"""SD of the receiver noise by hospital, CSF on T2 = 1."""

FIELD_DEEP_MM, FIELD_HIGH_MM = 180.0, 260.0
BEHIND_BODIES_MM = 20.0
"""How far behind the vertebral bodies the field is centred."""

OBLIQUE_SD_DEG = 1.3


@dataclass(frozen=True, eq=False, kw_only=True)
class Scan:
    """One examination: grid, coil and noise, shared by T1 and T2.

    Attributes:
        affine: Maps voxel (column, row, slice) to patient space [mm, RAS+]; columns run
            to the back, rows to the head, slices to the right.
        shape: Number of columns, rows and slices.
        noise: SD of the receiver noise relative to CSF on T2.
        skin: Depth of the most posterior skin [mm], nearest the coil.
        band: Depth in front of which a saturation band darkens the abdomen [mm].
        band_strength: Share of the signal that the band takes away.
    """

    affine: Float[np.ndarray, "4 4"]
    shape: tuple[int, int, int]
    noise: float
    skin: float
    band: float
    band_strength: float


def plan_scan(
    anatomy: Anatomy,
    site: int,
    rng: np.random.Generator,
    *,
    pixel_mm: float | None = None,
) -> Scan:
    """Plan slices as a technician does: along the spine, T11 or T12 down to S2.

    Args:
        anatomy: The patient on the table.
        site: Number of the hospital.
        rng: Draws spacing, number of slices and a slightly oblique position.
        pixel_mm: Pixel size [mm]; drawn from 0.80 to 0.90 if not given.
    """
    drawn = float(rng.uniform(0.80, 0.90))
    pixel = drawn if pixel_mm is None else pixel_mm
    apart = float(rng.uniform(4.0, 4.4))
    slices = int(rng.integers(15, 18))
    shape = (round(FIELD_DEEP_MM / pixel), round(FIELD_HIGH_MM / pixel), slices)
    turn = _small_rotation(rng)
    axes = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ axes * np.array([pixel, pixel, apart])
    skin = _skin_depth(anatomy)
    middle = _aim(anatomy) + rng.normal(0, 1.5, 3)
    affine[:3, 3] = middle - affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    return Scan(
        affine=affine,
        shape=shape,
        noise=SITE_NOISE[site],
        skin=skin,
        band=_front_of_column(anatomy) + 22.0,
        band_strength=float(rng.uniform(0.4, 0.85)),
    )


def _small_rotation(rng: np.random.Generator) -> Float[np.ndarray, "3 3"]:
    from scipy.spatial.transform import Rotation

    angles = rng.normal(0, OBLIQUE_SD_DEG, 3)
    turn: np.ndarray = Rotation.from_euler("xyz", angles, degrees=True).as_matrix()
    return turn


def _skin_depth(anatomy: Anatomy) -> float:
    """Most posterior skin within the field [mm]."""
    back = lay_back(anatomy)
    low, high = _height_range(anatomy)
    height = np.arange(low, high, 5.0, dtype=np.float32)
    return float(back.skin(height).min())


def _front_of_column(anatomy: Anatomy) -> float:
    """Depth of the most anterior vertebral body [mm]."""
    fronts = [bone.corner(front=True, top=True)[1] for bone in anatomy.vertebrae]
    return float(max(fronts))


def _height_range(anatomy: Anatomy) -> tuple[float, float]:
    """The field ends in S2 and reaches as far up as it is high [mm]."""
    low = float(anatomy.sacrum.segments[1].frame.origin[2]) - 4.0
    return low, low + FIELD_HIGH_MM


def _aim(anatomy: Anatomy) -> Float[np.ndarray, "3"]:
    low, high = _height_range(anatomy)
    bodies = np.array([bone.frame.origin for bone in anatomy.vertebrae[-6:]])
    aside, depth, _ = bodies.mean(axis=0)
    return np.array([aside, depth - BEHIND_BODIES_MM, (low + high) / 2])
