"""Width of the spinal canal at a disc."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.canal import canal_sections, narrowest
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.canal_area_mm2 import NARROW
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, after doi:10.1007/s00330-024-11080-0",
    phantom=Example(
        anatomy=NARROW, at=Place(disc=Disc.parse("L4-L5")), value=13.0, tolerance=0.6
    ),
)
def canal_width_mm(spine: Spine, disc: Disc) -> float:
    """Width of the segmented canal where its section at the disc is smallest [mm].

    From thick sagittal slices the ends of the outline are prolonged from its chords;
    with 4 mm slices this errs by up to a millimetre, more if only two slices meet it.

    Raises:
        NotMeasurable: The canal is not segmented all along the disc.
    """
    return float(canal_sections(spine).width_mm[narrowest(spine, disc)])
