"""Does the lowest vertebra look like the name it was given?"""

import numpy as np

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.endplate import End, endplate
from lbp_outcome.geometry.frame import Points, rough_frame, upright
from lbp_outcome.spine import Numbering, Spine

TAPERS = 0.83
"""The first sacral segment is less deep below than above by this factor. In six real
examinations it was 0.56 to 0.74 there and 0.92 to 1.10 in 24 lumbar vertebrae."""

MIDLINE_MM = 6.0
TALLEST_LOST_MM = 15.0
"""A body of which less than this is visible tells nothing [mm]."""


def numbering_doubt(spine: Spine) -> str:
    """Return why the lowest vertebra may have the wrong name, or an empty text."""
    counted = spine.numbering is Numbering.RELATIVE_FROM_BOTTOM
    if not counted or not spine.vertebrae:
        return ""
    lowest = max(spine.vertebrae, key=lambda name: name.order)
    try:
        is_sacrum = taper(spine, lowest) < TAPERS
    except NotMeasurable:
        return ""
    if is_sacrum and lowest is not Vertebra.S1:
        return (
            f"the lowest vertebra, named {lowest}, tapers downwards like the sacrum; "
            f"if it is S1, state it (lowest=S1), or every level is named one too high"
        )
    if not is_sacrum and lowest is Vertebra.S1:
        return (
            "the lowest vertebra, named S1, does not taper downwards as the sacrum "
            "does; check the name of the lowest vertebra"
        )
    return ""


def taper(spine: Spine, vertebra: Vertebra) -> float:
    """Return the depth near the lower end of a vertebra over that near its upper end.

    Raises:
        NotMeasurable: The vertebra is not wholly visible.
    """
    bone = body(spine, vertebra)
    plate = endplate(spine, vertebra, End.UPPER).plane
    frame = upright(plate.centre, plate.normal, rough_frame(spine).posterior)
    local = frame.local(bone.points)
    midline = local[np.abs(local[:, 0]) <= MIDLINE_MM]
    down = -midline[:, 2]
    height = float(np.quantile(down, 0.98)) if len(down) else 0.0
    if bone.meets_edge(-frame.superior) or height < TALLEST_LOST_MM:
        raise NotMeasurable(f"{vertebra} is not wholly visible")
    return _depth(midline, down, height, 0.8) / _depth(midline, down, height, 0.2)


def _depth(midline: Points, down: np.ndarray, height: float, at: float) -> float:
    """Front-to-back size of a layer, a fifth of the height thick."""
    layer = np.abs(down / height - at) <= 0.1
    low, high = np.quantile(midline[layer, 1], [0.02, 0.98])
    return float(high - low)
