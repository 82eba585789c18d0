"""Disc height."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.endplate import facing_endplates, mean_gap_mm
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms import AnalyticSpine, Segment
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

TILTED = AnalyticSpine(
    segments=(Segment(), Segment(height_mm=8.3, wedge_deg=9.0), Segment()),
    tilt_deg=(12.0, 3.0, 4.0),
)


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, for the disc narrowing of doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=TILTED, at=Place(disc=Disc.parse("L4-L5")), value=8.3, tolerance=0.2
    ),
)
def disc_height_mm(spine: Spine, disc: Disc) -> float:
    """Mean distance between the facing endplates over their overlap [mm].

    Measured between the bony endplates, so that unlabelled cartilage counts as disc;
    where a vertebra is not segmented, from the disc's own surface.

    Raises:
        NotMeasurable: An endplate is not visible.
    """
    upper, lower = facing_endplates(spine, disc)
    return mean_gap_mm(upper, lower, disc_frame(spine, disc))
