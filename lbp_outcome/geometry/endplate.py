"""Endplates: where a vertebral body ends and a disc begins."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.spatial import cKDTree

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.frame import Frame, Points, Vector, rough_frame, up_at
from lbp_outcome.geometry.once import once
from lbp_outcome.geometry.plane import Plane, central, fit_plane
from lbp_outcome.geometry.surface import Surface, surface_facing
from lbp_outcome.spine import Spine, Structure

CENTRAL_SHARE = 0.8
"""The rim of an endplate, with its osteophytes, is left out."""

LEAST_VISIBLE = 0.5
"""An endplate is measured if this share of it lies inside the scan."""

DEEPEST_HOLLOW_MM = 4.0
"""Points further from the plane belong to a pedicle or a process [mm]."""

WIDEST_BLANK_MM = 3.0
"""A wider unlabelled space between disc and bone is not cartilage [mm]."""

FEWEST_POINTS = 20

LOOKS = ((50.0, 4), (40.0, 6), (40.0, 12))
"""An endplate is looked at three times: how far its surface may lean away from the way
that the last plane faces [deg], and how carefully the next plane is fitted."""


class End(StrEnum):
    """The upper or the lower end of a vertebra."""

    UPPER = "upper"
    LOWER = "lower"

    @property
    def other(self) -> "End":
        """The opposite end."""
        return End.LOWER if self is End.UPPER else End.UPPER


@dataclass(frozen=True, eq=False)
class Endplate:
    """One end of a vertebral body.

    Attributes:
        plane: Robust plane through its central part; the normal points to the head.
        points: Positions on its surface, the rim left out [mm].
        apart_mm: Largest distance between neighbouring points [mm].
    """

    plane: Plane
    points: Points
    apart_mm: float


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
    return _end_of(spine, body(spine, vertebra), end, f"{end} end of {vertebra}")


def _endplate_by_disc(spine: Spine, disc: Disc, end: End) -> Endplate:
    """The endplate of a vertebra that is not visible, next to its disc.

    Segmentations leave cartilage blank between disc and bone. What is blank on the
    other side of the disc is taken to be blank here as well.
    """
    side = _side_of_disc(spine, disc, end.other)
    away = side.plane.normal * (1.0 if end is End.LOWER else -1.0)
    moved = away * _blank_mm(spine, disc, end.other)
    plane = Plane(side.plane.centre + moved, side.plane.normal)
    return Endplate(plane, side.points + moved, side.apart_mm)


def _blank_mm(spine: Spine, disc: Disc, end: End) -> float:
    """Width of the unlabelled space between a disc and the bone at its other side."""
    vertebra = disc.upper if end is End.LOWER else disc.lower
    try:
        bone = bony_endplate(spine, vertebra, end).plane
        side = _side_of_disc(spine, disc, end.other).plane
    except NotMeasurable:
        return 0.0
    apart = abs((bone.centre - side.centre) @ bone.normal)
    return apart if apart <= WIDEST_BLANK_MM else 0.0


def _side_of_disc(spine: Spine, disc: Disc, end: End) -> Endplate:
    return _end_of(spine, spine.discs[disc], end, f"{end} side of disc {disc}")


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


def _end_of(spine: Spine, part: Structure, end: End, name: str) -> Endplate:
    """Fit a plane, look at the surface along its normal, and fit again."""
    sign = 1.0 if end is End.UPPER else -1.0
    outwards = sign * up_at(spine, part)
    for within_deg, rounds in LOOKS:
        surface = surface_facing(part, outwards, within_deg)
        _require_visible(part, surface, outwards, name)
        end_points = _beyond_middle(part, surface.points, outwards)
        middle = central(end_points, outwards, CENTRAL_SHARE, part.mask)
        if len(middle) < FEWEST_POINTS:
            raise NotMeasurable(f"the {name} is too ragged to carry a plane")
        plane = fit_plane(middle, outwards, rounds)
        outwards = plane.normal
    hollow = np.abs((middle - plane.centre) @ outwards) <= DEEPEST_HOLLOW_MM
    plane = Plane(plane.centre, sign * outwards)
    return Endplate(plane, middle[hollow], surface.apart_mm)


def _beyond_middle(part: Structure, points: Points, outwards: Vector) -> Points:
    """Leave out the far side of osteophytes at the other end, which faces this way."""
    kept: np.ndarray = points[(points - part.centroid) @ outwards > 0]
    return kept


def _require_visible(
    part: Structure, surface: Surface, outwards: Vector, name: str
) -> None:
    """Compare the surface seen with the part's mean cross-section."""
    along = part.points @ outwards
    expected = part.volume_mm3 / float(along.max() - along.min() + 1e-6)
    seen = len(surface.points) * surface.point_area_mm2
    if len(surface.points) < FEWEST_POINTS or seen < LEAST_VISIBLE * expected:
        raise NotMeasurable(f"the {name} lies outside the scan or is not segmented")
