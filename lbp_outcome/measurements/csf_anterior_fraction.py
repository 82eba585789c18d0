"""How much of the front of the narrowed canal is filled with fluid."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._csf_at_disc import BRIGHT, contents
from lbp_outcome.measurements.csf_fraction import SUNKEN
from lbp_outcome.place import Place
from lbp_outcome.units import Unit

FRONT_SHARE = 0.4
"""The front of the canal, from its front wall on."""


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome, after doi:10.1007/s00330-024-11080-0",
    phantom=Example(
        anatomy=SUNKEN, at=Place(disc=SUNKEN.narrow), value=1.0, tolerance=0.06
    ),
    needs=("t2",),
)
def csf_anterior_fraction(examination: Examination, disc: Disc) -> float:
    """Share of the front of the canal, where narrowest, that is as bright as fluid.

    Lee's grades of stenosis rest on the fluid in front of the roots: none to see in
    grade 1 and above. In people lying on their back, roots sink to the back of the sac.

    Raises:
        NotMeasurable: The canal is not segmented along the disc, is too narrow to look
            into, or the image does not show it.
    """
    place, signal = contents(examination, disc).T
    front = place <= FRONT_SHARE
    if not front.any():
        raise NotMeasurable(f"the canal at {disc} is too narrow to look into")
    return float((signal[front] > BRIGHT).mean())
