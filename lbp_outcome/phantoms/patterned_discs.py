"""A spine whose discs carry patterns of known statistics on T2."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Disc
from lbp_outcome.image import Image
from lbp_outcome.phantoms.phantom import Drawing
from lbp_outcome.phantoms.shapes import Points
from lbp_outcome.phantoms.spine import AnalyticSpine, Segment

FLUID = 1000.0
"""Signal of the cerebrospinal fluid, as `AnalyticSpine` paints it."""

Values = Float[np.ndarray, " n"]

STEPS = 38
"""Few enough to be told from a scan that was clipped; a quarter turn ends in the middle
of a step."""


@dataclass(frozen=True)
class Fan:
    """A disc whose signal grows in even steps around its axis, from low to high.

    Whatever part of an oval is looked at, a quarter of it lies in each quarter turn, so
    that the quartiles are known.
    """

    disc: Disc
    low: float
    high: float

    @property
    def iqr_ratio(self) -> float:
        """Interquartile range over median."""
        return (self.high - self.low) / 2 / ((self.high + self.low) / 2)

    def signal(self, x: Values, y: Values, z: Values) -> Values:
        """Return the signal; `x` and `y` run from -1 to 1 across the disc."""
        turn = np.arctan2(x, y) / (2 * np.pi) + 0.5
        stepped = (np.floor(turn * STEPS) + 0.5) / STEPS
        return np.asarray(self.low + (self.high - self.low) * stepped)


@dataclass(frozen=True)
class Ringed:
    """A disc with a bright nucleus and a dark annulus."""

    disc: Disc
    nucleus: float
    annulus: float
    nucleus_share: float = 0.65

    @property
    def contrast(self) -> float:
        """Signal of the nucleus less that of the annulus, over fluid."""
        return (self.nucleus - self.annulus) / FLUID

    def signal(self, x: Values, y: Values, z: Values) -> Values:
        """Return the signal; `x` and `y` run from -1 to 1 across the disc."""
        inside = x**2 + y**2 < self.nucleus_share
        return np.where(inside, self.nucleus, self.annulus)


FAN = Fan(Disc.parse("L4-L5"), 300.0, 700.0)
RINGED = Ringed(Disc.parse("L3-L4"), 520.0, 150.0)


@dataclass(frozen=True, kw_only=True)
class PatternedDiscs:
    """A spine whose discs carry patterns on T2.

    Attributes:
        spine: Its shapes, with oval discs.
        patterns: What the discs look like; those not named here are grey.
    """

    spine: AnalyticSpine
    patterns: tuple[Fan | Ringed, ...]

    @property
    def scheme(self) -> str:
        """Its masks carry the numbers of SPIDER."""
        return self.spine.scheme

    def extent(self) -> Points:
        """Return patient positions that enclose the spine [mm]."""
        return self.spine.extent()

    def draw(self, grid: Image) -> Drawing:
        """Draw the mask and the T2 image on a grid of voxels."""
        mask = self.spine.mask(grid)
        t2 = self.spine.t2(mask)
        for pattern in self.patterns:
            self._paint(t2, mask, pattern.disc, pattern.signal)
        return {"mask": mask, "t2": t2}

    def _paint(
        self,
        t2: Image,
        mask: Image,
        disc: Disc,
        signal: Callable[[Values, Values, Values], Values],
    ) -> None:
        place = self.spine.discs.index(disc)
        there = np.argwhere(mask.values == 201 + place)
        frame = self.spine.frames[place]
        local = frame.local(mask.to_patient(there.astype(float)))
        half = np.array([*self.spine.body_mm[:2], self.spine.segments[place].height_mm])
        t2.values[tuple(there.T)] = signal(*(2 * local / half).T)


PATTERNED = PatternedDiscs(
    spine=AnalyticSpine(
        segments=(Segment(), Segment(height_mm=10.0), Segment(height_mm=10.0)),
        tilt_deg=(8.0, 2.0, 3.0),
    ),
    patterns=(FAN, RINGED),
)
"""The spine that the measurements of signal are tried on."""
