"""Cross-section of the spinal canal between the pedicles of a vertebra."""

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.geometry.canal import canal_sections, sections_behind
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.canal_area_mm2 import HEALTHY_MM2, NARROW
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.SQUARE_MILLIMETRE,
    reference="lbp-outcome, after doi:10.1007/s00330-024-11080-0",
    phantom=Example(
        anatomy=NARROW, at=Place(vertebra=Vertebra.L4), value=HEALTHY_MM2, tolerance=6.0
    ),
)
def canal_pedicle_area_mm2(spine: Spine, vertebra: Vertebra) -> float:
    """Cross-section of the segmented canal behind the middle of a vertebral body [mm2].

    The mean over the middle 6 mm, square to the canal: what the canal measures where no
    disc narrows it. Of a mask that follows the dural sac this is not the bony canal,
    for which the published cut-offs of developmental stenosis hold.

    Raises:
        NotMeasurable: The canal is not segmented behind the vertebra, or the vertebra
            is not.
    """
    behind = sections_behind(spine, vertebra)
    return float(canal_sections(spine).area_mm2[behind].mean())
