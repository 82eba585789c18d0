"""Cross-sections of the muscles beside the spine, square to each muscle's own axis."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Disc, Muscle, Side
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import MuscleScan
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.frame import Points, Vector, rough_frame, unit
from lbp_outcome.geometry.once import once
from lbp_outcome.geometry.plane import Plane
from lbp_outcome.geometry.plane_cut import PlaneCut, cut_by, points_near
from lbp_outcome.image import Image
from lbp_outcome.spine import Spine, Structure

SLAB_MM = 6.0
"""Fat is looked at from this far below to this far above the section [mm]."""

AXIS_REACH_MM = 13.0
"""A muscle's direction is taken from its course this far up and down [mm]."""

LEAST_COSINE = 0.5
"""A muscle that runs more nearly along a section than this is not measured on it."""

FEWEST_COLUMNS = 12
"""A section has at least this many voxels."""

LEVEL_COSINE = 0.7
"""Slices count as axial if the cosine between them and the disc is at least this."""

KINDS = ("axial stack", "Dixon series", "sagittal series")

Scans = tuple[MuscleScan, ...]


@dataclass(frozen=True, eq=False)
class MuscleSection:
    """The cross-section of one muscle of one side at a disc.

    Attributes:
        scan: The series that shows it.
        kind: What that series is, in words.
        cut: The section in the plane of the disc, or in a slice of the series.
        cosine: Cosine of the angle between the muscle's axis and that section's normal.
        in_slice: Whether the section is a slice that is not level with the disc.
    """

    scan: MuscleScan
    kind: str
    cut: PlaneCut
    cosine: float
    in_slice: bool

    @property
    def area_cm2(self) -> float:
        """Area square to the muscle's axis [cm2]."""
        return self.cut.area_mm2 * self.cosine / 100

    @cached_property
    def points(self) -> Points:
        """The muscle's voxels around the section [mm]."""
        return points_near(self.cut, SLAB_MM)

    @cached_property
    def inner_points(self) -> Points:
        """The same without the muscle's outermost voxels in each layer [mm]."""
        return points_near(self.cut, SLAB_MM, inner=True)

    @property
    def remark(self) -> str:
        """Which series it was measured on, and how obliquely that cuts the muscle."""
        tilt = np.degrees(np.arccos(min(self.cosine, 1.0)))
        plane = "a slice of " if self.in_slice else ""
        return f"on {plane}the {self.kind}, {tilt:.0f} deg oblique to the muscle"


@once
def muscle_section(
    spine: Spine, scans: Scans, disc: Disc, muscle: Muscle, side: Side
) -> MuscleSection:
    """Return the section of a muscle at a disc on the best series that shows it whole.

    The section lies in the plane of the disc, through its centre; where no series shows
    it whole there, a slice through the disc's centre is taken. Axial stacks come first,
    the one most level with the disc before the others, then Dixon series, then sagittal
    ones.

    Raises:
        NotMeasurable: The disc is not visible, or no series shows the whole muscle.
    """
    for (section,) in _tried(spine, scans, disc, muscle, (side,)):
        return section
    raise NotMeasurable(_reason(scans, disc, muscle, (side,)))


@once
def both_sides(
    spine: Spine, scans: Scans, disc: Disc, muscle: Muscle
) -> tuple[MuscleSection, MuscleSection]:
    """Return the left and the right section of a muscle from one and the same series.

    Raises:
        NotMeasurable: The disc is not visible, or no series shows both sides.
    """
    for left, right in _tried(spine, scans, disc, muscle, tuple(Side)):
        return left, right
    raise NotMeasurable(_reason(scans, disc, muscle, tuple(Side)))


def _tried(
    spine: Spine, scans: Scans, disc: Disc, muscle: Muscle, sides: tuple[Side, ...]
) -> Iterator[tuple[MuscleSection, ...]]:
    """Sections of all these sides, series by series: level with the disc, then not."""
    for level in (True, False):
        for scan in _ranked(spine, scans, disc):
            found = tuple(
                _section(spine, scan, disc, (muscle, side), level) for side in sides
            )
            whole = tuple(section for section in found if section is not None)
            if len(whole) == len(sides):
                yield whole


def _reason(scans: Scans, disc: Disc, muscle: Muscle, sides: tuple[Side, ...]) -> str:
    name = muscle.replace("_", " ")
    for side in sides:
        if not any((muscle, side) in scan.muscles for scan in scans):
            return f"the {side} {name} is not segmented"
    which = "left and right" if len(sides) > 1 else sides[0]
    return f"no series shows the whole {which} {name} at disc {disc}"


@once
def _section(
    spine: Spine, scan: MuscleScan, disc: Disc, which: tuple[Muscle, Side], level: bool
) -> MuscleSection | None:
    if which not in scan.muscles:
        return None
    plane = _disc_plane(spine, disc)
    if not level:
        plane = Plane(plane.centre, _slices_of(scan, plane.normal))
    cut = cut_by(scan.muscles[which], plane)
    if cut is None or cut.inside.sum() < FEWEST_COLUMNS or cut.is_cut_off:
        return None
    require_sides(spine, scan, which[0])
    cosine = abs(float(_direction(cut) @ plane.normal))
    if cosine < LEAST_COSINE:
        return None
    return MuscleSection(scan, _kind(scan, plane.normal), cut, cosine, not level)


def _direction(cut: PlaneCut) -> Vector:
    """Unit vector along the muscle, through the middles of its layers of voxels.

    Where there is only one layer, the muscle is taken to run square to it.
    """
    mask = cut.structure.mask
    layers = np.moveaxis(mask.values, cut.axis, 0)
    at = float(cut.layer[cut.inside].mean())
    reach = AXIS_REACH_MM / mask.spacing_mm[cut.axis]
    low, high = max(int(np.ceil(at - reach)), 0), int(at + reach) + 1
    near = layers[low:high]
    count = near.sum(axis=(1, 2))
    if (count > 0).sum() < 2:
        return cut.plane.normal
    middles = (near.sum(axis=2) @ np.arange(near.shape[1])) / np.maximum(count, 1)
    others = (near.sum(axis=1) @ np.arange(near.shape[2])) / np.maximum(count, 1)
    slopes = [_slope(values, count) for values in (middles, others)]
    return unit(mask.affine[:3, :3] @ np.insert(slopes, cut.axis, 1.0))


def _slope(values: Float[np.ndarray, " n"], weight: np.ndarray) -> float:
    """Slope of the weighted regression line over 0, 1, 2, ..."""
    along = np.arange(len(values)) - np.average(np.arange(len(values)), weights=weight)
    return float((weight * along * values).sum() / (weight * along**2).sum())


@once
def require_sides(spine: Spine, scan: MuscleScan, muscle: Muscle) -> None:
    """Refuse a muscle whose left and right lie the other way round in the patient.

    Raises:
        NotMeasurable: They do.
    """
    left, right = (scan.muscles.get((muscle, side)) for side in Side)
    if left is None or right is None:
        return
    if (_middle_of_box(left) - _middle_of_box(right)) @ rough_frame(spine).left < 0:
        raise NotMeasurable(
            f"the left {muscle.replace('_', ' ')} lies on the patient's right: are the "
            "sides of this mask swapped, as between versions of MuscleMap?"
        )


def _middle_of_box(part: Structure) -> Vector:
    middle = (np.array(part.mask.values.shape) - 1) / 2
    place: np.ndarray = part.mask.to_patient(middle[None])[0]
    return place


@once
def _disc_plane(spine: Spine, disc: Disc) -> Plane:
    frame = disc_frame(spine, disc)
    return Plane(frame.origin, frame.superior)


@once
def _ranked(spine: Spine, scans: Scans, disc: Disc) -> list[MuscleScan]:
    """The series that show muscles, the one best suited for this disc first."""
    up = _disc_plane(spine, disc).normal

    def suits(scan: MuscleScan) -> tuple[int, float]:
        return KINDS.index(_kind(scan, up)), -float(_slices_of(scan, up) @ up)

    return sorted((scan for scan in scans if scan.muscles), key=suits)


def _kind(scan: MuscleScan, up: Vector) -> str:
    axial, dixon, sagittal = KINDS
    if scan.water is not None and scan.fat is not None:
        return dixon
    mask = _grid(scan)
    thick = unit(mask.affine[:3, int(np.argmax(mask.spacing_mm))])
    is_even = mask.spacing_mm.max() < 1.5 * mask.spacing_mm.min()
    return axial if is_even or abs(float(thick @ up)) > LEVEL_COSINE else sagittal


def _slices_of(scan: MuscleScan, up: Vector) -> Vector:
    """The normal of the voxel layers that are nearest to level, turned upwards."""
    steps = _grid(scan).affine[:3, :3]
    across: np.ndarray = np.linalg.inv(steps)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    along = across @ up
    axis = int(np.argmax(np.abs(along)))
    normal: np.ndarray = across[axis] * np.sign(along[axis])
    return normal


def _grid(scan: MuscleScan) -> Image:
    return next(iter(scan.muscles.values())).mask
