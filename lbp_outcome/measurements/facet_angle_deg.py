"""Orientation of a facet joint."""

from lbp_outcome.anatomy import Disc, Side
from lbp_outcome.geometry.facet import facet_joint
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._joint import JOINTED, L4_L5_LEFT
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.DEGREE,
    reference="lbp-outcome, for the facet angle of doi:10.1007/s00586-023-07602-x",
    phantom=Example(anatomy=JOINTED, at=L4_L5_LEFT, value=45.0, tolerance=1.5),
)
def facet_angle_deg(spine: Spine, disc: Disc, side: Side) -> float:
    """Angle between a facet joint and the sagittal plane of its disc [deg].

    0 is sagittal, 90 coronal. On simulated spines with 4 mm sagittal slices the mean
    error was 2.3 degrees, and 3.2 where two slices show one process but only one the
    other. One joint in ten, steep and high up, is seen in a single slice and has none.

    Raises:
        NotMeasurable: The articular processes are not segmented (SPIDER does not tell
            them apart), or both face in a single slice.
    """
    return facet_joint(spine, disc, side).angle_deg
