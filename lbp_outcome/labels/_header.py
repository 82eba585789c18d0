"""Headers that cannot be right, recognised before anything is measured."""

from collections.abc import Iterator

import numpy as np

from lbp_outcome.anatomy import Side
from lbp_outcome.image import Image
from lbp_outcome.spine import Spine, Structure

THICK = 2.0
"""Slices are thick when they lie this many times further apart than pixels."""

FEW = 4.0
"""A stack has few slices when its other axes have this many times more voxels."""


def header_doubt(mask: Image, spine: Spine) -> str:
    """Return why the header cannot be right, or an empty text."""
    return spacing_doubt(mask) or _direction_doubt(spine) or _side_doubt(spine)


def leftward_mm(left: Structure, right: Structure) -> float:
    """Return how far one structure lies to the patient's left of another [mm]."""
    return float(_middle(right) - _middle(left))


def spacing_doubt(mask: Image) -> str:
    """Return that the thick slices are not the few slices, or an empty text."""
    count, spacing = np.array(mask.values.shape), mask.spacing_mm
    thick, few = int(np.argmax(spacing)), int(np.argmin(count))
    is_stack = count[few] * FEW <= count[thick]
    if not is_stack or spacing[thick] < THICK * spacing[few]:
        return ""
    return (
        f"the header's spacing seems to be on the wrong axis ({spacing[thick]:.3g} mm "
        f"along an axis with {count[thick]} voxels, {spacing[few]:.3g} mm along the "
        f"one with {count[few]} slices): volumes are right, lengths are not; correct "
        f"the header and try again"
    )


def _direction_doubt(spine: Spine) -> str:
    """Say so when the spine runs front to back or left to right in the header."""
    if len(spine.stack) < 2:
        return ""
    run = spine.stack[0].centroid - spine.stack[-1].centroid
    if abs(run[2]) >= 0.5 * float(np.linalg.norm(run)):
        return ""
    return (
        "the spine lies across the patient in this header (head to foot is not its "
        "third direction): its axes seem to be named wrongly; correct the header and "
        "try again"
    )


def _side_doubt(spine: Spine) -> str:
    """Say so when the labels call right what lies on the left in the header."""
    sides = [leftward_mm(left, right) > 0 for left, right in _pairs(spine)]
    if not sides or np.mean(sides) > 0.5:
        return ""
    return (
        "left and right are exchanged: processes labelled left lie on the patient's "
        "right in this header; the image was mirrored, or its header turned, after or "
        "before the segmentation; segment the original image again"
    )


def _pairs(spine: Spine) -> Iterator[tuple[Structure, Structure]]:
    """Left and right process of the same vertebra."""
    for (name, process, side), left in spine.processes.items():
        right = spine.processes.get((name, process, Side.RIGHT))
        if side is Side.LEFT and right is not None:
            yield left, right


def _middle(part: Structure) -> float:
    """Right-left coordinate of the centre of mass [mm]; needs no list of voxels."""
    inside = part.mask.values
    sums = [inside.sum(axis=others) for others in ((1, 2), (0, 2), (0, 1))]
    index = [np.average(np.arange(len(s)), weights=s) for s in sums]
    return float(part.mask.affine[0, :3] @ index + part.mask.affine[0, 3])
