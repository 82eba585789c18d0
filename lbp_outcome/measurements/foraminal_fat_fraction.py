"""Share of fat in a neural foramen."""

from lbp_outcome.anatomy import Disc, Side
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._foraminal_fat import foraminal_fat
from lbp_outcome.measurements._joint import JOINTED, L4_L5_LEFT
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome, for the foraminal stenosis of "
    "doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=JOINTED, at=L4_L5_LEFT, value=JOINTED.fat_share, tolerance=0.05
    ),
    needs=("t1",),
)
def foraminal_fat_fraction(examination: Examination, disc: Disc, side: Side) -> float:
    """Share of a neural foramen that is bright like fat on the T1 image, 0 to 1.

    Fat is what is nearer to the patient's brightest foraminal tissue than to the discs.
    The nerve takes up some room, so that sound foramina do not reach 1. A patient
    without fat in any foramen would seem to have some.

    Raises:
        NotMeasurable: The foramen or the discs are not visible, or lie outside the
            image.
    """
    return foraminal_fat(examination, disc, side)
