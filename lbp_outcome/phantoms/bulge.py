"""A spine with one disc that bulges by a known amount."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.anatomy import Disc
from lbp_outcome.image import Image
from lbp_outcome.phantoms.phantom import Drawing
from lbp_outcome.phantoms.shapes import Points, Shape, draw
from lbp_outcome.phantoms.spine import AnalyticSpine, Segment

FIRST_DISC_LABEL = 201
STANDING = 1
"""Which disc bulges: the second from below, L4-L5."""

FINE_DEG = np.arange(-180.0, 180.0, 0.05)


@dataclass(frozen=True, kw_only=True)
class BulgingSpine:
    """A spine with elliptic endplates whose disc L4-L5 stands out beyond them.

    Attributes:
        offset_mm: How far it stands out all the way around [mm].
        bump_mm: How much further it stands out at the bump [mm].
        bump_at_deg: Where the bump lies: 0 behind, 90 to the patient's left [deg].
        bump_half_deg: Half its width; it rises and falls like a cosine [deg].
        migration_mm: How far the bump reaches up beyond the endplate above, or down if
            negative [mm].
        tilt_deg: How the patient lies [deg].
        wedge_deg: Angle between the endplates [deg].
        slip_mm: How far the upper vertebra has slipped forward [mm].
    """

    offset_mm: float = 2.0
    bump_mm: float = 0.0
    bump_at_deg: float = 0.0
    bump_half_deg: float = 25.0
    migration_mm: float = 0.0
    tilt_deg: tuple[float, float, float] = (10.0, 3.0, 4.0)
    wedge_deg: float = 4.0
    slip_mm: float = 0.0

    @cached_property
    def spine(self) -> AnalyticSpine:
        """The spine without its bulge."""
        bulging = Segment(
            height_mm=10.0, wedge_deg=self.wedge_deg, slip_mm=self.slip_mm
        )
        return AnalyticSpine(
            segments=(Segment(), bulging, Segment()), tilt_deg=self.tilt_deg
        )

    @property
    def scheme(self) -> str:
        """Its masks carry the numbers of SPIDER."""
        return self.spine.scheme

    @property
    def disc(self) -> Disc:
        """The disc that bulges."""
        return self.spine.discs[STANDING]

    def beyond_mm(self, angle_deg: Float[np.ndarray, " n"]) -> np.ndarray:
        """Return how far it stands out in some directions [mm]."""
        away = (angle_deg - self.bump_at_deg + 180) % 360 - 180
        inside = np.abs(away) < self.bump_half_deg
        bump = self.bump_mm * (1 + np.cos(np.pi * away / self.bump_half_deg)) / 2
        beyond: np.ndarray = self.offset_mm + np.where(inside, bump, 0.0)
        return beyond

    def mean_mm(self, middle_deg: float = 0.0, half_deg: float = 180.0) -> float:
        """Return the mean of how far it stands out, over a range of directions [mm]."""
        away = (FINE_DEG - middle_deg + 180) % 360 - 180
        return float(self.beyond_mm(FINE_DEG[np.abs(away) <= half_deg]).mean())

    def extent_deg(self, above_mm: float) -> float:
        """Return over how many degrees it stands out further than so much [deg]."""
        return 360 * float((self.beyond_mm(FINE_DEG) > above_mm).mean())

    def base_mm(self, share: float) -> float:
        """Return the width of the bump where it has a share of its height [mm]."""
        half = self.bump_half_deg * float(np.arccos(2 * share - 1)) / np.pi
        ends = self.bump_at_deg + half * np.array([-1.0, 1.0])
        angle = np.radians(ends)
        rim = self._rim(ends)
        places = rim[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
        return max(float(np.hypot(*(b - a))) for a, b in pairwise(places))

    def extent(self) -> Points:
        """Return patient positions that enclose it [mm]."""
        return self.spine.extent()

    def draw(self, grid: Image) -> Drawing:
        """Draw its mask and T2 image on a grid of voxels."""
        mask = self.spine.mask(grid)
        labels = mask.values.copy()
        draw(labels, grid, self._bulge())
        mask = Image(labels, grid.affine)
        return {"mask": mask, "t2": self.spine.t2(mask)}

    def _bulge(self) -> Shape:
        """The disc with its bulge; migrated tissue lies behind the bodies."""
        (lower, upper), frame = self.spine.plates[STANDING], self.spine.frames[STANDING]
        up, down = max(self.migration_mm, 0.0), max(-self.migration_mm, 0.0)

        def inside(points: Points) -> Bool[np.ndarray, " _"]:
            left, posterior, _ = frame.local(points).T
            above, below = lower.local(points)[:, 2], upper.local(points)[:, 2]
            angle = np.degrees(np.arctan2(left, posterior))
            reach = np.hypot(left, posterior) - self._rim(angle)
            flat = (reach <= self.beyond_mm(angle)) & (above > 0) & (below < 0)
            tongue = (reach > 0.5) & (reach <= self.beyond_mm(angle) - self.offset_mm)
            return np.asarray(flat | (tongue & (above > -down) & (below < up)))

        reach = np.array(self.spine.body_mm) / 2 + 2 + self.offset_mm + self.bump_mm
        return Shape(FIRST_DISC_LABEL + STANDING, frame.corners(-reach, reach), inside)

    def _rim(self, angle_deg: Float[np.ndarray, " n"]) -> np.ndarray:
        """How far the endplates reach in some directions [mm]."""
        angle, (width, depth, _) = np.radians(angle_deg), self.spine.body_mm
        across = np.hypot(2 * np.sin(angle) / width, 2 * np.cos(angle) / depth)
        rim: np.ndarray = 1 / across
        return rim
