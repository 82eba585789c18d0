"""Depth of the fat behind the dural sac."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._epidural_fat import HALF_BAND_MM, fat_behind
from lbp_outcome.measurements.epidural_fat_area_mm2 import PADDED
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, for the epidural fat of pmid:26630416",
    phantom=Example(
        anatomy=PADDED,
        at=Place(disc=PADDED.healthy),
        value=PADDED.fat_depth_mm(HALF_BAND_MM),
        tolerance=0.7,
    ),
)
def epidural_fat_depth_mm(examination: Examination, disc: Disc) -> Remarked:
    """Largest depth of the epidural fat behind the sac, in the midline [mm].

    Raises:
        NotMeasurable: The canal is not segmented along the disc, or no image shows it.
    """
    fat = fat_behind(examination, disc)
    return Remarked(fat.deepest_mm, fat.remark)
