"""At how many lumbar discs the canal is narrow."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.canal_area_mm2 import NARROW, canal_area_mm2
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

RELATIVE_MM2, ABSOLUTE_MM2 = 100.0, 75.0
"""Sac area below which stenosis is relative, and absolute: classic limits [mm2]."""


@measurement(
    unit=Unit.SCORE,
    reference="lbp-outcome, classic limits of the dural sac's area; uncertain",
    phantom=Example(anatomy=NARROW, value=1.0, tolerance=0.01),
)
def stenosis_level_count(spine: Spine) -> Remarked:
    """Number of lumbar discs at which the canal measures less than 100 mm2.

    Levels that cannot be measured do not count; the remark names those that were
    narrow, and how many were measured.

    Raises:
        NotMeasurable: The canal can be measured at no lumbar disc.
    """
    found, reason = {}, "no disc is segmented"
    for disc in spine.levels:
        try:
            found[disc] = float(canal_area_mm2.function(spine, disc))
        except NotMeasurable as refusal:
            reason = str(refusal)
    if not found:
        raise NotMeasurable(reason)
    narrow = {disc: area for disc, area in found.items() if area < RELATIVE_MM2}
    return Remarked(float(len(narrow)), _remark(narrow, len(found)))


def _remark(narrow: dict[Disc, float], measured: int) -> str:
    names = [
        f"{disc} (below 75 mm2)" if area < ABSOLUTE_MM2 else str(disc)
        for disc, area in narrow.items()
    ]
    return f"{', '.join(names) or 'none'} of {measured} levels measured"
