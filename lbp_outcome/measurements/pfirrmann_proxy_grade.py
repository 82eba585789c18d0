"""A stand-in for the Pfirrmann grade."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._disc_grade import grade_of
from lbp_outcome.measurements._disc_signal import (
    CLIPPED,
    fluid_is_clipped,
    fluid_signal,
    inner_signal,
    shading_remark,
)
from lbp_outcome.measurements._first_order import interquartile_range, median
from lbp_outcome.measurements._signal import peak_mean, require_not_black
from lbp_outcome.measurements.dhi_mean import dhi_mean
from lbp_outcome.measurements.disc_csf_signal_ratio import GREY
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

CAUTION = "from cut-points that were proposed, not fitted; a reader may differ by one"


@measurement(
    unit=Unit.SCORE,
    reference="lbp-outcome: a stand-in for the grade of "
    "doi:10.1097/00007632-200109010-00011",
    needs=("t2",),
    phantom=Example(
        anatomy=GREY,
        at=Place(disc=Disc.parse("L4-L5")),
        value=grade_of(0.38, 0.0, 10.0 / 27.0),
        tolerance=0.14,
    ),
)
def pfirrmann_proxy_grade(examination: Examination, disc: Disc) -> Remarked:
    """Degeneration of a disc from signal, evenness and height, 1 to 5.

    Continuous; the nearest whole number stands for the grade. It is no reading: the
    cut-points are proposals that have not been fitted to graded scans, they depend on
    the echo time, and the border between nucleus and annulus is not looked at.

    Raises:
        NotMeasurable: The disc or the canal is not segmented, lies outside the image
            or is black, or the fluid is clipped; the message then gives the lower
            bound.
    """
    signal = inner_signal(examination, disc)
    ratio = peak_mean(signal) / fluid_signal(examination)
    assert examination.t2 is not None  # or there would be no signal
    require_not_black(examination.t2, median(signal), f"disc {disc}")
    uneven = interquartile_range(signal) / median(signal)
    height, missing = _height_index(examination.spine, disc)
    grade = grade_of(ratio, uneven, height)
    if fluid_is_clipped(examination):
        least = grade_of(ratio, 0.0, height)
        raise NotMeasurable(
            f"{CLIPPED.format('the cerebrospinal fluid')}; "
            f"the grade is at least {least:.1f}"
        )
    remarks = (CAUTION, missing, shading_remark(examination))
    return Remarked(grade, "; ".join(filter(None, remarks)))


def _height_index(spine: Spine, disc: Disc) -> tuple[float | None, str]:
    try:
        return float(dhi_mean.function(spine, disc)), ""
    except NotMeasurable:
        return None, "without the disc's height, which is not known"
