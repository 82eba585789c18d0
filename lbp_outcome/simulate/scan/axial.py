"""Where the axial slices through one disc lie."""

import numpy as np
from jaxtyping import Float

from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.back import lay_back
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.scan.plan import (
    BAND_AHEAD_MM,
    Scan,
    draw_movement,
    fast_size,
    front_of_column,
    grid_around,
    skin_behind,
)
from lbp_outcome.simulate.scan.site import Site

STACKS = 5
FIELD_WIDE_MM = 180.0
FIELD_DEEP_MM = (150.0, 200.0)
"""Least and greatest depth of the field; a thick layer of fat asks for more."""

AHEAD_OF_DISC_MM = 28.0
"""Beyond the front of the disc, enough for the aorta."""

BEHIND_SKIN_MM = 5.0
PIXEL_MM, APART_MM = (0.65, 0.80), (3.9, 4.5)
MISSED_SD_MM = 0.6
"""How far the middle slice misses the middle of the disc."""


def axial_discs(anatomy: Anatomy) -> tuple[DiscShape, ...]:
    """Return the discs that get axial slices: the five lowest, from above."""
    return anatomy.discs[-STACKS:]


def plan_axial(
    anatomy: Anatomy, disc: DiscShape, site: Site, rng: np.random.Generator
) -> Scan:
    """Plan a few T2 slices parallel to one disc, from the skin to the aorta.

    Columns run to the left, rows to the back, slices upwards.

    Args:
        anatomy: The patient on the table.
        disc: Which disc.
        site: The hospital.
        rng: Draws pixel size, slice spacing, number of slices and position.
    """
    pixel, apart = float(rng.uniform(*PIXEL_MM)), float(rng.uniform(*APART_MM))
    slices = int(rng.integers(3, 6))
    shift = rng.normal(0, [2.0, 2.0, MISSED_SD_MM])
    ahead = disc.upper.size.depth / 2 + AHEAD_OF_DISC_MM
    behind = _to_skin(anatomy, disc) + BEHIND_SKIN_MM
    deep = float(np.clip(ahead + behind, *FIELD_DEEP_MM))
    rearmost = min(behind, deep - ahead)
    middle = disc.frame.moved(anterior=deep / 2 - rearmost).at(*shift)
    shape = (fast_size(FIELD_WIDE_MM / pixel), fast_size(deep / pixel), slices)
    steps = axial_axes(disc.frame.axes) * np.array([pixel, pixel, apart])
    return Scan(
        site=site,
        looks={"t2": site.t2},
        affine=grid_around(middle, steps, shape),
        shape=shape,
        thickness_mm=apart * (1 - site.gap),
        sheets=3,
        phase_axis=0,
        noise=site.noise,
        coil=skin_behind(anatomy, disc.frame.origin),
        band=front_of_column(anatomy) + BAND_AHEAD_MM,
        band_strength=float(rng.uniform(*site.band)),
        movement=draw_movement(site, rng),
        grain=int(rng.integers(2**31)),
    )


def axial_axes(axes: Float[np.ndarray, "3 3"]) -> Float[np.ndarray, "3 3"]:
    """Return the directions of columns, rows and slices (as columns): left, back, up.

    Args:
        axes: Right, anterior and superior as rows.
    """
    directions: np.ndarray = np.stack([-axes[0], -axes[1], axes[2]], axis=1)
    return directions


def _to_skin(anatomy: Anatomy, disc: DiscShape) -> float:
    """How far behind the disc its plane meets the skin [mm]."""
    behind = np.arange(40.0, FIELD_DEEP_MM[1])
    points = disc.frame.origin - behind[:, None] * disc.frame.anterior
    skin = lay_back(anatomy).skin(points[:, 2].astype(np.float32))
    outside = points[:, 1] < skin
    return float(behind[outside.argmax()] if outside.any() else behind[-1])
