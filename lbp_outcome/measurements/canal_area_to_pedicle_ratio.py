"""Area of the canal at a disc, over that between the pedicles."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._canal_at_pedicles import beside_disc
from lbp_outcome.measurements.canal_area_mm2 import (
    HEALTHY_MM2,
    NARROW,
    NARROW_MM2,
    canal_area_mm2,
)
from lbp_outcome.measurements.canal_pedicle_area_mm2 import canal_pedicle_area_mm2
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome, after doi:10.1007/s00330-024-11080-0",
    phantom=Example(
        anatomy=NARROW,
        at=Place(disc=Disc.parse("L4-L5")),
        value=NARROW_MM2 / HEALTHY_MM2,
        tolerance=0.03,
    ),
)
def canal_area_to_pedicle_ratio(spine: Spine, disc: Disc) -> float:
    """Area of the canal at the disc over its mean between the pedicles beside it.

    A ratio within one patient: it does not count a small person's canal as narrow. At
    L5-S1 only L5 is compared, because the dural sac tapers behind the sacrum.

    Raises:
        NotMeasurable: The canal is not segmented along the disc, or behind neither
            vertebra beside it.
    """
    free = beside_disc(spine, disc, canal_pedicle_area_mm2.function)
    if free <= 0:
        raise NotMeasurable(f"no canal is segmented behind the vertebrae at {disc}")
    return float(canal_area_mm2.function(spine, disc)) / free
