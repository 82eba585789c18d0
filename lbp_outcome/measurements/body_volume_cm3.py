"""Volume of a vertebral body."""

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.frame import rough_frame
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms.vertebra import COLLAPSED
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.CUBIC_CENTIMETRE,
    reference="lbp-outcome: number of voxels times their volume",
    phantom=Example(
        anatomy=COLLAPSED,
        at=Place(vertebra=Vertebra.L3),
        value=COLLAPSED.bodies[2].volume_mm3 / 1000,
        tolerance=0.6,
    ),
)
def body_volume_cm3(spine: Spine, vertebra: Vertebra) -> float:
    """Volume of a vertebral body without arch and processes [cm3].

    Where the segmentation does not tell the body from its arch, how the pedicles are
    cut through adds or removes some percent.

    Raises:
        NotMeasurable: The body is not segmented, or cut off by the end of the scan.
    """
    rough_frame(spine)  # refuses a doubtful header before anything else
    bone = body(spine, vertebra)
    if bone.is_cut_off:
        raise NotMeasurable(f"{vertebra} lies partly outside the scan")
    return bone.volume_mm3 / 1000
