"""Narrowing of a neural foramen, after the grades of Lee."""

from lbp_outcome.anatomy import Disc, Side
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.foramen import foramen
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._foraminal_fat import foraminal_fat
from lbp_outcome.measurements._joint import JOINTED, L4_L5_LEFT
from lbp_outcome.units import Unit

SOUND_FAT, LITTLE_FAT = 0.6, 0.4
"""Shares of fat below which fat is lost, and most of it is; set on simulated spines."""

LOW_MM = 15.0
"""Below this height a root is likely compressed (Hasegawa 1995) [mm]."""


@measurement(
    unit=Unit.SCORE,
    reference="lbp-outcome, for the foraminal stenosis of "
    "doi:10.1007/s00586-023-07602-x",
    phantom=Example(anatomy=JOINTED, at=L4_L5_LEFT, value=1.0, tolerance=0.1),
    needs=("t1",),
)
def foraminal_stenosis_proxy_grade(
    examination: Examination, disc: Disc, side: Side
) -> float:
    """Lee-like grade of a neural foramen, 0 to 3, from its fat and its height.

    0 where fat fills 60 % or more. Otherwise 1, and one more each if fat fills less
    than 40 % and if the pedicles are less than 15 mm apart. A proxy: it does not look
    at the nerve. The shares were set on 27 simulated spines (weighted kappa 0.77 with
    the simulated grade; 0.87 on nine others), not on readers: uncertain in patients.

    Raises:
        NotMeasurable: The foramen or its fat cannot be measured.
    """
    fat = foraminal_fat(examination, disc, side)
    if fat >= SOUND_FAT:
        return 0.0
    low = foramen(examination.spine, disc, side).height_mm < LOW_MM
    return float(1 + (fat < LITTLE_FAT) + low)
