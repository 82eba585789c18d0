"""Vertebral bone signal on T1 against the cerebrospinal fluid."""

from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._bone_quality import bone_quality
from lbp_outcome.phantoms.vertebra import COLLAPSED
from lbp_outcome.records import Remarked
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome: median of L1 to L4 over the fluid behind L3, on T1",
    phantom=Example(anatomy=COLLAPSED, value=500.0 / 150.0, tolerance=0.15),
    needs=("t1",),
)
def vbq_t1_ratio(examination: Examination) -> Remarked:
    """Signal of the bodies of L1 to L4 over that of the fluid behind L3, on T1.

    Fat is bright on T1: fatty, thin bone has a high ratio. The original vertebral bone
    quality score, with the bodies and the canal in three dimensions instead of circles
    drawn in one slice. Fluid is dark on T1, so that noise and clipping count.
    Ratios of different sequences or scanners do not compare.

    Raises:
        NotMeasurable: Fewer than three of the bodies, or the canal behind L3, are
            segmented and inside the image.
    """
    return bone_quality(examination, "t1")
