"""A spine made of blocks, slabs and a tube."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float
from scipy.spatial.transform import Rotation

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.image import Image
from lbp_outcome.phantoms.phantom import Drawing
from lbp_outcome.phantoms.shapes import Points, Pose, Shape, between, draw
from lbp_outcome.phantoms.tube import Tube, tube_through
from lbp_outcome.spine import column

UPRIGHT = np.diag([-1.0, -1.0, 1.0])
"""Axes to the left, the back and the head of a patient lying straight."""

CANAL_LABEL, DISC_LABEL = 100, 200
CANAL_MM = (8.0, 6.0)
"""Half the width and half the depth of a healthy canal [mm]."""

BEHIND_MM = 2.0
"""Space between the vertebral bodies and the canal [mm]."""

SIGNAL = {"body": 300.0, "disc": 400.0, "csf": 1000.0, "other": 120.0}
"""T2 signal of the simulated tissues, in arbitrary units."""


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One disc, and how the vertebra above stands on it.

    Attributes:
        height_mm: Distance between the endplates in the middle of their overlap [mm].
        wedge_deg: Angle between the endplates, open to the front [deg].
        slip_mm: How far the upper vertebra has slipped forward [mm].
        coronal_deg: How far the upper vertebra leans to the patient's left [deg].
        canal_mm: Half the width and half the depth of the canal at the disc [mm].
    """

    height_mm: float = 9.0
    wedge_deg: float = 0.0
    slip_mm: float = 0.0
    coronal_deg: float = 0.0
    canal_mm: tuple[float, float] = CANAL_MM


@dataclass(frozen=True, kw_only=True)
class AnalyticSpine:
    """A spine made of simple shapes.

    Attributes:
        segments: Discs from the lowest up.
        lowest: The lowest vertebra that is drawn. The first disc lies below it, unless
            it is S1, which stands on nothing.
        shape: Footprint of vertebrae and discs.
        body_mm: Width, depth and height of a vertebral body [mm].
        gap_mm: Unlabelled space between a disc and each endplate [mm].
        arches: Whether vertebrae carry posterior elements.
        canal: Whether the canal is drawn.
        tilt_deg: How the patient lies: turned about the axis to the left, to the back
            and to the head [deg].
        signal: T2 signal of tissues that differ from `SIGNAL`.
    """

    segments: tuple[Segment, ...] = (Segment(), Segment(), Segment())
    lowest: Vertebra = Vertebra.L5
    shape: Literal["box", "ellipse"] = "ellipse"
    body_mm: tuple[float, float, float] = (46.0, 34.0, 27.0)
    gap_mm: float = 0.0
    arches: bool = False
    canal: bool = True
    tilt_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    signal: tuple[tuple[str, float], ...] = ()

    @cached_property
    def names(self) -> tuple[Vertebra, ...]:
        """Names of the vertebrae from the lowest up."""
        upwards = column((self.lowest,))[::-1]
        start = upwards.index(self.lowest)
        return tuple(upwards[start : start + len(self.bodies)])

    @cached_property
    def discs(self) -> tuple[Disc, ...]:
        """Names of the discs from the lowest up."""
        names = list(self.names)
        if not self._on_sacrum:
            downwards = column(self.names)
            names.insert(0, downwards[downwards.index(self.lowest) + 1])
        pairs = zip(names[1:], names[:-1], strict=True)
        return tuple(Disc(upper, lower) for upper, lower in pairs)

    @cached_property
    def plates(self) -> tuple[tuple[Pose, Pose], ...]:
        """The plates below and above each disc, from the lowest disc up."""
        turned = Rotation.from_euler("xyz", self.tilt_deg, degrees=True).as_matrix()
        below = Pose(np.zeros(3), UPRIGHT @ turned)
        plates = []
        for segment in self.segments:
            above = _stand_on(below, segment)
            plates.append((below, above))
            below = Pose(above.at(0, 0, self.body_mm[2]), above.axes)
        return tuple(plates)

    @cached_property
    def frames(self) -> tuple[Pose, ...]:
        """The frame half way between the plates of each disc, from the lowest up."""
        return tuple(_between(lower, upper) for lower, upper in self.plates)

    @cached_property
    def bodies(self) -> tuple[Pose, ...]:
        """The middle of each vertebral body, from the lowest up."""
        half = self.body_mm[2] / 2
        middles = [Pose(upper.at(0, 0, half), upper.axes) for _, upper in self.plates]
        if self._on_sacrum:
            sacrum = self.plates[0][0]
            middles.insert(0, Pose(sacrum.at(0, 0, -half), sacrum.axes))
        return tuple(middles)

    @property
    def _on_sacrum(self) -> bool:
        return self.lowest is Vertebra.S1

    @property
    def scheme(self) -> str:
        """Its masks carry the numbers of SPIDER."""
        return "spider"

    def draw(self, grid: Image) -> Drawing:
        """Draw the mask and the T2 image on a grid of voxels."""
        mask = self.mask(grid)
        return {"mask": mask, "t2": self.t2(mask)}

    def mask(self, grid: Image) -> Image:
        """Draw the spine on a grid of voxels with the numbers of SPIDER."""
        labels = np.zeros(grid.values.shape, np.int16)
        for shape in self._shapes():
            draw(labels, grid, shape)
        return Image(labels, grid.affine)

    def t2(self, mask: Image, noise: float = 0.0, seed: int = 0) -> Image:
        """Paint a simulated T2 image over a mask of this spine.

        Args:
            mask: What `mask` has drawn.
            noise: Standard deviation as a share of the fluid's signal.
            seed: Makes the noise repeatable.
        """
        signal = {**SIGNAL, **dict(self.signal)}
        labels = mask.values
        values = np.full(labels.shape, signal["other"])
        values[(labels > 0) & (labels < CANAL_LABEL)] = signal["body"]
        values[labels == CANAL_LABEL] = signal["csf"]
        values[labels > DISC_LABEL] = signal["disc"]
        spread = np.random.default_rng(seed).normal(0, noise, labels.shape)
        values += spread * signal["csf"]
        return Image(values.astype(np.float32), mask.affine)

    def extent(self) -> Points:
        """Return patient positions that enclose the spine [mm]."""
        width, depth, height = self.body_mm
        low = np.array([-width, -depth, -height]) / 2
        high = np.array(
            [width / 2, depth / 2 + (68 if self.arches else 30), height / 2]
        )
        poses = (*self.bodies, self.plates[0][0])
        return np.concatenate([pose.corners(low, high) for pose in poses])

    def _shapes(self) -> Iterator[Shape]:
        """Every part with its label; later ones are drawn over earlier ones."""
        first_disc = DISC_LABEL + (2 if self._on_sacrum else 1)
        if self.arches:
            yield from (self._arch(n, body) for n, body in enumerate(self.bodies, 1))
        if self.canal:
            yield from self._tube.shapes(CANAL_LABEL)
        yield from (self._block(n, body) for n, body in enumerate(self.bodies, 1))
        for index in range(len(self.segments)):
            yield self._disc(first_disc + index, index)

    def _footprint(
        self, left: Float[np.ndarray, " n"], posterior: Float[np.ndarray, " n"]
    ) -> Bool[np.ndarray, " n"]:
        x, y = 2 * left / self.body_mm[0], 2 * posterior / self.body_mm[1]
        if self.shape == "box":
            return np.asarray((np.abs(x) <= 1) & (np.abs(y) <= 1))
        return np.asarray(x**2 + y**2 <= 1)

    def _block(self, label: int, body: Pose) -> Shape:
        half = np.array(self.body_mm) / 2

        def inside(points: Points) -> Bool[np.ndarray, " _"]:
            x, y, z = body.local(points).T
            return np.asarray(self._footprint(x, y) & (np.abs(z) <= half[2]))

        return Shape(label, body.corners(-half, half), inside)

    def _disc(self, label: int, index: int) -> Shape:
        (lower, upper), frame = self.plates[index], self.frames[index]
        reach = np.array([*self.body_mm[:2], 3 * self.segments[index].height_mm]) / 2

        def inside(points: Points) -> Bool[np.ndarray, " _"]:
            x, y, _ = frame.local(points).T
            above = lower.local(points)[:, 2] > self.gap_mm
            below = upper.local(points)[:, 2] < -self.gap_mm
            return self._footprint(x, y) & above & below

        return Shape(label, frame.corners(-reach, reach), inside)

    def _arch(self, label: int, body: Pose) -> Shape:
        wall = self.body_mm[1] / 2
        back = wall + BEHIND_MM + 2 * CANAL_MM[1] + 1

        def inside(points: Points) -> Bool[np.ndarray, " _"]:
            x, y, z = body.local(points).T
            pedicle = between(np.abs(x), 10, 18) & between(y, wall - 2, back + 6)
            lamina = (np.abs(x) < 18) & between(y, back, back + 6)
            spinous = (np.abs(x) < 4) & between(y, back, back + 30)
            return np.asarray(
                (pedicle & between(z, 0, 11))
                | (lamina & between(z, -9, 9))
                | (spinous & between(z, -14, 3))
            )

        low, high = np.array([-18.0, wall - 2, -14]), np.array([18.0, back + 30, 11])
        return Shape(label, body.corners(low, high), inside)

    @cached_property
    def _tube(self) -> Tube:
        behind = self.body_mm[1] / 2 + BEHIND_MM + CANAL_MM[1]
        poses = [*self.frames, *self.bodies]
        poses.sort(key=lambda pose: float(pose.centre[2]))
        middles = [pose.at(0, behind, 0) for pose in poses]
        ends = poses[0].at(0, behind, -25), poses[-1].at(0, behind, 20)
        nodes = np.array([ends[0], *middles, ends[1]])
        sizes = [segment.canal_mm for segment in self.segments]
        return tube_through(nodes, self.frames, sizes, CANAL_MM)


def _stand_on(below: Pose, segment: Segment) -> Pose:
    """Return the plate that faces `below` across one disc."""
    turn = np.radians([-segment.wedge_deg, -segment.coronal_deg, 0.0])
    half = Rotation.from_rotvec(turn / 2).as_matrix()
    middle = Pose(below.centre, below.axes @ half)
    centre = middle.at(0, -segment.slip_mm, segment.height_mm)
    return Pose(centre, middle.axes @ half)


def _between(lower: Pose, upper: Pose) -> Pose:
    both = Rotation.from_matrix(np.stack([lower.axes, upper.axes])).mean()
    return Pose((lower.centre + upper.centre) / 2, both.as_matrix())
