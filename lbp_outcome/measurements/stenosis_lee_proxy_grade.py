"""A grade of central canal stenosis after Lee, estimated from the sac's area."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._lee_proxy import chance_of, grade
from lbp_outcome.measurements.canal_area_mm2 import NARROW, canal_area_mm2
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

MODERATE = 2


@measurement(
    unit=Unit.SCORE,
    reference="lbp-outcome, cut-offs of PMC5728944, for doi:10.1007/s00330-024-11080-0",
    phantom=Example(
        anatomy=NARROW, at=Place(disc=Disc.parse("L4-L5")), value=3.0, tolerance=0.01
    ),
)
def stenosis_lee_proxy_grade(spine: Spine, disc: Disc) -> Remarked:
    """Estimate of Lee's grade of central stenosis, 0 (none) to 3 (severe).

    From the smallest sagittal cross-section of the dural sac alone: below 111 mm2 grade
    1, below 100 grade 2, below 75 grade 3, with the probability that published spreads
    give. Not a reader's grade: it was not fitted to any, and it does not look at the
    roots. Wrong for masks of the bony canal, which is wider.

    Raises:
        NotMeasurable: The canal is not segmented all along the disc.
    """
    area = float(canal_area_mm2.function(spine, disc))
    chance = chance_of(MODERATE, area)
    return Remarked(float(grade(area)), f"probability of grade >= 2: {chance:.2f}")
