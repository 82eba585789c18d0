"""How much a vertebra narrows from its upper to its lower end: the sacrum does."""

import numpy as np

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.endplate import End, endplate
from lbp_outcome.geometry.frame import Points, rough_frame, upright
from lbp_outcome.geometry.once import once
from lbp_outcome.spine import Spine

MIDLINE_MM = 6.0
TALLEST_LOST_MM = 15.0
"""A body of which less than this is visible tells nothing [mm]."""


@once
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
