"""How likely central stenosis is severe, by the area of the sac."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._lee_proxy import chance_of
from lbp_outcome.measurements.canal_area_mm2 import (
    NARROW,
    NARROW_MM2,
    canal_area_mm2,
)
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

SEVERE = 3


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome, cut-offs of PMC5728944, for doi:10.1007/s00330-024-11080-0",
    phantom=Example(
        anatomy=NARROW,
        at=Place(disc=Disc.parse("L4-L5")),
        value=chance_of(SEVERE, NARROW_MM2),
        tolerance=0.03,
    ),
)
def stenosis_severe_probability(spine: Spine, disc: Disc) -> float:
    """Probability that the stenosis at the disc is severe (estimate of Lee's grade 3).

    An even chance at 75 mm2, as steep as published areas of patients and controls are
    spread. From the area of the sac alone, and not calibrated on readers' grades.

    Raises:
        NotMeasurable: The canal is not segmented all along the disc.
    """
    return chance_of(SEVERE, float(canal_area_mm2.function(spine, disc)))
