"""Size of the processes of a facet joint against that of the body."""

from lbp_outcome.anatomy import Disc, Side
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.facet import processes_thickness_mm
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._joint import JOINTED, L4_L5_LEFT
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome, for the facet hypertrophy of "
    "doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=JOINTED, at=L4_L5_LEFT, value=JOINTED.thickness_ratio, tolerance=0.03
    ),
)
def facet_hypertrophy_ratio(spine: Spine, disc: Disc, side: Side) -> float:
    """Thickness of both articular processes over the size of the vertebral body above.

    The size is the edge of a cube with the body's volume, so that tall and small people
    compare. Large values mean thick processes; there is no published norm.

    Raises:
        NotMeasurable: A process or the body is not segmented.
    """
    thick = processes_thickness_mm(spine, disc, side)
    return float(thick / body(spine, disc.upper).volume_mm3 ** (1 / 3))
