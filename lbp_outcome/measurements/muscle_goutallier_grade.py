"""Fat in a muscle as a grade like Goutallier's."""

import numpy as np

from lbp_outcome.anatomy import Disc, Muscle, Side
from lbp_outcome.geometry.muscle_section import Scans
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._muscle_signal import best_fat
from lbp_outcome.measurements.muscle_area_cm2 import LEFT_MULTIFIDUS
from lbp_outcome.phantoms.muscles import MUSCLES
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

GRADES_FROM_PERCENT = (10.0, 25.0, 45.0, 55.0)
"""Least fat of grades 1 to 4 [%]. The scale is read by eye; these borders are a
proposal of this toolkit: below 10 % Kader's mildest class; about equal is 45 to 55 %.
"""


@measurement(
    unit=Unit.SCORE,
    reference="lbp-outcome: proxy of Goutallier's grades, borders proposed here",
    phantom=Example(anatomy=MUSCLES, at=LEFT_MULTIFIDUS, value=2.0, tolerance=0.1),
)
def muscle_goutallier_grade(
    spine: Spine, muscles: Scans, disc: Disc, muscle: Muscle, side: Side
) -> Remarked:
    """Proxy of Goutallier's grade from the fat share of a muscle at a disc, 0 to 4.

    0 hardly any fat (below 10 %), 1 some streaks, 2 less fat than muscle (25 % or
    more), 3 about as much (45 to 55 %), 4 more fat than muscle. Nobody has read it: the
    fat share of a Dixon series, or else of a mixture of three components on T1 or T2,
    is divided at borders that this toolkit proposes.

    Raises:
        NotMeasurable: The fat share cannot be measured.
    """
    fat = best_fat(spine, muscles, disc, muscle, side)
    grade = np.searchsorted(GRADES_FROM_PERCENT, fat.percent, side="right")
    return Remarked(
        float(grade), f"proxy, not read by eye: {fat.percent:.0f} % fat; {fat.remark}"
    )
