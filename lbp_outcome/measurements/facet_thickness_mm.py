"""Thickness of the processes of a facet joint."""

from lbp_outcome.anatomy import Disc, Side
from lbp_outcome.geometry.facet import processes_thickness_mm
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._joint import JOINTED, L4_L5_LEFT
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, for the facet hypertrophy of "
    "doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=JOINTED, at=L4_L5_LEFT, value=sum(JOINTED.thick_mm), tolerance=0.9
    ),
)
def facet_thickness_mm(spine: Spine, disc: Disc, side: Side) -> float:
    """Thickness of both articular processes together, square to the joint [mm].

    From the joint to where 95 % of each process lies. Where a process ends and the arch
    begins is up to the segmentation; compare scans segmented alike.

    Raises:
        NotMeasurable: A process is not segmented; the sacrum's own ones never are.
    """
    return processes_thickness_mm(spine, disc, side)
