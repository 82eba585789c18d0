"""Lordosis of one segment: a vertebral body and the disc below it."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.endplate import End
from lbp_outcome.geometry.lordosis import lordosis_deg
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.lumbar_lordosis_deg import CURVED
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.DEGREE,
    reference="lbp-outcome: Cobb angle from upper endplate to upper endplate",
    phantom=Example(
        anatomy=CURVED, at=Place(disc=Disc.parse("L4-L5")), value=11.0, tolerance=1.0
    ),
)
def segmental_lordosis_deg(spine: Spine, disc: Disc) -> float:
    """Angle between the upper endplates of the vertebrae above and below a disc [deg].

    In the sagittal plane, open to the front of the disc positive. The wedge of the
    upper body counts as well as that of the disc (for the disc alone see
    `disc_wedge_deg`), so that the segments of L1 to S1 add up to the lumbar lordosis.
    Surgeons also measure down to the lower endplate of the lower vertebra, which counts
    its body too.

    Raises:
        NotMeasurable: One of the endplates is not visible.
    """
    return lordosis_deg(spine, (disc.upper, End.UPPER), (disc.lower, End.UPPER))
