"""Headers that cannot be right, recognised before anything is measured."""

import numpy as np

from lbp_outcome.image import Image
from lbp_outcome.spine import Spine

THICK = 2.0
"""Slices are thick when they lie this many times further apart than pixels."""

FEW = 4.0
"""A stack has few slices when its other axes have this many times more voxels."""


def header_doubt(mask: Image, spine: Spine) -> str:
    """Return why the header cannot be right, or an empty text."""
    return _spacing_doubt(mask) or _direction_doubt(spine)


def _spacing_doubt(mask: Image) -> str:
    """Say so when the thick slices are not the few slices."""
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
