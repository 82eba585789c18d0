"""From the signal and the height of a disc to the grade a reader might give.

The cut-points are proposals to be fitted on graded scans, not facts.
"""

import numpy as np

RATIOS = (0.10, 0.25, 0.40, 0.60, 0.75, 0.90)
GRADES = (5.4, 4.5, 3.5, 2.5, 1.5, 1.0)
"""Signal over fluid where one grade turns into the next: at 0.25 grade IV into V, at
0.40 III into IV, at 0.60 II into III; grade I from 0.75."""

MOST_UNEVEN = 0.20
"""A disc of grade I is homogeneous: interquartile range over median."""

COLLAPSED = 0.15
"""Below this disc height index a disc is of grade V, whatever its signal."""

BLACK_BELOW = 0.40
"""A disc whose signal is below this share of the fluid's is called black: IV and V."""


def grade_of(ratio: float, unevenness: float, height_index: float | None) -> float:
    """Return the grade of a disc, continuous from 1 to 5.

    Args:
        ratio: Signal of the inner disc over that of the fluid.
        unevenness: Interquartile range of the inner disc over its median.
        height_index: `dhi_mean`, or None where it is not known.
    """
    if height_index is not None and height_index < COLLAPSED:
        return 5.0
    grade = float(np.interp(ratio, RATIOS, GRADES))
    if unevenness > MOST_UNEVEN:
        grade = max(grade, 1.5)
    return min(grade, 5.0)
