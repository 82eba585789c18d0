"""An axial block that separates water and fat."""

import numpy as np
from jaxtyping import Float32

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.paint.contrast import DixonHalf
from lbp_outcome.simulate.scan.axial import axial_axes
from lbp_outcome.simulate.scan.plan import (
    BAND_AHEAD_MM,
    Scan,
    draw_movement,
    fast_size,
    front_of_column,
    grid_around,
    skin_behind,
    small_rotation,
)
from lbp_outcome.simulate.scan.site import Site

FIELD_WIDE_MM, FIELD_DEEP_MM = 240.0, 190.0
PIXEL_MM, APART_MM = (1.2, 1.5), 5.0
BEHIND_SKIN_MM = 8.0
NOISE = 0.7
"""Noise relative to that of the spin echoes."""

Values = Float32[np.ndarray, "*points"]


def plan_dixon(anatomy: Anatomy, site: Site, rng: np.random.Generator) -> Scan:
    """Plan an axial block from L3 down to S1, with an image of water and one of fat.

    Columns run to the left, rows to the back, slices upwards; there is no gap.

    Args:
        anatomy: The patient on the table.
        site: The hospital.
        rng: Draws pixel size and a slightly oblique position.
    """
    pixel = float(rng.uniform(*PIXEL_MM))
    top = anatomy.vertebra(Vertebra.L3).corner(front=False, top=True)
    bottom = anatomy.sacrum.segments[0].corner(front=False, top=False)
    slices = int(np.ceil((top[2] - bottom[2]) / APART_MM)) + 1
    skin = skin_behind(anatomy, (top + bottom) / 2)
    middle = skin + np.array([0.0, FIELD_DEEP_MM / 2 - BEHIND_SKIN_MM, 0.0])
    shape = (fast_size(FIELD_WIDE_MM / pixel), fast_size(FIELD_DEEP_MM / pixel), slices)
    axes = small_rotation(rng) @ axial_axes(np.eye(3))
    return Scan(
        site=site,
        looks={
            "water": DixonHalf(tesla=site.tesla, of_fat=False),
            "fat": DixonHalf(tesla=site.tesla, of_fat=True),
        },
        affine=grid_around(middle, axes * np.array([pixel, pixel, APART_MM]), shape),
        shape=shape,
        thickness_mm=APART_MM,
        sheets=5,
        phase_axis=0,
        noise=site.noise * NOISE,
        coil=skin,
        band=front_of_column(anatomy) + BAND_AHEAD_MM,
        band_strength=0.0,
        movement=draw_movement(site, rng),
        grain=int(rng.integers(2**31)),
    )


def fat_fraction(water: Values, fat: Values) -> Values:
    """Return fat / (fat + water); 0 where there is neither."""
    total = water + fat
    fraction: np.ndarray = np.divide(
        fat, total, out=np.zeros_like(total), where=total > 0
    )
    return fraction


def in_and_opposed_phase(water: Values, fat: Values) -> tuple[Values, Values]:
    """Return the two echoes that water and fat were computed from."""
    return water + fat, np.abs(water - fat)
