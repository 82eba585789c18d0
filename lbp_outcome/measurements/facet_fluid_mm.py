"""Fluid in a facet joint."""

from lbp_outcome.anatomy import Disc, Side
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._joint import JOINTED, L4_L5_LEFT, joint_fluid_mm
from lbp_outcome.records import Remarked
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, for the facet fluid of doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=JOINTED, at=L4_L5_LEFT, value=JOINTED.fluid_mm, tolerance=0.35
    ),
    normal=ReferenceRange(
        high=1.5,
        source="uncertain: commonly used limit of an effusion",
        uncertain=True,
    ),
)
def facet_fluid_mm(
    examination: Examination, disc: Disc, side: Side
) -> float | Remarked:
    """Width of the bright line of fluid in a facet joint on T2 images [mm].

    The mean signal across the joint, where it exceeds 60 % of that of cerebrospinal
    fluid; lines below about 0.7 mm drown and give 0. Taken from axial images, or else
    from sagittal ones, whose thick slices blur it (remark "sagittal").

    Raises:
        NotMeasurable: The articular processes or the canal are not segmented, or no T2
            image shows the joint.
    """
    found = joint_fluid_mm(examination, disc, side)
    return found.width_mm if found.axial else Remarked(found.width_mm, "sagittal")
