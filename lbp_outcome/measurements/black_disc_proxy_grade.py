"""Whether a disc is black."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._disc_grade import BLACK_BELOW
from lbp_outcome.measurements._disc_signal import (
    CLIPPED,
    fluid_is_clipped,
    fluid_signal,
    inner_signal,
    shading_remark,
)
from lbp_outcome.measurements._signal import peak_mean
from lbp_outcome.phantoms import AnalyticSpine, Segment
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.units import Unit

BLACK = AnalyticSpine(
    segments=(Segment(), Segment(height_mm=10.0), Segment()),
    tilt_deg=(6.0, 3.0, 2.0),
    signal=(("disc", 220.0), ("csf", 1000.0)),
)


@measurement(
    unit=Unit.SCORE,
    reference="lbp-outcome, for the black disc of doi:10.1007/s00586-023-07602-x",
    needs=("t2",),
    phantom=Example(
        anatomy=BLACK, at=Place(disc=Disc.parse("L4-L5")), value=1.0, tolerance=0.0
    ),
)
def black_disc_proxy_grade(examination: Examination, disc: Disc) -> Remarked:
    """Whether the disc's T2 signal is below 0.40 of the fluid's: 1 yes, 0 no.

    The limit is a proposal, to be fitted to graded scans. Signal falls with age and
    with the echo time in everybody; no table of usual values is at hand that would
    allow a score for age and level. Where the fluid is clipped its brightness is only
    known to be higher: a black disc is then certain, any other is not.

    Raises:
        NotMeasurable: The disc or the canal is not segmented, lies outside the image,
            or the fluid is clipped and the disc not black for certain.
    """
    ratio = peak_mean(inner_signal(examination, disc)) / fluid_signal(examination)
    black = ratio < BLACK_BELOW
    if fluid_is_clipped(examination) and not black:
        raise NotMeasurable(
            f"{CLIPPED.format('the cerebrospinal fluid')}; "
            f"the ratio is at most {ratio:.2f}"
        )
    return Remarked(float(black), shading_remark(examination))
