"""The central part of an endplate, from the formulas of its bone.

Defined as for a scan: the middle 80 % of the area, without the rim.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.body.footprint import to_footprint

CENTRAL_SHARE = 0.8
"""Share of an endplate's area, around its middle, that counts."""

TICKS = 61
STEPS = 6
"""Endplates are nearly flat: six steps from one to the other leave < 0.001 mm."""

Places = Float[np.ndarray, " n"]


@lru_cache(maxsize=64)
def true_normal(bone: VertebraShape, *, top: bool) -> Float[np.ndarray, "3"]:
    """Return the unit normal of the plane through an endplate, upwards.

    By least squares through the central part; Schmorl nodes and defects are left out,
    as a fit to a scan does that ignores strays.
    """
    plate = bone.top if top else bone.bottom
    whole = replace(plate, pits=())
    bone = replace(bone, top=whole) if top else replace(bone, bottom=whole)
    right, anterior = _central_places(bone)
    height = _surface(bone, right, anterior, top=top)
    design = np.column_stack([right, anterior, np.ones_like(right)])
    slope_right, slope_anterior, _ = np.linalg.lstsq(design, height)[0]
    normal = np.array([-slope_right, -slope_anterior, 1.0]) @ bone.frame.axes
    return np.asarray(normal / np.linalg.norm(normal))


def true_gaps(
    start: tuple[VertebraShape, bool],
    end: tuple[VertebraShape, bool],
    direction: Float[np.ndarray, "3"],
) -> Float[np.ndarray, " overlap"]:
    """Return distances from points of one endplate to the one that lies opposite [mm].

    Args:
        start: A bone, and whether its upper endplate is meant.
        end: The bone opposite, likewise.
        direction: Unit vector along which to measure.
    """
    bone, top = start
    right, anterior = _central_places(bone)
    height = _surface(bone, right, anterior, top=top)
    points = (
        bone.frame.origin + np.stack([right, anterior, height], 1) @ bone.frame.axes
    )
    bone, top = end
    local = (points - bone.frame.origin) @ bone.frame.axes.T
    step = bone.frame.axes @ direction
    gap = np.zeros(len(points))
    for _ in range(STEPS):
        place = local + gap[:, None] * step
        surface = _surface(bone, place[:, 0], place[:, 1], top=top)
        gap += (surface - place[:, 2]) / step[2]
    found: np.ndarray = gap[_is_central(bone, place[:, 0], place[:, 1])]
    return found


def _central_places(bone: VertebraShape) -> tuple[Places, Places]:
    """Points evenly spread over the central part, in the axes of the bone [mm]."""
    right, anterior = _grid(bone)
    central = _is_central(bone, right, anterior)
    return right[central], anterior[central]


def _is_central(
    bone: VertebraShape, right: Places, anterior: Places
) -> Bool[np.ndarray, " n"]:
    """Whether points would lie on the endplate if it were shrunk to its share."""
    middle = _middle(bone)
    further = middle + (anterior - middle) / np.sqrt(CENTRAL_SHARE)
    return _is_inside(bone, right / np.sqrt(CENTRAL_SHARE), further)


@lru_cache(maxsize=64)
def _middle(bone: VertebraShape) -> float:
    """How far the middle of the outline lies in front of the bone's axis [mm]."""
    right, anterior = _grid(bone)
    return float(anterior[_is_inside(bone, right, anterior)].mean())


def _grid(bone: VertebraShape) -> tuple[Places, Places]:
    ticks = np.linspace(-0.5, 0.5, TICKS)
    behind = (bone.size.depth + 2 * bone.lobes) * ticks
    right, anterior = np.meshgrid(ticks * bone.size.width, behind)
    return right.ravel(), anterior.ravel()


def _is_inside(
    bone: VertebraShape, right: Places, anterior: Places
) -> Bool[np.ndarray, " n"]:
    outline = to_footprint(
        right, anterior, bone.size.width / 2, bone.size.depth / 2, bone.lobes
    )
    inside: np.ndarray = outline < 0
    return inside


def _surface(
    bone: VertebraShape, right: Places, anterior: Places, *, top: bool
) -> Places:
    endplate = bone.upper_endplate if top else bone.lower_endplate
    return np.asarray(endplate(right, anterior))
