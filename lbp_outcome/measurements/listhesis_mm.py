"""Listhesis: how far a vertebra has slipped on the one below."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.listhesis import forward_slip_mm
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms import AnalyticSpine, Segment
from lbp_outcome.place import Place
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

SLIPPED = AnalyticSpine(
    segments=(Segment(), Segment(slip_mm=6.0, wedge_deg=5.0), Segment()),
    tilt_deg=(12.0, 2.0, 3.0),
)

USUAL = ReferenceRange(
    source="a slip of 3 mm counts (uncertain); lbp-outcome: 32 discs without a slip in "
    "six real examinations ranged from -3.6 to 1.3 mm",
    low=-4.0,
    high=3.0,
    uncertain=True,
)


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, for the listhesis of doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=SLIPPED, at=Place(disc=Disc.parse("L4-L5")), value=6.0, tolerance=0.4
    ),
    normal=USUAL,
)
def listhesis_mm(spine: Spine, disc: Disc) -> float:
    """Slip of the upper vertebra on the lower one [mm], forward slip positive.

    The distance between the posterior-inferior corner of the upper and the
    posterior-superior corner of the lower vertebra, in the midline, along the disc:
    across the axis that halves the angle between the endplates. A slip of 3 mm or more
    is usually called a spondylolisthesis; lying down hides some.

    Zero is not the middle of the usual range. Lumbar endplates are not quite square to
    the column, so that a vertebra stands a little behind the one below, in front as
    well as at its back: 1 mm at L1-L2, 2 mm at L2-L4 and 3 mm below, with a spread of 1
    mm, in six real examinations. A backward slip is one beyond that.

    Raises:
        NotMeasurable: One of the two vertebral bodies is not visible. The sacrum is not
            labelled in SPIDER, so L5-S1 has no value there.
    """
    return forward_slip_mm(spine, disc)
