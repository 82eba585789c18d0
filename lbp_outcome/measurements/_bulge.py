"""How far a disc stands out, over a range of directions."""

import numpy as np
from jaxtyping import Bool

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.disc_outline import ANGLES_DEG, DiscOutline, disc_outline
from lbp_outcome.phantoms.bulge import BulgingSpine
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine

LEAST_SEEN = 0.6
"""At least this share of the directions must lie inside the scan."""

QUADRANT_DEG = 45.0
"""Half a quadrant [deg]."""

HERNIATED = BulgingSpine(
    offset_mm=1.0, bump_mm=5.0, bump_at_deg=20.0, bump_half_deg=32.0
)
"""A disc that stands out by 1 mm, and by 6 mm behind on the left."""


def toward(middle_deg: float, half_deg: float) -> Bool[np.ndarray, " direction"]:
    """Return which directions lie around one of them."""
    away = (ANGLES_DEG - middle_deg + 180) % 360 - 180
    inside: np.ndarray = np.abs(away) <= half_deg
    return inside


def mean_bulge(
    spine: Spine, disc: Disc, middle_deg: float = 0.0, half_deg: float = 180.0
) -> float | Remarked:
    """Return the mean of how far a disc stands out, counting nowhere below zero [mm].

    Raises:
        NotMeasurable: The disc or its endplates are not segmented, or lie outside the
            scan there.
    """
    outline = disc_outline(spine, disc)
    there = toward(middle_deg, half_deg)
    require_seen(outline, there, disc)
    beyond = np.maximum(outline.beyond[there & outline.seen], 0)
    return remarked(float(beyond.mean()), outline.remark)


def require_seen(
    outline: DiscOutline, there: Bool[np.ndarray, " direction"], disc: Disc
) -> None:
    """Refuse directions that lie outside the scan.

    Raises:
        NotMeasurable: Too much of the disc's border lies outside the scan there.
    """
    if outline.seen[there].mean() < LEAST_SEEN:
        raise NotMeasurable(f"this side of disc {disc} lies outside the scan")


def remarked(value: float, remark: str) -> float | Remarked:
    """Return a value, with its remark if there is one."""
    return Remarked(value, remark) if remark else value
