"""Mean signal of the narrowed canal against that of fluid."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._csf_at_disc import contents
from lbp_outcome.measurements.csf_fraction import SUNKEN
from lbp_outcome.phantoms.cauda import ROOT_SIGNAL
from lbp_outcome.place import Place
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome, after doi:10.1007/s00330-024-11080-0",
    phantom=Example(
        anatomy=SUNKEN,
        at=Place(disc=SUNKEN.narrow),
        value=SUNKEN.fluid_share + ROOT_SIGNAL * (1 - SUNKEN.fluid_share),
        tolerance=0.05,
    ),
    needs=("t2",),
)
def csf_mean_ratio(examination: Examination, disc: Disc) -> float:
    """Mean T2 signal of the canal where it is narrowest, over that of fluid nearby.

    Unlike the share of bright pixels it needs no threshold, but roots of any brightness
    and blurring at the canal's border pull it down.

    Raises:
        NotMeasurable: The canal is not segmented along the disc, is too narrow to look
            into, or the image does not show it.
    """
    return float(contents(examination, disc)[:, 1].mean())
