"""How much of each muscle's pattern is fat, so that its share is the patient's."""

from functools import lru_cache

import numpy as np

from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.back import Back, lay_back
from lbp_outcome.simulate.paint.canvas import Canvas, Flat
from lbp_outcome.simulate.paint.layers import paint_contents, paint_spine
from lbp_outcome.simulate.paint.marbling import (
    back_muscles,
    lower_back,
    marbling,
    regions_of,
)
from lbp_outcome.simulate.paint.tube import locate_canal

STREAK_SOFTNESS = np.float32(1.5)
"""Over how much of the pattern muscle turns into fat."""

COARSE_MM, HIGH_MM = 2.0, 4.5
"""Spacing of the points on which the fat shares are balanced [mm]."""

REACH_MM = 75.0
"""How far from the midline these points reach [mm]."""


@lru_cache(maxsize=2)
def fat_borders(anatomy: Anatomy) -> tuple[float, ...]:
    """Return per muscle of the back the border above which its pattern is fat.

    Found on coarse points from L3 to S1 with all that leaves less room for the muscle,
    so that all images of a patient show the same streaks.
    """
    back = lay_back(anatomy)
    canvas = _coarse(anatomy, back)
    tube = locate_canal(canvas, anatomy.sac)
    paint_spine(canvas, anatomy, tube)
    pattern = np.zeros(canvas.part.shape, dtype=np.float32)
    muscles = back_muscles(anatomy, back)
    for muscle in muscles:
        for region in regions_of(canvas, muscle, anatomy, back):
            place, inside = region.rows.block.place, region.inside
            pattern[place][inside] = marbling(region, muscle, anatomy, back)
            canvas.part[place][inside] = muscle.part
    paint_contents(canvas, anatomy, tube)
    return tuple(
        _border(pattern[canvas.part == muscle.part], muscle.fat) for muscle in muscles
    )


def _coarse(anatomy: Anatomy, back: Back) -> Canvas:
    """Return coarse points around the spine from the middle of S1 to that of L3."""
    low, high = lower_back(anatomy)
    height = np.linspace(low, high, 12, dtype=np.float32)
    behind = float(back.fascia(height).min()) - 10
    front = float(back.wall(height).max()) - 5
    aside = float(back.midline(height).mean())
    count = int((high - low) / HIGH_MM)
    affine = np.diag([COARSE_MM, COARSE_MM, (high - low) / count, 1.0])
    affine[:3, 3] = aside - REACH_MM, behind, low + (high - low) / count / 2
    columns, rows = int(2 * REACH_MM / COARSE_MM), int((front - behind) / COARSE_MM)
    return Canvas(affine, (columns, rows, count), {}, sheets=1)


def _border(pattern: Flat, share: float) -> float:
    """Find the border above which a soft-edged pattern averages to a share."""
    if len(pattern) == 0:
        return 0.0
    low, high = float(pattern.min()) - 1, float(pattern.max()) + 1
    for _ in range(25):
        middle = (low + high) / 2
        mean = np.clip((pattern - middle) / STREAK_SOFTNESS + 0.5, 0, 1).mean()
        low, high = (middle, high) if mean > share else (low, middle)
    return (low + high) / 2
