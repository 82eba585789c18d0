"""The body of a vertebra, told from its arch and processes."""

import cc3d
import edt
import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.footprint import on_footprint
from lbp_outcome.geometry.frame import Frame, Points, rough_frame, up_at, upright
from lbp_outcome.geometry.once import once
from lbp_outcome.geometry.pedicle_stub import pedicle_stub
from lbp_outcome.geometry.plane import flatten
from lbp_outcome.spine import Spine, Structure

DEEPEST_BODY_MM = 55.0
"""A vertebra deeper than this, front to back, has an arch [mm]."""

ARCH_SHARE = 0.1
"""A mask with less than this share behind the canal's front wall has no arch."""

THIN_MM = 2.5
"""Parts thinner than about twice this are processes, not the body [mm]."""

OVERHANG_MM = 4.0
FIRST_SEGMENT_MM = 30.0
"""The first sacral segment lies beneath the last disc, this far down [mm]."""

WHOLE_SACRUM_SHARE = 0.7
"""A mask with less than this share beneath the last disc is the whole sacrum."""

MIDLINE_MM = 5.0
LAYER_MM = 2.0


@once
def body(spine: Spine, vertebra: Vertebra) -> Structure:
    """Return the body of a vertebra.

    The body is what lies in front of the canal, without pedicles and thin processes.
    Where the canal is not segmented, the empty space behind the middle of the body
    stands in for it.

    Raises:
        NotMeasurable: The vertebra is not segmented, or only partly visible, or its
            body cannot be told from its arch.
    """
    if vertebra in spine.partial:
        raise NotMeasurable(f"{vertebra} is only partly visible")
    if vertebra in spine.corpora:
        corpus = spine.corpora[vertebra]
        return _part(corpus, _largest(corpus.mask.values), vertebra)
    if vertebra not in spine.vertebrae:
        raise NotMeasurable(f"{vertebra} is not segmented")
    whole = spine.vertebrae[vertebra]
    front = _front(spine, vertebra, whole)
    if front.mean() > 1 - ARCH_SHARE:
        return whole
    return _part(whole, _without_processes(whole, front), vertebra)


def _part(
    whole: Structure, inside: Bool[np.ndarray, "i j k"], vertebra: Vertebra
) -> Structure:
    part = whole.with_voxels(inside)
    if part is None:
        raise NotMeasurable(f"no body can be made out in the mask of {vertebra}")
    return part


def _front(
    spine: Spine, vertebra: Vertebra, whole: Structure
) -> Bool[np.ndarray, " n"]:
    """Which voxels may belong to the body."""
    frame = _frame_at(spine, whole)
    behind = _behind_mm(spine, vertebra, frame.local(whole.points), frame)
    front: np.ndarray = behind < 0
    if vertebra is not Vertebra.S1:
        front &= ~pedicle_stub(whole, frame, behind)
        return front
    above = [disc for disc in spine.discs if disc.lower is Vertebra.S1]
    if above:
        below = _below_disc(spine, whole, spine.discs[above[0]])
        return front & below if below.mean() < WHOLE_SACRUM_SHARE else front
    return front


def _behind_mm(
    spine: Spine, vertebra: Vertebra, points: Points, frame: Frame
) -> Float[np.ndarray, " n"]:
    """How far behind the front wall of the canal points lie [mm]."""
    if spine.canal is None:
        return _behind_gap(points, vertebra)
    return _behind_wall(points, frame.local(spine.canal.points))


def _below_disc(
    spine: Spine, sacrum: Structure, disc: Structure
) -> Bool[np.ndarray, " n"]:
    """Which points of a sacrum form its first segment: those beneath the last disc."""
    up = up_at(spine, disc)
    deep = (disc.points @ up).min() - sacrum.points @ up
    near: np.ndarray = deep <= FIRST_SEGMENT_MM
    near[near] = on_footprint(
        flatten(disc.points, up), flatten(sacrum.points[near], up), OVERHANG_MM
    )
    return near


def _frame_at(spine: Spine, whole: Structure) -> Frame:
    back = rough_frame(spine).posterior
    return upright(whole.centroid, up_at(spine, whole), back)


def _behind_wall(points: Points, canal: Points) -> Float[np.ndarray, " n"]:
    """How far points lie behind the plane along the canal's front wall [mm]."""
    front = points[points[:, 1] <= np.quantile(points[:, 1], 0.3)]
    low, high = front[:, 2].min(), front[:, 2].max()
    beside = canal[(canal[:, 2] >= low) & (canal[:, 2] <= high)]
    if len(beside) == 0:
        return np.full(len(points), -np.inf)
    middle = np.abs(beside[:, 0] - np.median(beside[:, 0])) <= MIDLINE_MM
    wall = _front_wall(beside[middle])
    behind: np.ndarray = points[:, 1] - wall[0] - wall[1] * points[:, 2]
    return behind


def _front_wall(canal: Points) -> Float[np.ndarray, "2"]:
    """Offset and slope of the line along the foremost points of each layer."""
    layer = np.round(canal[:, 2] / LAYER_MM).astype(int)
    heights = np.unique(layer)
    foremost = [np.quantile(canal[layer == height, 1], 0.02) for height in heights]
    if len(heights) < 3:
        return np.array([float(np.min(foremost)), 0.0])
    slope, offset = np.polyfit(heights * LAYER_MM, foremost, 1)
    return np.array([offset, slope])


def _behind_gap(points: Points, vertebra: Vertebra) -> Float[np.ndarray, " n"]:
    """How far points lie behind the front of the empty canal in the midline [mm]."""
    depth = points[:, 1].max() - points[:, 1].min()
    if depth <= DEEPEST_BODY_MM:
        return np.full(len(points), -np.inf)
    midline = points[np.abs(points[:, 0] - np.median(points[:, 0])) <= MIDLINE_MM, 1]
    count, edges = np.histogram(
        midline, bins=np.arange(points[:, 1].min(), points[:, 1].max(), LAYER_MM)
    )
    empty = np.flatnonzero((count < 0.1 * count.max()) & (edges[:-1] > edges[0] + 15))
    if not len(empty):
        raise NotMeasurable(
            f"the body of {vertebra} cannot be told from its arch without the canal"
        )
    behind: np.ndarray = points[:, 1] - edges[empty[0]]
    return behind


def _without_processes(
    whole: Structure, front: Bool[np.ndarray, " n"]
) -> Bool[np.ndarray, "i j k"]:
    """Keep the thick part in front and whatever clings to it."""
    inside = np.zeros(whole.mask.values.shape, bool)
    inside[tuple(np.argwhere(whole.mask.values)[front].T)] = True
    core = _largest(_depth_mm(np.pad(inside, 1, mode="edge"), whole) > THIN_MM)
    near = _depth_mm(~core, whole) <= 2 * THIN_MM
    inside &= near[1:-1, 1:-1, 1:-1] & core.any()
    return _largest(inside)


def _depth_mm(inside: Bool[np.ndarray, "i j k"], like: Structure) -> np.ndarray:
    """Distance of each voxel inside to the next one outside [mm]."""
    spacing = tuple(like.mask.spacing_mm.tolist())
    numbers = np.ascontiguousarray(inside, np.uint8)
    squares: np.ndarray = edt.edtsq(numbers, anisotropy=spacing, parallel=1)
    depth: np.ndarray = np.sqrt(squares)
    return depth


def _largest(inside: Bool[np.ndarray, "i j k"]) -> Bool[np.ndarray, "i j k"]:
    """Keep the largest piece; voxels hang together face to face."""
    pieces, count = cc3d.connected_components(inside, connectivity=6, return_N=True)
    if count < 2:
        return inside
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    largest: np.ndarray = pieces == sizes.argmax()
    return largest
