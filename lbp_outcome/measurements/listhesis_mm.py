"""Listhesis: how far a vertebra has slipped on the one below."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.corner import posterior_corner
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.endplate import End
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms import AnalyticSpine, Segment
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

SLIPPED = AnalyticSpine(
    segments=(Segment(), Segment(slip_mm=6.0, wedge_deg=5.0), Segment()),
    tilt_deg=(12.0, 2.0, 3.0),
)


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, for the listhesis of doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=SLIPPED, at=Place(disc=Disc.parse("L4-L5")), value=6.0, tolerance=0.4
    ),
)
def listhesis_mm(spine: Spine, disc: Disc) -> float:
    """Slip of the upper vertebra on the lower one [mm], forward slip positive.

    The distance between the posterior-inferior corner of the upper and the
    posterior-superior corner of the lower vertebra, in the midline, along the disc. A
    slip of 3 mm or more is usually called a spondylolisthesis; lying down hides some.

    Raises:
        NotMeasurable: One of the two vertebral bodies is not visible. The sacrum is not
            labelled in SPIDER, so L5-S1 has no value there.
    """
    upper = posterior_corner(spine, disc.upper, End.LOWER)
    lower = posterior_corner(spine, disc.lower, End.UPPER)
    return float((lower - upper) @ disc_frame(spine, disc).posterior)
