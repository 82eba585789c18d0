"""Two vertebrae with pedicles, foramina and facet joints of known size."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from lbp_outcome.image import Image
from lbp_outcome.phantoms.phantom import Drawing
from lbp_outcome.phantoms.shapes import Points, Pose, Shape, between, draw

UPRIGHT = np.diag([-1.0, -1.0, 1.0])
"""Axes to the left, the back and the head of a patient lying straight."""

UPPER, LOWER, DISC = 23, 24, 123
"""SPINEPS: L4, L5 and the disc between them."""

ARCH, CORPUS, CANAL, DISC_TISSUE = 41, 49, 61, 100
FRONT_PROCESS, BACK_PROCESS = (45, 46), (47, 48)
"""Superior processes of L5 and inferior ones of L4, left and right."""

SIDES = (1.0, -1.0)
"""Left and right, as the sign of positions to the left."""

FLUID, NERVE = 200, 201
"""Marks for what is painted in the images and in no mask."""

BODY_MM = (23.0, 17.0, 27.0)
"""Half the width and half the depth of a body, and its height [mm]."""

PEDICLE_MM, PEDICLE_HIGH_MM = (11.0, 19.0), 14.0
"""A pedicle reaches from here to here to the side, and is this high [mm]."""

CANAL_MM = (9.0, 18.5, 30.0)
"""Half the width of the canal, and where it begins and ends behind the disc [mm]."""

JOINT_AT = (17.0, 46.0)
"""Place of a joint's middle to the side and behind the middle of the disc [mm]."""

HALF_LENGTH_MM, HALF_HEIGHT_MM = 8.0, 10.0
T2 = {0: 120.0, CORPUS: 300.0, ARCH: 300.0, DISC_TISSUE: 400.0, CANAL: 1000.0}
T2 |= dict.fromkeys((*FRONT_PROCESS, *BACK_PROCESS), 300.0) | {FLUID: 1000.0}
T1 = {DISC_TISSUE: 300.0, NERVE: 300.0, CANAL: 150.0}
T1_FAT, T1_BONE = 1000.0, 600.0


@dataclass(frozen=True, kw_only=True)
class JointedSpine:
    """L4 and L5, made of blocks, with a foramen and a facet joint on either side.

    Attributes:
        disc_mm: Height of the disc [mm].
        foramen_mm: Depth and height of the rectangular foramina [mm].
        fat_share: Share of a foramen's height that is fat; below lies the nerve.
        angle_deg: Angle of the left and of the right joint to the midline [deg].
        space_mm: Distance between the processes [mm].
        fluid_mm: Width of the fluid between them [mm].
        thick_mm: Thickness of the process in front and of the one behind [mm].
        recess_mm: Distance of the processes in front from the back of the bodies [mm].
    """

    disc_mm: float = 9.0
    foramen_mm: tuple[float, float] = (9.0, 18.0)
    fat_share: float = 0.5
    angle_deg: tuple[float, float] = (45.0, 57.0)
    space_mm: float = 3.2
    fluid_mm: float = 2.2
    thick_mm: tuple[float, float] = (7.0, 8.0)
    recess_mm: float = 20.0

    @property
    def scheme(self) -> str:
        """Its masks carry the numbers of SPINEPS."""
        return "spineps"

    @property
    def thickness_ratio(self) -> float:
        """Thickness of both processes over the edge of a cube as large as a body."""
        volume = 4 * BODY_MM[0] * BODY_MM[1] * BODY_MM[2]
        return float(sum(self.thick_mm) / volume ** (1 / 3))

    def extent(self) -> Points:
        """Return patient positions that enclose it [mm]."""
        high = self.disc_mm / 2 + BODY_MM[2]
        low, far = np.array([-32.0, -BODY_MM[1], -high]), np.array([32.0, 64.0, high])
        return Pose(np.zeros(3), UPRIGHT).corners(low, far)

    def draw(self, grid: Image) -> Drawing:
        """Draw both masks, T2 and T1 images on a grid of voxels."""
        parts = np.zeros(grid.values.shape, np.int16)
        bones = np.zeros_like(parts)
        for shape, bone in self._shapes():
            draw(parts, grid, shape)
            draw(bones, grid, Shape(bone, shape.hull, shape.inside))
        tissue = np.where(parts < FLUID, parts, 0).astype(np.int16)
        t2 = self._painted(parts, T2, T2[0])
        t1 = np.where(parts > 0, T1_BONE, T1_FAT)
        t1 = np.where(parts == FLUID, T1[CANAL], self._painted(parts, T1, t1))
        drawn = {"mask": bones, "semantic": tissue, "t2": t2, "axial": t2, "t1": t1}
        return {name: Image(values, grid.affine) for name, values in drawn.items()}

    def _painted(
        self, parts: np.ndarray, signal: dict[int, float], elsewhere: object
    ) -> np.ndarray:
        values = np.broadcast_to(np.asarray(elsewhere, np.float32), parts.shape).copy()
        for part, value in signal.items():
            values[parts == part] = value
        return values

    def _shapes(self) -> Iterator[tuple[Shape, int]]:
        """Every part with the bone it belongs to; later ones lie over earlier ones."""
        half, (wide, deep, high) = self.disc_mm / 2, BODY_MM
        width, front, back = CANAL_MM
        top = half + high
        yield _box(CANAL, (-width, width), (front, back), (-top, top)), 0
        for side in SIDES:
            yield from self._side(side)
        for bone, low in ((UPPER, half), (LOWER, -top)):
            level = (low, low + high)
            yield _box(CORPUS, (-wide, wide), (-deep, deep), level), bone
        yield _box(DISC_TISSUE, (-wide, wide), (-deep, deep), (-half, half)), DISC

    def _side(self, side: float) -> Iterator[tuple[Shape, int]]:
        """Pedicles, what bounds the foramen behind, the nerve, and the joint."""
        (deep, tall), wall = self.foramen_mm, BODY_MM[1]
        aside = tuple(sorted((side * PEDICLE_MM[0], side * PEDICLE_MM[1])))
        bottom = -self.disc_mm / 2 - 1.5
        top, behind = bottom + tall, wall + deep
        plate = (behind, behind + 3.0)
        under, over = (bottom - PEDICLE_HIGH_MM, bottom), (top, top + PEDICLE_HIGH_MM)
        yield _box(ARCH, aside, (wall - 2, behind + 3), over), UPPER
        yield _box(ARCH, aside, (wall - 2, behind + 3), under), LOWER
        yield _box(ARCH, aside, plate, (bottom, top)), LOWER
        nerve = (bottom, bottom + (1 - self.fat_share) * tall)
        yield _box(NERVE, aside, (wall, behind), nerve), 0
        half, (front, back) = self.space_mm / 2, self.thick_mm
        number = SIDES.index(side)
        wet = self.fluid_mm / 2
        process = self._slab(FRONT_PROCESS[number], side, (-half - front, -half))
        yield self._flattened(process), LOWER
        yield self._slab(BACK_PROCESS[number], side, (half, half + back)), UPPER
        yield self._slab(FLUID, side, (-wet, wet)), 0

    def _slab(self, label: int, side: float, across: tuple[float, float]) -> Shape:
        turn = np.radians(self.angle_deg[SIDES.index(side)])
        sine, cosine = np.sin(turn), np.cos(turn)
        centre = UPRIGHT @ (side * JOINT_AT[0], JOINT_AT[1], 0.0)
        along = UPRIGHT @ (side * sine, cosine, 0.0)
        over = UPRIGHT @ (-side * cosine, sine, 0.0)
        pose = Pose(centre, np.stack([along, over, (0.0, 0.0, 1.0)], axis=1))
        sizes = (HALF_LENGTH_MM, HALF_HEIGHT_MM)
        spans = ((-sizes[0], sizes[0]), across, (-sizes[1], sizes[1]))
        return _block(label, pose, spans)

    def _flattened(self, shape: Shape) -> Shape:
        """Cut a process where the recess begins."""
        wall = BODY_MM[1] + self.recess_mm

        def inside(points: Points) -> Bool[np.ndarray, " _"]:
            return np.asarray(shape.inside(points) & (-points[:, 1] > wall))

        return Shape(shape.label, shape.hull, inside)


Span = tuple[float, ...]


def _box(label: int, left: Span, back: Span, up: Span) -> Shape:
    return _block(label, Pose(np.zeros(3), UPRIGHT), (left, back, up))


def _block(label: int, pose: Pose, spans: tuple[Span, Span, Span]) -> Shape:
    low, high = np.array(spans).T

    def inside(points: Points) -> Bool[np.ndarray, " _"]:
        places = zip(pose.local(points).T, spans, strict=True)
        found = [between(place, *span) for place, span in places]
        return np.asarray(found[0] & found[1] & found[2])

    return Shape(label, pose.corners(low, high), inside)
