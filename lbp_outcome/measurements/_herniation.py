"""Where and how far a disc stands out focally behind, if it does."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.disc_outline import ANGLES_DEG, STEP_DEG, disc_outline
from lbp_outcome.geometry.endplate import facing_endplates
from lbp_outcome.geometry.once import once
from lbp_outcome.phantoms.bulge import BulgingSpine
from lbp_outcome.spine import Spine

BEHIND_DEG = 90.0
"""The back of a disc: so far to either side of the midline behind [deg]."""

PEAK_DEG = 70.0
"""Herniations are looked for this far to either side: beyond the foramen, thick slices
leave the border too uncertain [deg]."""

BESIDE_DEG = 75.0
"""What stands out focally is compared with the back so far to either side of it: spurs
make endplates reach beyond the disc further to the sides [deg]."""

PRESENT_MM = 2.0
"""A disc must stand out beyond its endplates by more than this [mm]."""

FOCAL_MM = 1.5
"""And by so much further than the rest of its back [mm]."""

FOCAL_DEG = 90.0
"""Displacement over more than a quarter of the circumference is bulging [deg]."""

FOOT_SHARE = 0.25
"""The base is the width at this share of the depth: noise hides the very foot."""

BEYOND_MM = 3.0
"""Disc tissue further than this beyond an endplate has migrated [mm]."""

MIGRATED = BulgingSpine(
    offset_mm=0.5, bump_mm=6.0, bump_at_deg=-12.0, migration_mm=-7.0
)
"""A disc of which a piece has moved down behind the vertebra below, on the right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Focal:
    """The furthest focal displacement of a disc to the back.

    Attributes:
        depth_mm: How far it stands out beyond the rest of the disc's back [mm].
        base_mm: Its width at the border of the endplates [mm].
        extent_deg: The angle it takes, seen from the middle of the disc [deg].
        at_deg: Where it lies: 0 in the midline, positive to the patient's left [deg].
        present: Whether it is large and narrow enough to resemble a herniation.
        migration_mm: How far disc tissue behind the bodies reaches beyond the endplate
            above (positive) or below (negative) [mm]; 0 up to 3 mm.
    """

    depth_mm: float
    base_mm: float
    extent_deg: float
    at_deg: float
    present: bool
    migration_mm: float

    @property
    def where(self) -> str:
        """Its place in words, such as `central` or `18 degrees to the left`."""
        if abs(self.at_deg) <= 2 * STEP_DEG:
            return "central"
        side = "left" if self.at_deg > 0 else "right"
        return f"{abs(self.at_deg):.0f} degrees to the {side}"


@once
def focal(spine: Spine, disc: Disc) -> Focal:
    """Return the furthest focal displacement of a disc to the back.

    Raises:
        NotMeasurable: The disc or its endplates are not segmented.
    """
    outline = disc_outline(spine, disc)
    back = np.abs(ANGLES_DEG) <= BEHIND_DEG
    beyond = np.maximum(outline.beyond[back], 0)
    peak = int(np.where(np.abs(ANGLES_DEG[back]) <= PEAK_DEG, beyond, -1).argmax())
    beside = np.abs(ANGLES_DEG[back] - ANGLES_DEG[back][peak]) <= BESIDE_DEG
    standing = beyond - np.median(beyond[beside])
    depth = float(standing[peak])
    low, high = _foot(standing, peak, FOOT_SHARE * depth)
    angles = np.radians(np.interp([low, high], np.arange(back.sum()), ANGLES_DEG[back]))
    rim = np.interp(angles, np.radians(ANGLES_DEG), outline.rim)
    width = np.hypot(*np.diff(rim * np.stack([np.sin(angles), np.cos(angles)]))[:, 0])
    extent = float(np.degrees(angles[1] - angles[0]))
    large = depth >= FOCAL_MM and float(beyond[peak]) > PRESENT_MM
    return Focal(
        depth_mm=depth,
        base_mm=float(width),
        extent_deg=extent,
        at_deg=float(ANGLES_DEG[back][peak]),
        present=bool(large and extent <= FOCAL_DEG),
        migration_mm=_migration_mm(spine, disc),
    )


def present_focal(spine: Spine, disc: Disc) -> Focal:
    """Return the focal displacement of a disc that has one.

    Raises:
        NotMeasurable: It has none, or the disc or its endplates are not segmented.
    """
    found = focal(spine, disc)
    if not found.present:
        raise NotMeasurable(f"no focal displacement of disc {disc} is seen behind")
    return found


def _foot(
    standing: Float[np.ndarray, " n"], peak: int, level: float
) -> tuple[float, float]:
    """Where the profile falls to a level on both sides of its peak."""
    return (
        peak - _fall(standing[peak::-1], level),
        peak + _fall(standing[peak:], level),
    )


def _fall(downhill: Float[np.ndarray, " n"], level: float) -> float:
    """Steps from the start of a profile to where it first falls to a level."""
    low = np.flatnonzero(downhill <= level)
    if not len(low) or low[0] == 0:
        return float(len(downhill) - 1)
    after = int(low[0])
    step = downhill[after - 1] - downhill[after]
    return after - float((level - downhill[after]) / step)


def _migration_mm(spine: Spine, disc: Disc) -> float:
    """How far disc tissue behind the bodies lies beyond the endplates' level [mm].

    Along the axis of the disc, from the height of the endplates in its middle: at its
    back the disc is lower, and any protrusion overhangs it there.
    """
    outline, found = disc_outline(spine, disc), spine.discs[disc]
    local = outline.frame.local(found.points)
    height = local[_behind(local, outline.rim), 2]
    if not len(height):
        return 0.0
    plates = np.stack([end.plane.centre for end in facing_endplates(spine, disc)])
    top, bottom = outline.frame.local(plates)[:, 2]
    voxel = found.mask.affine[:3, :3].T @ outline.frame.superior
    half = float(np.abs(voxel).max()) / 2
    above = float(height.max() - top) + half
    below = float(bottom - height.min()) + half
    if max(above, below) <= BEYOND_MM:
        return 0.0
    return above if above >= below else -below


def _behind(local: Float[np.ndarray, "n 3"], rim: np.ndarray) -> Bool[np.ndarray, " n"]:
    angle = np.degrees(np.arctan2(local[:, 0], local[:, 1]))
    edge = np.interp(angle, ANGLES_DEG, rim, period=360.0)
    behind: np.ndarray = (np.abs(angle) <= BEHIND_DEG) & (
        np.hypot(local[:, 0], local[:, 1]) > edge
    )
    return behind
