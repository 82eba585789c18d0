"""Lumbar lordosis without the lowest disc."""

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.geometry.endplate import End
from lbp_outcome.geometry.lordosis import lordosis_deg
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.lumbar_lordosis_deg import CURVED
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.DEGREE,
    reference="lbp-outcome: angle from the upper endplate of L1 to the lower of L5",
    phantom=Example(anatomy=CURVED, value=32.0, tolerance=1.0),
)
def lumbar_lordosis_l1_l5_deg(spine: Spine) -> float:
    """Angle from the upper endplate of L1 to the lower endplate of L5 [deg].

    In the sagittal plane. Needs no sacrum, and leaves out the disc L5-S1, which often
    gives a quarter of the lordosis: not the angle from L1 to S1.

    Raises:
        NotMeasurable: One of the endplates is not visible.
    """
    return lordosis_deg(spine, (Vertebra.L1, End.UPPER), (Vertebra.L5, End.LOWER))
