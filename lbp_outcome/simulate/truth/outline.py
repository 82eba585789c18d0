"""Outlines of a disc and of its endplates, seen along the disc: from the formulas."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from jaxtyping import Float

from lbp_outcome.simulate.body.bones import Endplate, VertebraShape
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.body.footprint import to_footprint
from lbp_outcome.simulate.paint.body import (
    FAINT_SPUR_MM,
    LIP_FROM,
    ROUNDING_MM,
    WAIST_DEEP,
    WAIST_WIDE,
)

STEP_DEG = 2.0
ANGLES_DEG = np.arange(-180.0, 180.0, STEP_DEG)
"""Directions in the disc: 0 to the back, 90 to the patient's left [deg]."""

LEFT, BACK = np.sin(np.radians(ANGLES_DEG)), np.cos(np.radians(ANGLES_DEG))
ROUNDS = 10
"""Steps from the middle to the border of an outline; they leave < 0.001 mm."""

RIM_MM = 1.0
"""A body reaches furthest this far below its endplate [mm]."""

FURTHEST_MM, TICK_MM = 45.0, 0.1
"""A herniation is looked for this far out, in such steps [mm]."""

Directions = Float[np.ndarray, " direction"]
Spurs = tuple[float, float, float]
NO_SPURS = (0.0, 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class TrueOutline:
    """A disc half way between its endplates, and these, around the disc's middle.

    Attributes:
        disc: Distance of the disc's border from its middle in every direction [mm].
        rim: The same of the endplate that reaches further, with its spurs [mm].
    """

    disc: Directions
    rim: Directions

    @cached_property
    def beyond(self) -> Directions:
        """How far the disc stands out beyond both endplates [mm]."""
        beyond: np.ndarray = np.maximum(self.disc - self.rim, 0)
        return beyond

    def mean_beyond(self, towards_deg: float = 0.0, half_deg: float = 180.0) -> float:
        """Return the mean of that over the directions around one of them [mm]."""
        away = (ANGLES_DEG - towards_deg + 180) % 360 - 180
        return float(self.beyond[np.abs(away) <= half_deg].mean())

    @property
    def area_mm2(self) -> float:
        """Area of the disc [mm2]."""
        return float(0.5 * (self.disc**2).sum() * np.radians(STEP_DEG))

    @property
    def depth_mm(self) -> float:
        """Depth of the disc in its middle [mm]."""
        behind, before = (int(np.abs(ANGLES_DEG - at).argmin()) for at in (0, -180))
        return float(self.disc[behind] + self.disc[before])

    @property
    def width_mm(self) -> float:
        """Width of the disc [mm]."""
        return float(np.ptp(self.disc * LEFT))


@lru_cache(maxsize=16)
def true_outline(disc: DiscShape) -> TrueOutline:
    """Return the outlines of a disc and of the endplates beside it."""
    rims = [
        _endplate(disc, disc.upper, top=False),
        _endplate(disc, disc.lower, top=True),
    ]
    return TrueOutline(_with_herniation(disc, _disc(disc)), np.maximum(*rims))


def _disc(disc: DiscShape) -> Directions:
    """The disc half way between its endplates, without its herniation."""
    forward = (disc.front_bulge - disc.bulge) / 2
    half_depth = disc.half_depth + (disc.front_bulge + disc.bulge) / 2
    half_width = disc.half_width + disc.side_bulge
    return _border(half_width, half_depth, disc.lobes, forward)


def _border(
    half_width: float,
    half_depth: float,
    lobes: float,
    forward: float = 0.0,
    spurs: Spurs = NO_SPURS,
) -> Directions:
    """Distance of an outline from a point that lies behind its middle [mm]."""
    size = min(half_width, half_depth)
    radius = np.full(len(ANGLES_DEG), size)
    for _ in range(ROUNDS):
        right, anterior = -radius * LEFT, -radius * BACK - forward
        out = to_footprint(right, anterior, half_width, half_depth, lobes)
        out = out - _lip(right / half_width, anterior / half_depth, spurs)
        radius = radius / (1 + out / size)
    return radius


def _lip(aside: Directions, ahead: Directions, spurs: Spurs) -> Directions:
    """How far osteophytes push out the rim of an endplate: in front and aside [mm]."""
    front, left, right = spurs
    aside, ahead = np.clip(aside, -1, 1), np.clip(ahead, 0, 1)
    lip = front * ahead**2 + left * np.maximum(-aside, 0) ** 3
    return np.asarray(lip + right * np.maximum(aside, 0) ** 3)


def _with_herniation(disc: DiscShape, border: Directions) -> Directions:
    """The border moved out to where the disc is herniated."""
    found = disc.herniation
    if found is None:
        return border
    ticks = np.arange(0, FURTHEST_MM, TICK_MM)
    behind = np.flatnonzero(BACK > 0)
    right, back = (-np.outer(a[behind], ticks) for a in (LEFT, -BACK))
    inside = np.abs(right - disc.herniation_place) < found.base / 2
    inside &= back - disc.half_depth < disc.reach_behind(right)
    inside &= disc.reach_behind(right) > 0
    furthest = np.where(inside, ticks, 0).max(axis=1)
    border = border.copy()
    border[behind] = np.maximum(border[behind], furthest)
    return border


def _endplate(disc: DiscShape, bone: VertebraShape, *, top: bool) -> Directions:
    """The rim of an endplate, seen along the disc from the disc's middle."""
    own = _rim(bone, bone.top if top else bone.bottom)
    right, anterior = -own * LEFT, -own * BACK
    up = bone.half_height(anterior) * (1 if top else -1)
    places = bone.frame.origin + np.stack([right, anterior, up], 1) @ bone.frame.axes
    seen = (places - disc.frame.origin) @ disc.frame.axes.T
    angle = np.degrees(np.arctan2(-seen[:, 0], -seen[:, 1]))
    radius = np.hypot(seen[:, 0], seen[:, 1])
    rim: Directions = np.interp(ANGLES_DEG, *_ordered(angle, radius), period=360.0)
    return rim


def _rim(bone: VertebraShape, plate: Endplate) -> Directions:
    """Where bone reaches furthest: below the rounded edge, above the waist [mm]."""
    level = 1 - 2 * RIM_MM / bone.height
    squeezed, near = 1 - level**2, (level - LIP_FROM) / (1 - LIP_FROM)
    half_width = bone.size.width / 2 * (1 - WAIST_WIDE * squeezed)
    half_depth = bone.size.depth / 2 * (1 - WAIST_DEEP * squeezed)
    front, left, right = (near * s for s in (plate.spur, *plate.side_spurs))
    spurs = front, left, right
    spurs = spurs if max(spurs) > FAINT_SPUR_MM else NO_SPURS
    rounded = ROUNDING_MM - np.sqrt(ROUNDING_MM**2 - (ROUNDING_MM - RIM_MM) ** 2)
    rim: Directions = _border(half_width, half_depth, bone.lobes, spurs=spurs) - rounded
    return rim


def _ordered(angle: Directions, radius: Directions) -> tuple[Directions, Directions]:
    order = np.argsort(angle)
    return angle[order], radius[order]
