"""Vertebral bone signal on T2 against the cerebrospinal fluid."""

from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._bone_quality import bone_quality
from lbp_outcome.phantoms.vertebra import COLLAPSED
from lbp_outcome.records import Remarked
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome: median of L1 to L4 over the fluid behind L3, on T2",
    phantom=Example(anatomy=COLLAPSED, value=300.0 / 1000.0, tolerance=0.015),
    needs=("t2",),
)
def vbq_t2_ratio(examination: Examination) -> Remarked:
    """Signal of the bodies of L1 to L4 over that of the fluid behind L3, on T2.

    Not the vertebral bone quality score, which is taken from T1: here the fluid is
    bright, and both numbers and cut-offs differ.
    Ratios of different sequences or scanners do not compare.

    Raises:
        NotMeasurable: Fewer than three of the bodies, or the canal behind L3, are
            segmented and inside the image.
    """
    return bone_quality(examination, "t2")
