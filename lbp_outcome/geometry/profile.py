"""The outlines of cross-sections, rebuilt from chords in thick slices."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

FINE = 8
"""Places between two slices at which the outline is rebuilt."""

PLACES = (np.arange(FINE) + 0.5) / FINE
"""Those places, as shares of the way from one slice to the next."""

ROUND, BLUNT = 0.85, 0.95
"""A section whose last chord is below the first share of the longest ends like an
ellipse; above the second it ends like a box, half a slice further on."""

FEWEST_FOR_A_CURVE = 3
"""Chords needed to tell how an outline goes on."""

SLIVER = 0.02
"""Chords shorter than this share of the longest come from rounding."""

MIDLINE_MM = 3.0
"""Width of the band over which the depth is averaged, where it is largest [mm]."""

PerSection = Float[np.ndarray, " section"]
Chords = Float[np.ndarray, "section slice"]


@dataclass(frozen=True, eq=False)
class Profiles:
    """Sizes of cross-sections.

    Attributes:
        area_mm2: Area of each [mm2].
        depth_mm: Mean chord length where it is largest, which is the midline [mm].
        width_mm: Distance between the places where the outline ends [mm].
    """

    area_mm2: PerSection
    depth_mm: PerSection
    width_mm: PerSection


def profiles(chords_mm: Chords, apart_mm: PerSection) -> Profiles:
    """Measure cross-sections from their chords in neighbouring slices.

    The square of the chord of an ellipse is a parabola, so squares are interpolated by
    parabolas between slices and prolonged to where they vanish. The plain sum of the
    chords errs by up to 13 % for a canal of 16 mm in slices of 4 mm.

    Args:
        chords_mm: Chord of each section in each slice [mm].
        apart_mm: Distance between the slices, seen in each section [mm].
    """
    filled = chords_mm > SLIVER * chords_mm.max(axis=1, initial=0)[:, None]
    seen = filled.any(axis=1)
    first = filled.argmax(axis=1)
    last = filled.shape[1] - 1 - filled[:, ::-1].argmax(axis=1)
    left = _End.of(chords_mm**2, first, last)
    right = _End.of(chords_mm**2, last, first)
    outline = _inside(chords_mm**2, left, right)
    section = np.arange(len(outline))
    outline[section, first] = left.cap[:, ::-1]
    outline[section, last + 1] = right.cap
    outline[~seen] = 0
    return Profiles(
        area_mm2=outline.sum(axis=(1, 2)) * apart_mm / FINE,
        depth_mm=_widest_mean(outline, apart_mm),
        width_mm=seen * (last - first + left.extent + right.extent) * apart_mm,
    )


@dataclass(frozen=True, eq=False)
class _End:
    """How the outlines end on one side, from the last filled slice outwards."""

    at: Int[np.ndarray, " section"]
    squares: Float[np.ndarray, "section 3"]
    round_share: PerSection

    @classmethod
    def of(
        cls,
        squares: Chords,
        at: Int[np.ndarray, " section"],
        other: Int[np.ndarray, " section"],
    ) -> "_End":
        """Take the last three chords before slice `at`, coming from slice `other`."""
        inwards = np.where(other >= at, 1, -1)[:, None] * np.arange(3)
        places = np.clip(at[:, None] + inwards, 0, squares.shape[1] - 1)
        ends = np.take_along_axis(squares, places, axis=1)
        longest = np.maximum(squares.max(axis=1), 1e-12)
        taper = np.sqrt(ends[:, 0] / longest)
        share = np.clip((BLUNT - taper) / (BLUNT - ROUND), 0, 1)
        enough = np.abs(other - at) + 1 >= FEWEST_FOR_A_CURVE
        return cls(at, ends, np.where(enough, share, 0.0))

    @property
    def ahead(self) -> PerSection:
        """Where the parabola through the last three values goes next."""
        last, before, earlier = self.squares.T
        return np.asarray(3 * last - 3 * before + earlier)

    @property
    def _parabola(self) -> tuple[PerSection, PerSection, PerSection]:
        last, before, _ = self.squares.T
        slope, curve = (self.ahead - before) / 2, (self.ahead - 2 * last + before) / 2
        return last, slope, curve

    @property
    def cap(self) -> Float[np.ndarray, "section fine"]:
        """Chords beyond the last filled slice, up to the empty slice after it."""
        last, slope, curve = (part[:, None] for part in self._parabola)
        pointed = np.sqrt(np.clip(last + PLACES * (slope + PLACES * curve), 0, None))
        blunt = np.sqrt(last) * (PLACES < 0.5)
        share = self.round_share[:, None]
        return np.asarray(share * pointed + (1 - share) * blunt)

    @property
    def extent(self) -> PerSection:
        """How far the outline goes on beyond the last filled slice [slices]."""
        last, slope, curve = self._parabola
        root = np.sqrt(np.clip(slope**2 - 4 * curve * last, 0, None)) - slope
        reach = np.clip(2 * last / np.maximum(root, 1e-12), 0, 1)
        return np.asarray(self.round_share * reach + (1 - self.round_share) * 0.5)


def _inside(
    squares: Chords, left: _End, right: _End
) -> Float[np.ndarray, "section gap fine"]:
    """Chords between the first and the last filled slice, by Catmull-Rom splines."""
    slices = np.arange(-2, squares.shape[1] + 2)
    wide = np.pad(squares, ((0, 0), (2, 2)))
    for end, beyond in ((left, -1), (right, 1)):
        many = end.round_share.shape[0]
        enough = np.abs(right.at - left.at) + 1 >= FEWEST_FOR_A_CURVE
        ahead = np.where(enough, end.ahead, end.squares[:, 0])
        wide[np.arange(many), end.at + beyond + 2] = ahead
    before, here, after, later = (
        wide[:, i : wide.shape[1] - 3 + i, None] for i in range(4)
    )
    bend = 2 * before - 5 * here + 4 * after - later
    twist = 3 * (here - after) + later - before
    fine = here + 0.5 * PLACES * ((after - before) + PLACES * (bend + PLACES * twist))
    within = _between(slices[1:-2], left.at, right.at)
    return np.asarray(np.sqrt(np.clip(fine, 0, None)) * within[:, :, None])


def _between(
    starts: Int[np.ndarray, " gap"],
    first: Int[np.ndarray, " section"],
    last: Int[np.ndarray, " section"],
) -> Bool[np.ndarray, "section gap"]:
    """Which gaps, each after the slice that starts it, lie inside the section."""
    return np.asarray((starts >= first[:, None]) & (starts < last[:, None]))


def _widest_mean(
    outline: Float[np.ndarray, "section gap fine"], apart_mm: PerSection
) -> PerSection:
    """Largest mean chord over a band as wide as the midline."""
    window = np.maximum(np.rint(MIDLINE_MM * FINE / apart_mm), 1).astype(int)
    fine = outline.reshape(len(outline), -1)
    total = np.pad(np.cumsum(fine, axis=1), ((0, 0), (1, 0)))
    start = np.arange(total.shape[1])
    stop = np.minimum(start + window[:, None], total.shape[1] - 1)
    band = np.take_along_axis(total, stop, axis=1) - total
    return np.asarray(band.max(axis=1) / window)
