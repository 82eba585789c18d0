"""Width of a vertebral body."""

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.geometry.body_size import width_of_body_mm
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms.vertebra import COLLAPSED, SIZE_MM
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome: from side to side, half way up",
    phantom=Example(
        anatomy=COLLAPSED,
        at=Place(vertebra=Vertebra.L3),
        value=SIZE_MM[0],
        tolerance=0.8,
    ),
)
def body_width_mm(spine: Spine, vertebra: Vertebra) -> float:
    """Side-to-side size of a vertebral body at its waist [mm].

    Half way between the endplates. In sagittal slices of 4 mm the sides lie between two
    slices, and are taken from the outline of the others: expect an error of 1 mm.

    Raises:
        NotMeasurable: The body is not visible, or reaches the side of the scan.
    """
    return width_of_body_mm(spine, vertebra)
