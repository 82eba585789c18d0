"""The outline of a cross-section, rebuilt from chords in thick slices."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

FINE = 8
"""Places between two slices at which the outline is rebuilt."""

ROUND, BLUNT = 0.85, 0.95
"""A section whose last chord is below the first share of the longest ends like an
ellipse; above the second it ends like a box, half a slice further on."""

SLIVER = 0.02
"""Chords shorter than this share of the longest come from rounding."""

MIDLINE_MM = 3.0
"""Width of the band over which the depth is averaged, where it is largest [mm]."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Size of one cross-section.

    Attributes:
        area_mm2: Area [mm2].
        depth_mm: Mean chord length where it is largest, which is the midline [mm].
    """

    area_mm2: float
    depth_mm: float


def profile(chords_mm: Float[np.ndarray, " slice"], apart_mm: float) -> Profile:
    """Measure a cross-section from its chords in neighbouring slices.

    The square of the chord of an ellipse is a parabola, so squares are interpolated by
    parabolas between slices and prolonged to where they vanish. The plain sum of the
    chords errs by up to 13 % for a canal of 16 mm in slices of 4 mm.
    """
    filled = np.flatnonzero(chords_mm > SLIVER * chords_mm.max(initial=0))
    if not len(filled):
        return Profile(0.0, 0.0)
    squares = chords_mm[filled[0] : filled[-1] + 1] ** 2
    outline = np.concatenate(
        [_cap(squares[::-1])[::-1], _inside(squares), _cap(squares)]
    )
    area = float(outline.sum()) * apart_mm / FINE
    window = max(1, round(MIDLINE_MM * FINE / apart_mm))
    depth = float(np.convolve(outline, np.ones(window) / window, mode="same").max())
    return Profile(area, depth)


def _inside(squares: Float[np.ndarray, " slice"]) -> Float[np.ndarray, " place"]:
    """Chords between the first and the last filled slice, by Catmull-Rom splines."""
    wide = np.r_[_next(squares[::-1]), squares, _next(squares)]
    before, here, after, later = (wide[i : len(wide) - 3 + i, None] for i in range(4))
    t = _between_slices()
    bend = 2 * before - 5 * here + 4 * after - later
    twist = 3 * (here - after) + later - before
    fine = here + 0.5 * t * ((after - before) + t * (bend + t * twist))
    chords: np.ndarray = np.sqrt(np.clip(fine, 0, None)).ravel()
    return chords


def _cap(squares: Float[np.ndarray, " slice"]) -> Float[np.ndarray, " place"]:
    """Chords beyond the last filled slice, up to the empty slice after it."""
    last, ahead = squares[-1], _next(squares)
    t = _between_slices()
    slope = ahead - last if len(squares) < 2 else (ahead - squares[-2]) / 2
    curve = 0.0 if len(squares) < 2 else (ahead - 2 * last + squares[-2]) / 2
    pointed = np.sqrt(np.clip(last + t * (slope + t * curve), 0, None))
    blunt = np.sqrt(last) * (t < 0.5)
    taper = float(np.sqrt(last / squares.max()))
    share = float(np.clip((BLUNT - taper) / (BLUNT - ROUND), 0, 1))
    share = share if len(squares) > 2 else 0.0
    chords: np.ndarray = share * pointed + (1 - share) * blunt
    return chords


def _next(squares: Float[np.ndarray, " slice"]) -> float:
    """Where the parabola through the last three values goes next."""
    if len(squares) < 3:
        return float(squares[-1])
    return float(3 * squares[-1] - 3 * squares[-2] + squares[-3])


def _between_slices() -> Float[np.ndarray, " fine"]:
    places: np.ndarray = (np.arange(FINE) + 0.5) / FINE
    return places
