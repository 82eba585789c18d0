"""The axes of a disc, and how its endplates run in the midline: from the formulas."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float

from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.truth.endplate import true_normal

PATIENT_BACK = np.array([0, -1.0, 0])
PATIENT_HEAD = np.array([0, 0, 1.0])
PATIENT_LEFT = np.array([-1.0, 0, 0])
TICKS = 81

Vector = Float[np.ndarray, "3"]


@lru_cache(maxsize=64)
def true_axes(disc: DiscShape) -> tuple[Vector, Vector]:
    """Return upward and backward unit vectors halfway between the endplates."""
    upward = true_normal(disc.upper, top=False) + true_normal(disc.lower, top=True)
    upward /= np.linalg.norm(upward)
    backward = PATIENT_BACK - (PATIENT_BACK @ upward) * upward
    return upward, backward / np.linalg.norm(backward)


def true_lean(bone: VertebraShape, *, top: bool, towards: Vector) -> float:
    """Return how far an endplate's normal leans one way from upright [deg]."""
    normal = true_normal(bone, top=top)
    return float(np.degrees(np.arctan2(normal @ towards, normal @ PATIENT_HEAD)))


def true_heights(disc: DiscShape) -> Float[np.ndarray, "3"]:
    """Return the heights of a disc in front, in the middle and behind [mm].

    In the midline, at the ends of the endplates' overlap and half way between them,
    along the axis that halves their angle; pits are bridged.
    """
    above = _profile(disc, disc.upper, top=False)
    below = _profile(disc, disc.lower, top=True)
    front = max(above[0][0], below[0][0])
    back = min(above[0][-1], below[0][-1])
    places = np.array([front, (front + back) / 2, back])
    heights: np.ndarray = np.interp(places, *above) - np.interp(places, *below)
    return heights


def _profile(
    disc: DiscShape, bone: VertebraShape, *, top: bool
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Places along an endplate from front to back, and its height there [mm]."""
    upward, backward = true_axes(disc)
    anterior = np.linspace(0.5, -0.5, TICKS) * bone.size.depth
    hollow = (bone.top if top else bone.bottom).hollow
    sunk = hollow * (1 - (2 * anterior / bone.size.depth) ** 2)
    height = (bone.half_height(anterior) - sunk) * (1 if top else -1)
    local = np.stack([np.zeros(TICKS), anterior, height], axis=1)
    places = bone.frame.origin + local @ bone.frame.axes - disc.frame.origin
    return places @ backward, places @ upward
