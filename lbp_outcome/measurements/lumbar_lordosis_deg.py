"""Lumbar lordosis."""

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.geometry.endplate import End
from lbp_outcome.geometry.lordosis import lordosis_deg
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms import AnalyticSpine, Segment
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

CURVED = AnalyticSpine(
    segments=tuple(Segment(wedge_deg=wedge) for wedge in (14.0, 11.0, 9.0, 7.0, 5.0)),
    tilt_deg=(22.0, 2.0, 0.0),
)


@measurement(
    unit=Unit.DEGREE,
    reference="lbp-outcome: Cobb angle from the upper endplate of L1 to that of S1",
    phantom=Example(anatomy=CURVED, value=46.0, tolerance=1.0),
)
def lumbar_lordosis_deg(spine: Spine) -> float:
    """Angle between the upper endplates of L1 and S1 in the sagittal plane [deg].

    The lower side of the lowest disc stands in for S1 where the sacrum is not
    segmented. Lying down flattens the lordosis: not comparable with standing X-rays.

    Raises:
        NotMeasurable: One of the endplates is not visible.
    """
    return lordosis_deg(spine, (Vertebra.L1, End.UPPER), (Vertebra.S1, End.UPPER))
