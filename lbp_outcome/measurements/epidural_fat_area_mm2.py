"""Area of the fat behind the dural sac."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._epidural_fat import HALF_BAND_MM, fat_behind
from lbp_outcome.phantoms.cauda import FAT_HALF_HEIGHT_MM, CaudaSpine
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.units import Unit

PADDED = CaudaSpine()
PAD_MM2 = PADDED.fat_depth_mm(HALF_BAND_MM) * 2 * FAT_HALF_HEIGHT_MM


@measurement(
    unit=Unit.SQUARE_MILLIMETRE,
    reference="lbp-outcome, for the epidural fat of pmid:26630416",
    phantom=Example(
        anatomy=PADDED,
        at=Place(disc=PADDED.healthy),
        value=PAD_MM2,
        tolerance=0.12 * PAD_MM2,
    ),
)
def epidural_fat_area_mm2(examination: Examination, disc: Disc) -> Remarked:
    """Area of the epidural fat behind the sac, in the midline at the disc [mm2].

    What is bright on both T1 and T2, from the sac backwards to the first dark layer
    (yellow ligament, lamina), within 8 mm of the disc, in the slice near the middle of
    the sac that shows the most, or the mean of the slices within 2 mm of it. Without a
    T1 image, blurred fluid behind the sac may pass for a millimetre of fat.

    Raises:
        NotMeasurable: The canal is not segmented along the disc, or no image shows it.
    """
    fat = fat_behind(examination, disc)
    return Remarked(fat.area_mm2, fat.remark)
