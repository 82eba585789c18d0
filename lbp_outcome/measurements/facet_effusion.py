"""Whether a facet joint holds more fluid than usual."""

from lbp_outcome.anatomy import Disc, Side
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._joint import JOINTED, L4_L5_LEFT, joint_fluid_mm
from lbp_outcome.records import Remarked
from lbp_outcome.units import Unit

EFFUSION_MM = 1.5
"""Fluid of this width or more is called an effusion; a common but uncertain limit."""


@measurement(
    unit=Unit.SCORE,
    reference="lbp-outcome, for the facet fluid of doi:10.1007/s00586-023-07602-x",
    phantom=Example(anatomy=JOINTED, at=L4_L5_LEFT, value=1.0, tolerance=0.1),
)
def facet_effusion(
    examination: Examination, disc: Disc, side: Side
) -> float | Remarked:
    """Whether the fluid in a facet joint is 1.5 mm wide or more: 1 yes, 0 no.

    Raises:
        NotMeasurable: The fluid cannot be measured.
    """
    found = joint_fluid_mm(examination, disc, side)
    flag = float(found.width_mm >= EFFUSION_MM)
    return flag if found.axial else Remarked(flag, "sagittal")
