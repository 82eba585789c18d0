"""Lower lumbar lordosis."""

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.geometry.endplate import End
from lbp_outcome.geometry.lordosis import lordosis_deg
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.lumbar_lordosis_deg import CURVED
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.DEGREE,
    reference="lbp-outcome: Cobb angle from the upper endplate of L4 to that of S1",
    phantom=Example(anatomy=CURVED, value=25.0, tolerance=1.0),
)
def lumbar_lordosis_l4_s1_deg(spine: Spine) -> float:
    """Angle between the upper endplates of L4 and S1 in the sagittal plane [deg].

    The lower side of the lowest disc stands in for S1 where the sacrum is not
    segmented. Lying down flattens the lordosis: not comparable with standing X-rays.

    Raises:
        NotMeasurable: One of the endplates is not visible.
    """
    return lordosis_deg(spine, (Vertebra.L4, End.UPPER), (Vertebra.S1, End.UPPER))
