"""How much of the spinal canal's depth a disc takes up."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._canal_at_pedicles import beside_disc
from lbp_outcome.measurements.canal_disc_bulge_mm import BULGING, canal_disc_bulge_mm
from lbp_outcome.measurements.canal_pedicle_ap_mm import canal_pedicle_ap_mm
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome, after doi:10.1007/s00330-024-11080-0",
    phantom=Example(
        anatomy=BULGING,
        at=Place(disc=Disc.parse("L4-L5")),
        value=5.0 / 12.0,
        tolerance=0.06,
    ),
)
def canal_disc_bulge_ratio(spine: Spine, disc: Disc) -> float:
    """Bulge of the disc into the canal over the canal's depth between the pedicles.

    Raises:
        NotMeasurable: The disc, a vertebra beside it or the canal is not segmented.
    """
    depth = beside_disc(spine, disc, canal_pedicle_ap_mm.function)
    if depth <= 0:
        raise NotMeasurable(f"no canal is segmented behind the vertebrae at {disc}")
    return float(canal_disc_bulge_mm.function(spine, disc)) / depth
