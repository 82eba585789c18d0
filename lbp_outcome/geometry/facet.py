"""Facet joints: the plane between two articular processes, and its width."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Int
from scipy import ndimage

from lbp_outcome.anatomy import Disc, Process, Side, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.corner import posterior_corner
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.endplate import End
from lbp_outcome.geometry.frame import Frame, Points, Vector, unit
from lbp_outcome.geometry.midline_frame import midline_frame
from lbp_outcome.geometry.once import once
from lbp_outcome.geometry.parting_line import parting_line
from lbp_outcome.image import Image
from lbp_outcome.spine import Spine, Structure

FAR_MM = 8.0
"""Processes that come no nearer than this do not form a joint [mm]."""

NEAR_MM, BEYOND_MM = 6.0, 2.5
"""Voxels this near to the other process, or this much further away than the nearest
one, face the joint [mm]."""

FEWEST_VOXELS = 12
FEWEST_SLICES = 2
FEWEST_RAYS = 6

SACRAL_REACH_MM = 12.0
"""Voxels of the sacrum this near to the lowest processes may be its own ones [mm]."""

INSIDE_MM = 2.0
"""They lie further out and to the front than the middle of the process they face, or at
most this much less [mm]."""

WIDEST_MM = 9.0
"""A wider space, seen along one line of voxels, is not the joint [mm]."""

LINING_MM = (9.0, 6.0, 10.0)
"""The arch lines the joint within this distance along, across and up [mm]."""

ALMOST_ALL = 0.95
"""This share of a process lies within this share of its thickness, counted from the
joint, if it is a block: the very end is ragged."""

RECESS_BAND_MM, FOREMOST = 9.0, 3
"""The recess is looked at this far above and below the middle of the disc [mm], at so
many voxels behind the foremost one of the process."""


@dataclass(frozen=True, eq=False)
class FacetJoint:
    """One facet joint, as a plane between two processes.

    Attributes:
        centre: Its middle, half way between the processes [mm].
        along: Unit vector along the joint line, to the back.
        across: Unit vector from the process in front to the one behind.
        superior: Unit vector to the head.
        angle_deg: Angle of the joint line to the disc's sagittal plane: 0 sagittal, 90
            coronal, positive where its back end lies further out [deg].
        space_mm: Distance between the two bones, or None if no line of voxels meets
            both [mm].
    """

    centre: Vector
    along: Vector
    across: Vector
    superior: Vector
    angle_deg: float
    space_mm: float | None

    def local(self, points: Points) -> Points:
        """Return positions along, across and up the joint, from its middle [mm]."""
        axes = np.stack([self.along, self.across, self.superior])
        local: np.ndarray = (points - self.centre) @ axes.T
        return local


@once
def facet_joint(spine: Spine, disc: Disc, side: Side) -> FacetJoint:
    """Return the joint between the processes of the two vertebrae at a disc.

    The joint plane stands upright on the disc; its angle is the one at which it best
    parts the facing voxels of both processes. Every voxel has a say, so that two or
    three thick slices carry it.

    Raises:
        NotMeasurable: The processes are not segmented, do not face one another, or
            both face each other in a single slice only.
    """
    frame = midline_frame(spine, disc)
    back, grid = _back_process(spine, disc, side)
    front = front_process(spine, disc, side)
    behind, ahead = _facing(back, front, grid, f"the facet joint of {disc}, {side}")
    _require_slices(behind, ahead, grid)
    outward = frame.left if side is Side.LEFT else -frame.left
    axes = np.stack([outward, frame.posterior])
    flat = [(part - frame.origin) @ axes.T for part in (behind, ahead)]
    angle, offset = parting_line(flat[0], flat[1])
    sine, cosine = np.sin(np.radians(angle)), np.cos(np.radians(angle))
    along, across = np.array([sine, cosine]) @ axes, np.array([-cosine, sine]) @ axes
    middle = (behind.mean(axis=0) + ahead.mean(axis=0)) / 2
    centre = middle + (offset - (middle - frame.origin) @ across) * across
    joint = FacetJoint(centre, along, across, frame.superior, angle, None)
    behind = np.concatenate([behind, _lamina(spine, disc.upper, joint, 1)])
    ahead = np.concatenate([ahead, _lamina(spine, disc.lower, joint, -1)])
    return replace(joint, space_mm=_space_mm(behind, ahead, across, grid))


@once
def processes_thickness_mm(spine: Spine, disc: Disc, side: Side) -> float:
    """Return the thickness of both processes together, square to their joint [mm].

    Raises:
        NotMeasurable: The joint cannot be told, or the lower process is a part of the
            sacrum.
    """
    joint = facet_joint(spine, disc, side)
    if (disc.lower, Process.SUPERIOR_ARTICULAR, side) not in spine.processes:
        raise NotMeasurable(_missing(disc.lower, "superior", side))
    if joint.space_mm is None:
        raise NotMeasurable("too few lines of voxels cross the facet joint")
    back, _ = _back_process(spine, disc, side)
    behind = np.quantile(joint.local(back)[:, 1], ALMOST_ALL)
    ahead = np.quantile(
        joint.local(front_process(spine, disc, side))[:, 1], 1 - ALMOST_ALL
    )
    return float((behind - ahead - joint.space_mm) / ALMOST_ALL)


@once
def recess_mm(spine: Spine, disc: Disc, side: Side) -> float:
    """Return how far the lower body's process lies behind its back wall [mm].

    Raises:
        NotMeasurable: The process or the back wall is not visible.
    """
    wall = posterior_corner(spine, disc.lower, End.UPPER)
    frame, process = midline_frame(spine, disc), front_process(spine, disc, side)
    level = np.abs((process - frame.origin) @ frame.superior) < RECESS_BAND_MM
    if level.sum() < FEWEST_VOXELS:
        raise NotMeasurable(_missing(disc.lower, "superior", side))
    behind = np.sort((process[level] - wall) @ frame.posterior)
    voxel = float(spine.vertebrae[disc.lower].mask.spacing_mm.min())
    return float(behind[FOREMOST] - voxel / 2)


def _back_process(spine: Spine, disc: Disc, side: Side) -> tuple[Points, Image]:
    """Voxels of the process behind, and the grid they lie on."""
    key = (disc.upper, Process.INFERIOR_ARTICULAR, side)
    if key not in spine.processes:
        raise NotMeasurable(_missing(disc.upper, "inferior", side))
    return spine.processes[key].points, spine.processes[key].mask


def _lamina(spine: Spine, vertebra: Vertebra, joint: FacetJoint, sign: int) -> Points:
    """Voxels of the arch that line the joint: where a process ends is arbitrary."""
    arch = spine.processes.get((vertebra, Process.ARCH, None))
    if arch is None:
        return np.empty((0, 3))
    along, across, up = np.abs(joint.local(arch.points)).T
    own = sign * (arch.points - joint.centre) @ joint.across > 0
    near = (along < LINING_MM[0]) & (across < LINING_MM[1]) & (up < LINING_MM[2])
    lining: np.ndarray = arch.points[own & near]
    return lining


@once
def front_process(spine: Spine, disc: Disc, side: Side) -> Points:
    """Return the voxels of the process in front of a facet joint [mm].

    The sacrum is segmented as one piece; its processes are what rises above the middle
    of the last disc.

    Raises:
        NotMeasurable: It is not segmented.
    """
    found = spine.processes.get((disc.lower, Process.SUPERIOR_ARTICULAR, side))
    if found is not None:
        return found.points
    sacrum = spine.vertebrae.get(disc.lower)
    behind = spine.processes.get((disc.upper, Process.INFERIOR_ARTICULAR, side))
    if disc.lower is not Vertebra.S1 or sacrum is None or behind is None:
        raise NotMeasurable(_missing(disc.lower, "superior", side))
    return _sacral_process(sacrum, behind, disc_frame(spine, disc), side)


def _missing(vertebra: Vertebra, which: str, side: Side) -> str:
    return f"the {side} {which} articular process of {vertebra} is not segmented"


def _sacral_process(
    sacrum: Structure, behind: Structure, frame: Frame, side: Side
) -> Points:
    low, high = behind.points.min(axis=0), behind.points.max(axis=0)
    reach = SACRAL_REACH_MM
    near = sacrum.points
    for axis in range(3):
        place = near[:, axis]
        near = near[(place > low[axis] - reach) & (place < high[axis] + reach)]
    outward = frame.left if side is Side.LEFT else -frame.left
    outside = (near - behind.centroid) @ unit(outward - frame.posterior)
    above = (near - frame.origin) @ frame.superior > 0
    kept: np.ndarray = near[above & (outside > -INSIDE_MM)]
    if len(kept) < FEWEST_VOXELS:
        raise NotMeasurable("the articular process of the sacrum is not segmented")
    return kept


def _facing(
    behind: Points, ahead: Points, grid: Image, name: str
) -> tuple[Points, Points]:
    """Keep the voxels of each process that are near to the other one."""
    to_ahead, to_behind = _distances_mm(behind, ahead, grid)
    if to_ahead.min() > FAR_MM:
        raise NotMeasurable(f"the processes at {name}, do not face one another")
    near = max(NEAR_MM, float(to_ahead.min()) + BEYOND_MM)
    behind, ahead = behind[to_ahead < near], ahead[to_behind < near]
    if min(len(behind), len(ahead)) < FEWEST_VOXELS:
        raise NotMeasurable(f"too few voxels show {name}")
    return behind, ahead


def _distances_mm(
    behind: Points, ahead: Points, grid: Image
) -> tuple[np.ndarray, np.ndarray]:
    """Distance of each voxel of either process to the nearest one of the other [mm]."""
    (back, front), shape = _voxels(grid, behind, ahead)
    found = []
    for these, those in ((back, front), (front, back)):
        free = np.ones(shape, bool)
        free[tuple(those.T)] = False
        away = ndimage.distance_transform_edt(free, sampling=grid.spacing_mm)
        found.append(away[tuple(these.T)])
    return found[0], found[1]


def _voxels(
    grid: Image, *parts: Points
) -> tuple[list[Int[np.ndarray, "_ 3"]], Int[np.ndarray, "3"]]:
    """Voxels of some parts in the box around all of them, and its size."""
    voxels = [np.rint(grid.to_index(part)).astype(int) for part in parts]
    low = np.min([part.min(axis=0) for part in voxels], axis=0)
    voxels = [part - low for part in voxels]
    return voxels, np.max([part.max(axis=0) for part in voxels], axis=0) + 1


def _require_slices(behind: Points, ahead: Points, grid: Image) -> None:
    """Refuse a joint that only one slice of the scan shows on both sides.

    A second slice through either process is enough to tell how the joint turns.
    """
    axis = int(grid.spacing_mm.argmax())
    places = [np.rint(grid.to_index(part)[:, axis]) for part in (behind, ahead)]
    if max(len(np.unique(place)) for place in places) < FEWEST_SLICES:
        raise NotMeasurable(
            "only one slice shows the facet joint; its angle needs thinner or axial "
            "slices"
        )


def _space_mm(
    behind: Points, ahead: Points, across: Vector, grid: Image
) -> float | None:
    """Median distance between the bones, square to the joint [mm].

    It is taken along lines of voxels, the finest that cross the joint: within a slice
    neighbouring voxels are sharp, and from slice to slice they are not.
    """
    steps = grid.affine[:3, :3] / grid.spacing_mm
    axis = int(np.argmax(np.abs(across @ steps) / grid.spacing_mm))
    sign = 1 if across @ steps[:, axis] > 0 else -1
    (back, front), shape = _voxels(grid, behind, ahead)
    behind_at, behind_met = _edges(back, shape, axis, sign)
    ahead_at, ahead_met = _edges(front, shape, axis, -sign)
    between = np.abs(behind_at - ahead_at)[behind_met & ahead_met] - 1
    gaps = between * grid.spacing_mm[axis]
    gaps = gaps[gaps < WIDEST_MM / abs(across @ steps[:, axis])]
    if len(gaps) < FEWEST_RAYS:
        return None
    return float(np.median(gaps) * abs(across @ steps[:, axis]))


def _edges(
    voxels: Int[np.ndarray, "_ 3"], shape: Int[np.ndarray, "3"], axis: int, sign: int
) -> tuple[Int[np.ndarray, "i j"], Bool[np.ndarray, "i j"]]:
    """The first voxel along each line of voxels, seen in one direction, if any."""
    inside = np.zeros(shape, bool)
    inside[tuple(voxels.T)] = True
    lines = np.moveaxis(inside, axis, 2)[:, :, ::sign]
    first = lines.argmax(axis=2)
    place = first if sign > 0 else lines.shape[2] - 1 - first
    return place, np.asarray(lines.any(axis=2))
