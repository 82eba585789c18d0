"""A straight spine with roots in its canal, fat and ligament behind it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.anatomy import Disc
from lbp_outcome.image import Image
from lbp_outcome.phantoms.phantom import Drawing
from lbp_outcome.phantoms.shapes import Points, Pose
from lbp_outcome.phantoms.spine import (
    BEHIND_MM,
    CANAL_LABEL,
    CANAL_MM,
    DISC_LABEL,
    AnalyticSpine,
    Segment,
)
from lbp_outcome.phantoms.tube import NARROW_LENGTH_MM

NARROW_MM = (6.5, 3.5)
"""Half the width and half the depth of the canal at its stenosis, L4-L5 [mm]."""

L5 = 24
"""Number of L5 in the masks of SPINEPS; L4 is 23, and 123 the disc below it."""

BODY, ARCH, CANAL, DISC = 49, 41, 61, 100

T2 = {"other": 120.0, "body": 400.0, "disc": 350.0, "fluid": 1000.0, "fat": 700.0}
T1 = {"other": 300.0, "body": 600.0, "disc": 350.0, "fluid": 220.0, "fat": 1000.0}
"""Signal of the tissues, in arbitrary units."""

SUNKEN_SHARE = 0.4
"""Sunken roots fill the canal from this share of its half depth on to the back."""

ROOT_SIGNAL = 0.2
"""T2 signal of roots, as a share of that of the fluid."""

WAVE_MM, BETWEEN_ROOTS_MM = 24.0, 5.0

FAT_HALF_WIDTH_MM, FAT_HALF_HEIGHT_MM, FAT_BACK_MM = 9.0, 8.0, 10.0
"""Half the width and height of a pad of fat, and where it ends behind the middle of the
canal, in the midline [mm]."""

FAT_ROOF = 0.4
"""A pad is a ridge: by so much it ends further in front for each millimetre aside."""

LAMINA_HALF_WIDTH_MM, LAMINA_HALF_HEIGHT_MM, LAMINA_BACK_MM = 11.0, 9.0, 15.0


@dataclass(frozen=True, kw_only=True)
class CaudaSpine:
    """L3 to L5 with a stenosis at L4-L5, segmented as SPINEPS does.

    Behind the canal there are pads of fat at L3-L4 and L5-S1, but none at L4-L5, where
    ligament fills the space between canal and lamina.

    Attributes:
        roots: Sunken to the back of the canal, or spread over it as winding sheets.
        slack_mm: How far the sheets swing to the front and the back [mm].
        flavum_mm: Distance between canal and lamina at L4-L5 [mm].
        tilt_deg: How the patient lies [deg].
    """

    roots: Literal["sunken", "sheets"] = "sunken"
    slack_mm: float = 1.8
    flavum_mm: float = 4.0
    tilt_deg: tuple[float, float, float] = (8.0, 3.0, 4.0)

    @cached_property
    def spine(self) -> AnalyticSpine:
        """Its bodies, discs and canal."""
        return AnalyticSpine(
            segments=(Segment(), Segment(canal_mm=NARROW_MM), Segment()),
            tilt_deg=self.tilt_deg,
        )

    @property
    def scheme(self) -> str:
        """Its masks carry the numbers of SPINEPS."""
        return "spineps"

    @property
    def narrow(self) -> Disc:
        """The disc at the stenosis, L4-L5."""
        return self.spine.discs[1]

    @property
    def healthy(self) -> Disc:
        """The disc above it, L3-L4."""
        return self.spine.discs[2]

    @property
    def fluid_share(self) -> float:
        """Share of a cross-section in front of the sunken roots."""
        at = SUNKEN_SHARE
        return 0.5 + float(np.arcsin(at) + at * np.sqrt(1 - at**2)) / np.pi

    @property
    def root_slope(self) -> float:
        """Root mean square of the slope of the winding sheets."""
        return float(self.slack_mm * 2 * np.pi / WAVE_MM / np.sqrt(2))

    def fat_depth_mm(self, half_band_mm: float) -> float:
        """Return the depth of fat at L3-L4, its mean over the midline band [mm]."""
        left = np.linspace(-half_band_mm, half_band_mm, 201)
        edge = CANAL_MM[1] * np.sqrt(1 - (left / CANAL_MM[0]) ** 2)
        return float((FAT_BACK_MM - FAT_ROOF * np.abs(left) - edge).mean())

    def extent(self) -> Points:
        """Return patient positions that enclose it [mm]."""
        return self.spine.extent()

    def draw(self, grid: Image) -> Drawing:
        """Draw both masks, the T2 and the T1 image."""
        labels = self.spine.mask(grid).values
        voxels = np.indices(labels.shape).reshape(3, -1).T.astype(float)
        points = grid.to_patient(voxels)
        place = _Places(self._axis.local(points), self._heights)
        empty = labels.reshape(-1) == 0
        fat = empty & place.in_fat
        lamina = empty & place.in_lamina(self.flavum_mm)
        mask, tissues = _numbered(labels.reshape(-1), lamina)
        canal = labels.reshape(-1) == CANAL_LABEL
        shade = self._shade(place.local)
        drawn = {
            "mask": mask,
            "semantic": tissues,
            "t2": _painted(T2, tissues, fat) * np.where(canal, shade, 1.0),
            "t1": _painted(T1, tissues, fat),
        }
        return {
            name: Image(values.reshape(labels.shape), grid.affine)
            for name, values in drawn.items()
        }

    @cached_property
    def _axis(self) -> Pose:
        """On the middle of the canal at L4-L5; the spine is straight."""
        behind = self.spine.body_mm[1] / 2 + BEHIND_MM + CANAL_MM[1]
        frame = self.spine.frames[1]
        return Pose(frame.at(0, behind, 0), frame.axes)

    @cached_property
    def _heights(self) -> Float[np.ndarray, " disc"]:
        """How high the three discs lie above L4-L5 [mm]."""
        centres = np.array([frame.centre for frame in self.spine.frames])
        return np.asarray(self._axis.local(centres)[:, 2])

    def _shade(self, local: Points) -> Float[np.ndarray, " n"]:
        """How bright the inside of the canal is, as a share of fluid."""
        _, back, up = local.T
        if self.roots == "sunken":
            dark = back > SUNKEN_SHARE * _half(1, up)
            return np.where(dark, ROOT_SIGNAL, 1.0)
        swing = self.slack_mm * np.sin(2 * np.pi * up / WAVE_MM)
        wave = np.cos(2 * np.pi * (back - swing) / BETWEEN_ROOTS_MM)
        return np.asarray(0.65 + 0.35 * wave)


@dataclass(frozen=True, eq=False)
class _Places:
    """Positions beside the canal.

    Attributes:
        local: To the left, the back and the head of the canal's middle at L4-L5 [mm].
        heights: How high the discs lie [mm].
    """

    local: Points
    heights: Float[np.ndarray, " disc"]

    @property
    def in_fat(self) -> Bool[np.ndarray, " n"]:
        """Which lie in a pad of fat, if they are outside the canal."""
        left, back, up = self.local.T
        away = np.min([np.abs(up - self.heights[i]) for i in (0, 2)], axis=0)
        inside = (np.abs(left) <= FAT_HALF_WIDTH_MM) & (away <= FAT_HALF_HEIGHT_MM)
        roof = FAT_BACK_MM - FAT_ROOF * np.abs(left)
        return np.asarray(inside & (back > 0) & (back <= roof))

    def in_lamina(self, flavum_mm: float) -> Bool[np.ndarray, " n"]:
        """Which lie in the lamina at L4-L5, so far behind the canal."""
        left, back, up = self.local.T
        wide, deep = (_half(side, up) + flavum_mm for side in (0, 1))
        outside = (left / wide) ** 2 + (back / deep) ** 2 > 1
        inside = np.abs(left) <= LAMINA_HALF_WIDTH_MM
        inside &= np.abs(up) <= LAMINA_HALF_HEIGHT_MM
        return np.asarray(inside & outside & (back > 0) & (back <= LAMINA_BACK_MM))


def _half(side: int, up: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Half the width (0) or depth (1) of the canal at some heights [mm]."""
    near = np.exp(-((up / NARROW_LENGTH_MM) ** 2))
    half: np.ndarray = CANAL_MM[side] + near * (NARROW_MM[side] - CANAL_MM[side])
    return half


def _numbered(labels: np.ndarray, lamina: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn numbers of SPIDER into those of the two masks of SPINEPS."""
    bone, disc = (labels > 0) & (labels < CANAL_LABEL), labels > DISC_LABEL
    mask, tissues = np.zeros_like(labels), np.zeros_like(labels)
    mask[bone] = L5 + 1 - labels[bone]
    mask[disc] = DISC + L5 + 1 + DISC_LABEL - labels[disc]
    mask[lamina] = L5 - 1
    tissues[bone], tissues[lamina], tissues[disc] = BODY, ARCH, DISC
    tissues[labels == CANAL_LABEL] = CANAL
    return mask, tissues


def _painted(
    signal: dict[str, float], tissues: np.ndarray, fat: np.ndarray
) -> Float[np.ndarray, " n"]:
    values = np.full(len(tissues), signal["other"])
    for tissue, number in (("body", BODY), ("disc", DISC), ("fluid", CANAL)):
        values[tissues == number] = signal[tissue]
    values[fat] = signal["fat"]
    return values
