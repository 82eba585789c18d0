"""The shape of a disc: whatever lies between two endplates."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.body.footprint import edge_behind
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.limits import LENGTH, SHARE, require_within

Points = Float[np.ndarray, "..."]

FRONT_BULGE, FRONT_SHARE = 0.8, 0.5
"""How far any disc stands out in front [mm], and how much of its bulge is added."""

SIDE_BULGE, SIDE_SHARE = 0.4, 0.6
"""The same at the sides."""

RIM_COVERED = 2.5
"""Displaced tissue thins out this far above and below the rims [mm]."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Herniation:
    """Disc tissue that stands out over a short stretch of the rim.

    Attributes:
        kind: `protrusion` (wider than deep) or `extrusion` (deeper than wide, or
            moved up or down behind a body).
        angle: Where it lies: 0 in the midline behind, positive towards the right [deg].
        depth: How far it stands out beyond the bulge [mm].
        base: Its width at the rim [mm].
        migration: How far its tip lies above (positive) or below the disc [mm].
    """

    kind: str
    angle: float
    depth: float
    base: float
    migration: float = 0.0

    def __post_init__(self) -> None:
        require_within(self, depth=LENGTH, base=(0.1, 60), angle=(-90, 90))
        if self.kind not in ("protrusion", "extrusion"):
            raise InvalidChoice(f"Herniation: there is no kind {self.kind!r}.")


@dataclass(frozen=True, eq=False, kw_only=True)
class Fissure:
    """A tear of the annulus filled with fluid: the high-intensity zone of T2 images.

    Attributes:
        right: Place to the right of the midline [mm].
        up: Place above the middle of the disc [mm].
        length: Its largest extent [mm].
    """

    right: float
    up: float
    length: float


@dataclass(frozen=True, eq=False, kw_only=True)
class DiscShape:
    """One disc: whatever lies between two endplates, and how worn it is.

    Attributes:
        name: Which disc.
        number: Count of the vertebra above it from the lowest, which is 1.
        frame: Axes halfway between the endplates.
        upper: The vertebra above.
        lower: The vertebra below.
        rim_height: Distance between the rims of the endplates in the middle [mm].
        grade: Pfirrmann grade, 1 to 5.
        bulge: How far the disc stands out behind the vertebrae [mm].
        signal_deviation: Relative deviation of its T2 signal from its grade's mean.
        slip: How far the vertebra above has slipped forward [mm].
        herniation: Protrusion or extrusion, or None.
        fissure: High-intensity zone of the annulus behind, or None.
        vacuum: Share of its depth and width that a gas cleft fills, 0 to 1.
    """

    name: Disc
    number: int
    frame: Frame
    upper: VertebraShape
    lower: VertebraShape
    rim_height: float
    grade: int
    bulge: float
    signal_deviation: float
    slip: float
    herniation: Herniation | None = None
    fissure: Fissure | None = None
    vacuum: float = 0.0

    def __post_init__(self) -> None:
        require_within(
            self, grade=(1, 5), rim_height=LENGTH, bulge=LENGTH, vacuum=SHARE
        )

    @property
    def half_depth(self) -> float:
        """Half the mean depth of the endplates above and below [mm]."""
        return (self.upper.size.depth + self.lower.size.depth) / 4

    @property
    def half_width(self) -> float:
        """Half the mean width of the endplates above and below [mm]."""
        return (self.upper.size.width + self.lower.size.width) / 4

    @property
    def lobes(self) -> float:
        """How far the sides of its back reach beyond a plain oval [mm].

        A disc that bulges loses the hollow of its back.
        """
        mean = (self.upper.lobes + self.lower.lobes) / 2
        return max(mean - 0.5 * self.bulge, 0.0)

    @property
    def front_bulge(self) -> float:
        """How far it stands out in front [mm]."""
        return FRONT_BULGE + FRONT_SHARE * self.bulge

    @property
    def side_bulge(self) -> float:
        """How far it stands out at either side [mm]."""
        return SIDE_BULGE + SIDE_SHARE * self.bulge

    @property
    def herniation_place(self) -> float:
        """Place of the herniation to the right of the midline [mm]; 0 if none."""
        angle = self.herniation.angle if self.herniation else 0.0
        return float(self.half_depth * np.tan(np.radians(angle)))

    def reach_behind(self, right: Points | float, up: Points | float = 0.0) -> Points:
        """Return how far disc tissue stands out behind the line of the back walls [mm].

        The line joins the back corners of the two endplates in the midline and runs
        straight to both sides. 0 where the disc does not pass it.

        Args:
            right: Place to the right of the midline, in the axes of the disc [mm].
            up: Height above the middle of the disc [mm]; migrated tissue lies beside a
                body.
        """
        beyond = np.maximum(np.abs(up) - self.rim_height / 2, 0) / RIM_COVERED
        thinned = np.maximum(1 - beyond**2, 0)
        half_depth = self.half_depth + (self.front_bulge + self.bulge) / 2
        forward = (self.front_bulge - self.bulge) / 2
        width = self.half_width + self.side_bulge
        edge = edge_behind(right, width, half_depth, self.lobes) - forward
        line = edge - self.half_depth
        line = np.where(line > 0, line * thinned, line)
        reach = line + self._herniated(right, up, thinned)
        return np.asarray(np.maximum(reach, 0) * (np.abs(right) < width))

    def _herniated(
        self, right: Points | float, up: Points | float, thinned: Points | float
    ) -> Points:
        """How far the herniation stands out beyond the bulge [mm]."""
        found = self.herniation
        if found is None:
            return np.zeros(np.broadcast(right, up).shape)
        aside = (np.asarray(right) - self.herniation_place) / (found.base / 2)
        across = np.maximum(1 - aside**2, 0)
        if found.kind == "protrusion":
            return np.asarray(found.depth * across * thinned)
        half = self.rim_height / 2 + abs(found.migration) / 2
        level = (np.asarray(up) - found.migration / 2) / half
        return np.asarray(found.depth * np.sqrt(np.maximum(across - level**2, 0)))
