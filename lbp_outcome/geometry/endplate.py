"""Endplates: where a vertebral body ends and a disc begins."""

from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from scipy.spatial import cKDTree

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.frame import (
    Frame,
    Points,
    Vector,
    rough_frame,
    unit,
    up_at,
    upright,
)
from lbp_outcome.geometry.once import once
from lbp_outcome.geometry.plane import Plane, central, fit_plane, is_central
from lbp_outcome.geometry.surface import Surface, balanced, surface_facing
from lbp_outcome.geometry.waist import waist_centre
from lbp_outcome.spine import Spine, Structure

CENTRAL_SHARE = 0.8
"""The rim of an endplate, with its osteophytes, is left out."""

HOLLOW_SHARE = 0.3
"""The middle of an endplate is left out where its tilt is concerned: a hollow that lies
behind the middle, as many do, would draw the plane down there."""

LEAST_VISIBLE = 0.5
"""An endplate is measured if this share of it lies inside the scan."""

LEAST_EVEN = 0.5
"""If less than this share of an end lies evenly around the axis of its body, the axis
is not to be trusted."""

DEEPEST_HOLLOW_MM = 4.0
"""Points further from the plane belong to a pedicle or a process [mm]."""

WIDEST_BLANK_MM = 3.0
"""A wider unlabelled space between disc and bone is not cartilage [mm]."""

FEWEST_POINTS = 20

FIRST_LOOKS, LAST_LOOK = ((50.0, 4), (40.0, 6)), (40.0, 12)
"""An endplate is looked at three times: how far its surface may lean away from the way
that the last plane faces [deg], and how carefully the next plane is fitted."""

WITH_EDGE_DEG = 50.0
"""An endplate with its rounded edge leans away by no more than this [deg]."""


class End(StrEnum):
    """The upper or the lower end of a vertebra."""

    UPPER = "upper"
    LOWER = "lower"

    @property
    def other(self) -> "End":
        """The opposite end."""
        return End.LOWER if self is End.UPPER else End.UPPER

    @property
    def sign(self) -> float:
        """1 for the upper end, which faces the head, and -1 for the lower one."""
        return 1.0 if self is End.UPPER else -1.0


@dataclass(frozen=True, eq=False)
class Endplate:
    """One end of a vertebral body.

    Attributes:
        plane: Robust plane through its central part; the normal points to the head.
        points: Positions on its surface, the rim left out [mm].
        level_points: The same, its rounded edge being left out first [mm].
        apart_mm: Largest distance between neighbouring points [mm].
    """

    plane: Plane
    points: Points
    level_points: Points
    apart_mm: float

    def moved(self, by: Vector) -> "Endplate":
        """Return the same endplate somewhere else."""
        plane = Plane(self.plane.centre + by, self.plane.normal)
        return Endplate(plane, self.points + by, self.level_points + by, self.apart_mm)


@once
def endplate(spine: Spine, vertebra: Vertebra, end: End) -> Endplate:
    """Return one endplate, from the body or else from the disc beside it.

    Raises:
        NotMeasurable: Neither shows it.
    """
    try:
        return bony_endplate(spine, vertebra, end)
    except NotMeasurable as refusal:
        disc = _disc_beside(spine, vertebra, end)
        if disc is None:
            raise
        try:
            return _endplate_by_disc(spine, disc, end)
        except NotMeasurable as second:
            raise NotMeasurable(f"{refusal}, and {second}") from None


@once
def bony_endplate(spine: Spine, vertebra: Vertebra, end: End) -> Endplate:
    """Return one endplate from the vertebral body alone.

    Raises:
        NotMeasurable: The body is not segmented, or this end of it not visible.
    """
    bone, name = body(spine, vertebra), f"{end} end of {vertebra}"
    rough = _rough_end(spine, vertebra, end)
    if vertebra is Vertebra.S1:  # fused below: it has no waist
        return _last_look(bone, rough, end, name)
    return _last_look(bone, rough, end, name, _axis(spine, vertebra))


def _endplate_by_disc(spine: Spine, disc: Disc, end: End) -> Endplate:
    """The endplate of a vertebra that is not visible, next to its disc.

    Segmentations leave cartilage blank between disc and bone. What is blank on the
    other side of the disc is taken to be blank here as well.
    """
    side = _side_of_disc(spine, disc, end.other)
    away = side.plane.normal * (1.0 if end is End.LOWER else -1.0)
    return side.moved(away * _blank_mm(spine, disc, end.other))


def _blank_mm(spine: Spine, disc: Disc, end: End) -> float:
    """Width of the unlabelled space between a disc and the bone at its other side."""
    vertebra = disc.upper if end is End.LOWER else disc.lower
    try:
        bone = bony_endplate(spine, vertebra, end)
        side = _side_of_disc(spine, disc, end.other)
        upper, lower = (bone, side) if end is End.LOWER else (side, bone)
        plane, back = bone.plane, rough_frame(spine).posterior
        apart = mean_gap_mm(upper, lower, upright(plane.centre, plane.normal, back))
    except NotMeasurable:
        return 0.0
    return apart if 0 < apart <= WIDEST_BLANK_MM else 0.0


def _side_of_disc(spine: Spine, disc: Disc, end: End) -> Endplate:
    part, name = spine.discs[disc], f"{end} side of disc {disc}"
    return _last_look(part, _first_looks(spine, part, end, name), end, name)


@once
def facing_endplates(spine: Spine, disc: Disc) -> tuple[Endplate, Endplate]:
    """Return the endplates above and below a disc space.

    Raises:
        NotMeasurable: One of them is not visible.
    """
    rough_frame(spine)  # refuses a doubtful header before anything else
    upper = endplate(spine, disc.upper, End.LOWER)
    return upper, endplate(spine, disc.lower, End.UPPER)


def mean_gap_mm(upper: Endplate, lower: Endplate, frame: Frame) -> float:
    """Return the mean distance between two endplates over their overlap [mm].

    Measured along the frame's upward axis, between each point of either surface and
    the point of the other that lies over or under it.

    Raises:
        NotMeasurable: The endplates do not overlap.
    """
    above, below = frame.local(upper.points), frame.local(lower.points)
    reach = 0.75 * max(upper.apart_mm, lower.apart_mm)
    gaps = (_gaps(above, below, reach), -_gaps(below, above, reach))
    if min(len(gap) for gap in gaps) < FEWEST_POINTS:
        raise NotMeasurable("the endplates do not lie over one another")
    return float(np.mean([gap.mean() for gap in gaps]))


def _gaps(these: Points, those: Points, reach: float) -> np.ndarray:
    distance, nearest = cKDTree(those[:, :2]).query(
        these[:, :2], distance_upper_bound=reach
    )
    found = np.isfinite(distance)
    gaps: np.ndarray = these[found, 2] - those[nearest[found], 2]
    return gaps


def _disc_beside(spine: Spine, vertebra: Vertebra, end: End) -> Disc | None:
    for disc in spine.discs:
        if vertebra == (disc.lower if end is End.UPPER else disc.upper):
            return disc
    return None


@dataclass(frozen=True, eq=False)
class _Axis:
    """The line on which the middle of either end of a body lies."""

    point: Vector
    upward: Vector

    def meets(self, plane: Plane) -> Vector:
        """Return where the line runs through a plane [mm]."""
        away = (plane.centre - self.point) @ plane.normal
        place: Vector = self.point + away / (self.upward @ plane.normal) * self.upward
        return place


@once
def _axis(spine: Spine, vertebra: Vertebra) -> _Axis:
    """The axis of a body: through its waist, and as upright as the ends that show."""
    bone, normals = body(spine, vertebra), []
    for end in End:
        with suppress(NotMeasurable):
            normals.append(end.sign * _rough_end(spine, vertebra, end).normal)
    upward = unit(np.sum(normals, axis=0))
    return _Axis(waist_centre(bone, upward), upward)


@once
def _rough_end(spine: Spine, vertebra: Vertebra, end: End) -> Plane:
    name = f"{end} end of {vertebra}"
    return _first_looks(spine, body(spine, vertebra), end, name)


def _first_looks(spine: Spine, part: Structure, end: End, name: str) -> Plane:
    """Fit a plane, look at the surface along its normal, and fit again.

    The plane faces outwards. Where osteophytes widen the end to one side, it leans.
    """
    outwards = end.sign * up_at(spine, part)
    for within_deg, rounds in FIRST_LOOKS:
        surface = _seen(part, outwards, within_deg, name)
        middle = _middle(part, surface.points, outwards, name)
        plane = fit_plane(middle, outwards, rounds, surface.grain_mm)
        outwards = plane.normal
    return plane


def _last_look(
    part: Structure, rough: Plane, end: End, name: str, axis: _Axis | None = None
) -> Endplate:
    """Fit a plane to what lies evenly around the axis of a body, if it has one."""
    outwards, (within_deg, rounds) = rough.normal, LAST_LOOK
    surface = _seen(part, outwards, within_deg, name)
    with_edge = _seen(part, outwards, WITH_EDGE_DEG, name).points
    carrying = level = _middle(part, surface.points, outwards, name)
    if axis is not None:
        even = balanced(surface.points, outwards, axis.meets(rough), part.mask)
        if len(even) >= LEAST_EVEN * len(surface.points):
            carrying = _middle(part, even, outwards, name)
    ring = _around_hollow(part, carrying, outwards)
    plane = fit_plane(ring, outwards, rounds, surface.grain_mm)
    points = _near(plane, _middle(part, with_edge, outwards, name))
    level = _near(plane, level)
    plane = Plane(level.mean(axis=0), end.sign * plane.normal)
    return Endplate(plane, points, level, surface.apart_mm)


def _near(plane: Plane, points: Points) -> Points:
    """The points that may belong to an endplate and its hollow."""
    kept: np.ndarray = points[
        np.abs((points - plane.centre) @ plane.normal) <= DEEPEST_HOLLOW_MM
    ]
    return kept


def _around_hollow(part: Structure, points: Points, outwards: Vector) -> Points:
    """What is left of an end without its middle, which may be hollow."""
    ring: np.ndarray = points[~is_central(points, outwards, HOLLOW_SHARE, part.mask)]
    return ring if len(ring) >= FEWEST_POINTS else points


def _seen(part: Structure, outwards: Vector, within_deg: float, name: str) -> Surface:
    """The surface that faces one way, without the far side of osteophytes.

    Those at the other end of a body have a side that faces this way.
    """
    surface = surface_facing(part, outwards, within_deg)
    _require_visible(part, surface, outwards, name)
    beyond = (surface.points - part.centroid) @ outwards > 0
    return replace(surface, points=surface.points[beyond])


def _middle(part: Structure, points: Points, outwards: Vector, name: str) -> Points:
    """The points in the middle of an end, its rim left out."""
    middle = points
    if len(points) >= FEWEST_POINTS:
        middle = central(points, outwards, CENTRAL_SHARE, part.mask)
    if len(middle) < FEWEST_POINTS:
        raise NotMeasurable(f"the {name} is too ragged to carry a plane")
    return middle


def _require_visible(
    part: Structure, surface: Surface, outwards: Vector, name: str
) -> None:
    """Compare the surface seen with the part's mean cross-section."""
    along = part.points @ outwards
    expected = part.volume_mm3 / float(along.max() - along.min() + 1e-6)
    seen = len(surface.points) * surface.point_area_mm2
    if len(surface.points) < FEWEST_POINTS or seen < LEAST_VISIBLE * expected:
        raise NotMeasurable(f"the {name} lies outside the scan or is not segmented")
