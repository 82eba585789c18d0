"""Disc wedging."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.endplate import facing_endplates
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms import AnalyticSpine, Segment
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

WEDGED = AnalyticSpine(
    segments=(Segment(wedge_deg=6.0), Segment(wedge_deg=11.0), Segment()),
    tilt_deg=(15.0, 2.0, -3.0),
)


@measurement(
    unit=Unit.DEGREE,
    reference="lbp-outcome, endplate angles after doi:10.1007/s00330-024-10616-8",
    phantom=Example(
        anatomy=WEDGED, at=Place(disc=Disc.parse("L4-L5")), value=11.0, tolerance=0.7
    ),
)
def disc_wedge_deg(spine: Spine, disc: Disc) -> float:
    """Angle between the facing endplates in the sagittal plane [deg].

    Positive where the disc is open to the front (lordotic).

    Raises:
        NotMeasurable: An endplate is not visible.
    """
    upper, lower = facing_endplates(spine, disc)
    frame = disc_frame(spine, disc)
    above = frame.sagittal_deg(upper.plane.normal)
    return above - frame.sagittal_deg(lower.plane.normal)
