"""Muscles made of leaning elliptic cylinders beside an analytic spine."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool
from scipy.spatial.transform import Rotation

from lbp_outcome.anatomy import Muscle, Side
from lbp_outcome.image import Image
from lbp_outcome.phantoms.phantom import Drawing
from lbp_outcome.phantoms.shapes import Points, Pose, Shape, draw
from lbp_outcome.phantoms.spine import AnalyticSpine, Segment

LABELS = {
    Muscle.MULTIFIDUS: 5101,
    Muscle.ERECTOR_SPINAE: 5111,
    Muscle.PSOAS: 5121,
    Muscle.QUADRATUS_LUMBORUM: 5131,
}
"""Left ones, numbered as MuscleMap does; right ones are one more."""

LEAN, SPREAD, SEPARATION = 100.0, 15.0, 4.0
"""T2 signal of muscle, its standard deviation, and how many of these apart tissues
lie."""

AROUND = 50.0
DIXON = 1000.0
"""Signal around the muscles on T2, and of water and fat together."""


SMALL = AnalyticSpine(
    segments=(Segment(), Segment(), Segment()), body_mm=(32.0, 24.0, 18.0)
)
"""Small, so that it is drawn fast."""


@dataclass(frozen=True, kw_only=True)
class Cylinder:
    """One muscle of one side.

    Attributes:
        muscle: Which muscle.
        side: Which side.
        half_mm: Half axes of its cross-section, to the side and to the back [mm].
        middle_mm: Where it passes the middle of the middle disc: to the patient's own
            left and to the back [mm].
        lean_deg: How far it leans from the spine's axis: turned about the axes to the
            left and to the back [deg].
        fat: Its fat share on Dixon images, 0 to 1.
        tissues: Shares of the tissues it is made of on T2, the darkest first.
    """

    muscle: Muscle
    side: Side
    half_mm: tuple[float, float]
    middle_mm: tuple[float, float]
    lean_deg: tuple[float, float] = (0.0, 0.0)
    fat: float = 0.3
    tissues: tuple[float, ...] = (0.7, 0.3)

    @property
    def area_cm2(self) -> float:
        """Area of its cross-section [cm2]."""
        return float(np.pi * np.prod(self.half_mm)) / 100

    @property
    def label(self) -> int:
        """Its number in MuscleMap."""
        return LABELS[self.muscle] + (self.side is Side.RIGHT)


@dataclass(frozen=True, kw_only=True)
class MusclePhantom:
    """Leaning elliptic cylinders beside a small spine, with known fat.

    On T2 every tissue of a muscle is spread normally, `SEPARATION` standard deviations
    from the next; which voxel holds which is drawn by lot. The Dixon images show the
    fat share without noise.

    Attributes:
        cylinders: The muscles.
        spine: The spine; its masks carry the numbers of SPIDER.
        seed: Makes the lots repeatable.
    """

    cylinders: tuple[Cylinder, ...]
    spine: AnalyticSpine = SMALL
    seed: int = 0

    @property
    def scheme(self) -> str:
        """Its masks of the spine carry the numbers of SPIDER."""
        return "spider"

    @cached_property
    def length_mm(self) -> float:
        """Length of every muscle, some way beyond the outermost discs [mm]."""
        ends = self.spine.frames[-1].centre - self.spine.frames[0].centre
        return float(np.linalg.norm(ends)) + 44.0

    def extent(self) -> Points:
        """Return patient positions that enclose spine and muscles [mm]."""
        hulls = [self._shape(cylinder).hull for cylinder in self.cylinders]
        return np.concatenate([self.spine.extent(), *hulls])

    def draw(self, grid: Image) -> Drawing:
        """Draw the masks, the T2 image and the water and fat images on a grid."""
        labels = np.zeros(grid.values.shape, np.int16)
        for cylinder in self.cylinders:
            draw(labels, grid, self._shape(cylinder))
        fat = np.zeros(labels.shape, np.float32)
        t2 = np.full(labels.shape, AROUND, np.float32)
        rng = np.random.default_rng(self.seed)
        for cylinder in self.cylinders:
            place = np.nonzero(labels == cylinder.label)
            fat[place] = DIXON * cylinder.fat
            t2[place] = _signal(cylinder.tissues, len(place[0]), rng)
        return {
            "mask": self.spine.mask(grid),
            "muscles": Image(labels, grid.affine),
            "axial": Image(t2, grid.affine),
            "fat": Image(fat, grid.affine),
            "water": Image(DIXON - fat, grid.affine),
        }

    def _shape(self, cylinder: Cylinder) -> Shape:
        """The cylinder, cut off square to its own axis."""
        frames = self.spine.frames
        middle = frames[len(frames) // 2]
        pose = Pose(
            middle.at(*cylinder.middle_mm, 0.0),
            middle.axes @ _turn(*cylinder.lean_deg),
        )
        half = np.array([*cylinder.half_mm, self.length_mm / 2])

        def inside(points: Points) -> Bool[np.ndarray, " _"]:
            x, y, z = (pose.local(points) / half).T
            return np.asarray((x**2 + y**2 <= 1) & (np.abs(z) <= 1))

        return Shape(cylinder.label, pose.corners(-half, half), inside)


def _turn(aside: float, back: float) -> np.ndarray:
    turn: np.ndarray = Rotation.from_euler(
        "xy", [aside, back], degrees=True
    ).as_matrix()
    return turn


def _signal(
    tissues: tuple[float, ...], count: int, rng: np.random.Generator
) -> np.ndarray:
    """Signal of as many voxels, each tissue with its exact share of them."""
    ends = np.rint(np.cumsum((0.0, *tissues)) * count).astype(int)
    kind = np.repeat(np.arange(len(tissues)), np.diff(ends))
    signal = LEAN + SPREAD * (SEPARATION * kind + rng.normal(size=count))
    mixed: np.ndarray = rng.permutation(signal).astype(np.float32)
    return mixed


MUSCLES = MusclePhantom(
    cylinders=(
        Cylinder(
            muscle=Muscle.MULTIFIDUS,
            side=Side.LEFT,
            half_mm=(11.0, 15.0),
            middle_mm=(14.0, 48.0),
            lean_deg=(18.0, 0.0),
            fat=0.35,
        ),
        Cylinder(
            muscle=Muscle.MULTIFIDUS,
            side=Side.RIGHT,
            half_mm=(10.0, 12.0),
            middle_mm=(-14.0, 48.0),
            lean_deg=(14.0, 5.0),
            fat=0.62,
            tissues=(0.5, 0.3, 0.2),
        ),
    )
)
"""Both multifidi: the right one is smaller, fatter and made of three tissues."""
