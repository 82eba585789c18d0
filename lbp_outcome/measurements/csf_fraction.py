"""How much of the narrowed canal is filled with fluid."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._csf_at_disc import BRIGHT, contents
from lbp_outcome.phantoms.cauda import CaudaSpine
from lbp_outcome.place import Place
from lbp_outcome.units import Unit

SUNKEN = CaudaSpine()


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome, after doi:10.1007/s00330-024-11080-0",
    phantom=Example(
        anatomy=SUNKEN,
        at=Place(disc=SUNKEN.narrow),
        value=SUNKEN.fluid_share,
        tolerance=0.06,
    ),
    needs=("t2",),
)
def csf_fraction(examination: Examination, disc: Disc) -> float:
    """Share of the canal where it is narrowest at the disc that is as bright as fluid.

    Bright means more than 0.7 of the T2 signal of the fluid nearby. A healthy canal
    holds mostly fluid; in severe stenosis roots fill it and the share falls to zero.

    Raises:
        NotMeasurable: The canal is not segmented along the disc, is too narrow to look
            into, or the image does not show it.
    """
    return float((contents(examination, disc)[:, 1] > BRIGHT).mean())
