"""Signal of a disc against the cerebrospinal fluid."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._disc_signal import (
    fluid_ratio,
    inner_signal,
    shading_remark,
)
from lbp_outcome.measurements._signal import peak_mean
from lbp_outcome.phantoms import AnalyticSpine, Segment
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.units import Unit

GREY = AnalyticSpine(
    segments=(Segment(), Segment(height_mm=10.0), Segment()),
    tilt_deg=(10.0, 0.0, 4.0),
    signal=(("disc", 380.0), ("csf", 1000.0)),
)


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome: signal ratio for the grades of "
    "doi:10.1097/00007632-200109010-00011",
    needs=("t2",),
    phantom=Example(
        anatomy=GREY, at=Place(disc=Disc.parse("L4-L5")), value=0.38, tolerance=0.02
    ),
)
def disc_csf_signal_ratio(examination: Examination, disc: Disc) -> Remarked:
    """Typical T2 signal of the inner disc over that of the cerebrospinal fluid.

    Both are the mean around the most frequent value, after the coil's shading was taken
    out; the inner disc is the middle 60 % of its footprint, the fluid that of the
    widest piece of the lumbar canal. Low values mean a dark, degenerated disc. Echo
    time matters: ratios of different protocols are not comparable.

    Raises:
        NotMeasurable: The disc or the canal is not segmented, lies outside the image,
            or the fluid is clipped as in the public SPIDER images; the message then
            gives the upper bound.
    """
    inner = peak_mean(inner_signal(examination, disc))
    return Remarked(fluid_ratio(examination, inner), shading_remark(examination))
