"""Grades of central stenosis from the area of the dural sac, with probabilities.

An ordinal model: the chance of grade k or more is a logistic function of how far the
area lies below the k-th cut-off. Nothing in it was fitted to readers' grades.

* Cut-offs 111, 100 and 75 mm2: the first told patients with central stenosis from
  controls best (sensitivity 80 %, specificity 81 %, PMC5728944), the other two are the
  classic limits of relative and absolute stenosis.
* Steepness: controls had 151.7 (SD 53.6) and patients 80.0 (SD 35.4) mm2 in the same
  study. For two normal groups of equal spread the log odds change by the difference of
  the means over the variance: 71.7 / 45.4^2, or 1 for every 28.8 mm2.
"""

import math

CUT_OFFS_MM2 = (111.0, 100.0, 75.0)
"""Below these the grade is 1, 2 and 3."""

SPREAD_MM2 = (53.6**2 + 35.4**2) / 2 / (151.7 - 80.0)
"""The log odds of a higher grade change by 1 over this difference in area [mm2]."""


def grade(area_mm2: float) -> int:
    """Return the grade, 0 to 3: the median of the model's grades.

    >>> grade(130.0), grade(105.0), grade(90.0), grade(71.5)
    (0, 1, 2, 3)
    """
    return sum(area_mm2 < cut for cut in CUT_OFFS_MM2)


def chance_of(at_least: int, area_mm2: float) -> float:
    """Return the probability of a grade of 1, 2 or 3, or more.

    >>> round(chance_of(2, 100.0), 3), round(chance_of(2, 71.2), 2)
    (0.5, 0.73)
    """
    away = (CUT_OFFS_MM2[at_least - 1] - area_mm2) / SPREAD_MM2
    return 1 / (1 + math.exp(-away))
