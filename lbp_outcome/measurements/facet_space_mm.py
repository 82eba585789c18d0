"""Width of a facet joint's space."""

from lbp_outcome.anatomy import Disc, Side
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.facet import facet_joint
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._joint import JOINTED, L4_L5_LEFT
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, for the facet arthrosis of doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=JOINTED, at=L4_L5_LEFT, value=JOINTED.space_mm, tolerance=0.3
    ),
    normal=ReferenceRange(
        low=2.0,
        high=4.0,
        source="lbp-outcome: grade 0 of Weishaupt (1999) as a later table gives it",
    ),
)
def facet_space_mm(spine: Spine, disc: Disc, side: Side) -> float:
    """Distance between the bones of a facet joint, square to the joint [mm].

    The median over the lines of voxels that cross the joint. Cartilage and fluid both
    belong to it: a joint full of fluid is wide, not healthy.

    Raises:
        NotMeasurable: The articular processes are not segmented, or too few lines of
            voxels cross the joint.
    """
    space = facet_joint(spine, disc, side).space_mm
    if space is None:
        raise NotMeasurable("too few lines of voxels cross the facet joint")
    return space
