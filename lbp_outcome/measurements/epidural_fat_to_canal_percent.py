"""How much of the canal's depth epidural fat takes up."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.canal import canal_sections, sections_at
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._epidural_fat import (
    HALF_BAND_MM,
    fat_before,
    fat_behind,
)
from lbp_outcome.measurements.epidural_fat_area_mm2 import PADDED
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.units import Unit

PAD_MM = PADDED.fat_depth_mm(HALF_BAND_MM)
PAD_SHARE = 16 / 17
"""The pad ends at the border of the slab of 17 sections."""

PERCENT = 100 * PAD_SHARE * PAD_MM / (PAD_SHARE * PAD_MM + 12.0)


@measurement(
    unit=Unit.PERCENT,
    reference="lbp-outcome, after the index EF/SpiC of Borre 2003",
    phantom=Example(
        anatomy=PADDED, at=Place(disc=PADDED.healthy), value=PERCENT, tolerance=3.0
    ),
    normal=ReferenceRange(
        source="Borre 2003, quoted from memory, at L5-S1; uncertain",
        by_level={"L5-S1": (0.0, 40.0)},
        uncertain=True,
    ),
)
def epidural_fat_to_canal_percent(examination: Examination, disc: Disc) -> Remarked:
    """Depth of epidural fat before and behind the sac, over fat and sac together [%].

    Mean depths in the midline within 8 mm of the disc. Meant for L5-S1, where too much
    fat (lipomatosis) squeezes the sac: its published grades are 41-50, 51-74 and 75 %
    and more (uncertain, quoted from memory).

    Raises:
        NotMeasurable: The canal is not segmented along the disc, or no image shows it.
    """
    behind, before = fat_behind(examination, disc), fat_before(examination, disc)
    rows = sections_at(examination.spine, disc)
    sac = float(canal_sections(examination.spine).depth_mm[rows].mean())
    fat = float((behind.depth_mm + before.depth_mm).mean())
    if fat + sac <= 0:
        raise NotMeasurable(f"no canal is segmented at {disc}")
    return Remarked(100 * fat / (fat + sac), behind.remark)
