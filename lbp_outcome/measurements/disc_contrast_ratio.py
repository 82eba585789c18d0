"""Contrast between nucleus and annulus."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._disc_signal import (
    fluid_ratio,
    inner_signal,
    rim_signal,
    shading_remark,
)
from lbp_outcome.measurements._first_order import median
from lbp_outcome.phantoms.patterned_discs import PATTERNED, RINGED
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome: distinction of nucleus and annulus in the grades of "
    "doi:10.1097/00007632-200109010-00011",
    needs=("t2",),
    phantom=Example(
        anatomy=PATTERNED,
        at=Place(disc=RINGED.disc),
        value=RINGED.contrast,
        tolerance=0.02,
    ),
)
def disc_contrast_ratio(examination: Examination, disc: Disc) -> Remarked:
    """Median T2 signal of the inner disc less that of its outer annulus, over fluid.

    The inner disc is the middle 60 % of its footprint, the annulus what lies beyond
    75 %; the outermost voxels are left out. Near 0 where nucleus and annulus cannot be
    told apart.

    Raises:
        NotMeasurable: The disc or the canal is not segmented, lies outside the image,
            or the fluid is clipped.
    """
    inner = median(inner_signal(examination, disc))
    rim = median(rim_signal(examination, disc))
    ratio = fluid_ratio(examination, inner - rim)
    return Remarked(ratio, shading_remark(examination))
