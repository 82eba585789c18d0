"""Vertebral bodies of any height in front, in the middle and behind."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float
from scipy.spatial.transform import Rotation

from lbp_outcome.image import Image
from lbp_outcome.phantoms.phantom import Drawing
from lbp_outcome.phantoms.shapes import Points, Pose, Shape, draw
from lbp_outcome.phantoms.spine import UPRIGHT

STOREY_MM = 37.0
"""Distance between the middles of neighbouring bodies [mm]."""

SIZE_MM = (46.0, 34.0)
"""Width and depth of the bodies, which are oval [mm]."""

CANAL_WIDTH_MM = 16.0
CANAL_BEHIND_MM = 27.0
CANAL_LABEL, DISC_LABEL = 100, 200

SIGNAL = {"t1": (150.0, 80.0, 300.0), "t2": (1000.0, 120.0, 400.0)}
"""Signal of the fluid, of what is not segmented, and of the discs."""


@dataclass(frozen=True, kw_only=True)
class Body:
    """One vertebral body; both of its endplates are bent alike.

    Attributes:
        front_mm: Height at the front rim [mm].
        middle_mm: Height half way between front and back [mm].
        back_mm: Height at the back rim [mm].
        left_mm: How far it stands to the patient's left [mm].
        canal_mm: Depth of the canal behind it [mm].
        t1: Its signal on T1.
        t2: Its signal on T2.
    """

    front_mm: float = 27.0
    middle_mm: float = 27.0
    back_mm: float = 27.0
    left_mm: float = 0.0
    canal_mm: float = 12.0
    t1: float = 500.0
    t2: float = 300.0

    @property
    def volume_mm3(self) -> float:
        """Area of the oval times its mean height, from the moments of an ellipse."""
        bend = (self.front_mm + self.back_mm) / 2 - self.middle_mm
        return float(np.pi / 4 * np.prod(SIZE_MM)) * (self.middle_mm + bend / 4)

    def half_height(self, behind: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Return half the height at places behind the middle [mm]."""
        y = 2 * behind / SIZE_MM[1]
        slope = (self.back_mm - self.front_mm) / 2
        bend = (self.front_mm + self.back_mm) / 2 - self.middle_mm
        half: np.ndarray = (self.middle_mm + slope * y + bend * y**2) / 2
        return half


@dataclass(frozen=True, kw_only=True)
class BodyStack:
    """Bodies above one another, with discs between them and the canal behind.

    Attributes:
        bodies: From L5 up.
        tilt_deg: How the patient lies, as in `AnalyticSpine`.
    """

    bodies: tuple[Body, ...]
    tilt_deg: tuple[float, float, float] = (6.0, 2.0, 3.0)

    @property
    def scheme(self) -> str:
        """Its masks carry the numbers of SPIDER."""
        return "spider"

    @cached_property
    def poses(self) -> tuple[Pose, ...]:
        """The middle of each body, from L5 up."""
        turned = Rotation.from_euler("xyz", self.tilt_deg, degrees=True).as_matrix()
        axes = UPRIGHT @ turned
        return tuple(
            Pose(axes @ (body.left_mm, 0.0, STOREY_MM * number), axes)
            for number, body in enumerate(self.bodies)
        )

    def extent(self) -> Points:
        """Return patient positions that enclose it [mm]."""
        low, high = np.array([-28.0, -17.0, -18.0]), np.array([28.0, 35.0, 18.0])
        return np.concatenate([pose.corners(low, high) for pose in self.poses])

    def draw(self, grid: Image) -> Drawing:
        """Draw the mask and both images on a grid of voxels."""
        labels = np.zeros(grid.values.shape, np.int16)
        for shape in self._shapes():
            draw(labels, grid, shape)
        images = {name: self._image(name, labels, grid) for name in SIGNAL}
        return {"mask": Image(labels, grid.affine), **images}

    def _image(self, name: str, labels: np.ndarray, grid: Image) -> Image:
        fluid, other, disc = SIGNAL[name]
        values = np.full(labels.shape, other)
        values[labels == CANAL_LABEL] = fluid
        values[labels > DISC_LABEL] = disc
        for number, body in enumerate(self.bodies, 1):
            values[labels == number] = body.t1 if name == "t1" else body.t2
        return Image(values.astype(np.float32), grid.affine)

    def _shapes(self) -> Iterator[Shape]:
        for number, (body, pose) in enumerate(
            zip(self.bodies, self.poses, strict=True)
        ):
            yield _canal(body, pose)
            yield _block(number + 1, body, pose)
        for number in range(len(self.bodies) - 1):
            yield self._disc(number)

    def _disc(self, number: int) -> Shape:
        """All that lies between two bodies, half way between their outlines."""
        (below, low), (above, high) = (
            (self.bodies[n], self.poses[n]) for n in (number, number + 1)
        )
        middle = Pose((low.centre + high.centre) / 2, low.axes)

        def inside(points: Points) -> Bool[np.ndarray, " _"]:
            x, y, z = middle.local(points).T
            floor = below.half_height(y) - STOREY_MM / 2
            ceiling = STOREY_MM / 2 - above.half_height(y)
            return np.asarray(_oval(x, y) & (z > floor) & (z < ceiling))

        reach = np.array([*SIZE_MM, 2 * STOREY_MM]) / 2
        return Shape(DISC_LABEL + number + 2, middle.corners(-reach, reach), inside)


def _block(label: int, body: Body, pose: Pose) -> Shape:
    def inside(points: Points) -> Bool[np.ndarray, " _"]:
        x, y, z = pose.local(points).T
        return np.asarray(_oval(x, y) & (np.abs(z) <= body.half_height(y)))

    half = np.array([*SIZE_MM, 1.5 * STOREY_MM]) / 2
    return Shape(label, pose.corners(-half, half), inside)


def _canal(body: Body, pose: Pose) -> Shape:
    """One storey of the canal."""

    def inside(points: Points) -> Bool[np.ndarray, " _"]:
        x, y, z = pose.local(points).T
        width, depth = CANAL_WIDTH_MM, body.canal_mm
        aside, behind = 2 * x / width, 2 * (y - CANAL_BEHIND_MM) / depth
        round_ = aside**2 + behind**2 <= 1
        return np.asarray(round_ & (np.abs(z) <= STOREY_MM / 2))

    half = np.array([CANAL_WIDTH_MM, body.canal_mm, STOREY_MM]) / 2
    middle = np.array([0.0, CANAL_BEHIND_MM, 0.0])
    low, high = middle - half, middle + half
    return Shape(CANAL_LABEL, pose.corners(low, high), inside)


def _oval(
    x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"]
) -> Bool[np.ndarray, " n"]:
    width, depth = SIZE_MM
    return np.asarray((2 * x / width) ** 2 + (2 * y / depth) ** 2 <= 1)


COLLAPSED = BodyStack(
    bodies=(
        Body(front_mm=28.0, back_mm=25.0, middle_mm=26.0),
        Body(),
        Body(front_mm=18.0, middle_mm=21.0, back_mm=26.0),
        Body(),
        Body(front_mm=26.0),
    )
)
"""L3 has given way, a third of its height in front."""
