"""Lateral listhesis: how far a vertebra has slipped to the side."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.listhesis import left_slip_mm
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms.vertebra import Body, BodyStack
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

ASIDE = BodyStack(bodies=(Body(), Body(), Body(left_mm=6.0), Body(left_mm=6.0)))


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome: middles of the bodies beside the disc, along the disc",
    phantom=Example(
        anatomy=ASIDE, at=Place(disc=Disc.parse("L3-L4")), value=6.0, tolerance=0.5
    ),
)
def listhesis_lateral_mm(spine: Spine, disc: Disc) -> float:
    """Slip of the upper vertebra to the patient's left on the lower one [mm].

    Negative to the right. The distance between the middles of both bodies beside the
    disc, along the disc. Osteophytes on one side only pull the middle by up to a
    millimetre, and so do slices of 4 mm.

    Raises:
        NotMeasurable: One of the two vertebral bodies is not visible.
    """
    return left_slip_mm(spine, disc)
