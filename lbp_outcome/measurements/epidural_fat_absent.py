"""Whether there is no fat behind the dural sac."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._epidural_fat import fat_behind
from lbp_outcome.measurements.epidural_fat_area_mm2 import PADDED
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.units import Unit

LEAST_MM2 = 6.0
"""Less than this is blur at the sac's border, not fat [mm2, lbp-outcome]."""


@measurement(
    unit=Unit.SCORE,
    reference="lbp-outcome, for the absent epidural fat of pmid:26630416",
    phantom=Example(
        anatomy=PADDED, at=Place(disc=PADDED.narrow), value=1.0, tolerance=0.01
    ),
)
def epidural_fat_absent(examination: Examination, disc: Disc) -> Remarked:
    """Whether no epidural fat is left behind the sac at the disc: 1 if absent, else 0.

    Absent means less than 6 mm2 in the midline, our own threshold. Among patients
    operated for stenosis, absent fat went with recovery; that is an association.

    Raises:
        NotMeasurable: The canal is not segmented along the disc, or no image shows it.
    """
    fat = fat_behind(examination, disc)
    return Remarked(float(fat.area_mm2 < LEAST_MM2), fat.remark)
