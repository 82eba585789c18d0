"""Disc height."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.disc_heights import mean_height_mm
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms import AnalyticSpine, Segment
from lbp_outcome.place import Place
from lbp_outcome.reference_range import ReferenceRange
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
    normal=ReferenceRange(
        source="95 % of young adults without complaints, in Asia; measured in the "
        "midline, not over the whole disc; pmid:29433530",
        by_level={
            "L1-L2": (6.25, 10.99),
            "L2-L3": (6.97, 12.08),
            "L3-L4": (7.42, 13.3),
            "L4-L5": (7.76, 14.57),
            "L5-S1": (7.11, 13.12),
        },
    ),
)
def disc_height_mm(spine: Spine, disc: Disc) -> float:
    """Mean distance between the facing endplates over their overlap [mm].

    Measured between the bony endplates, so that unlabelled cartilage counts as disc;
    where a vertebra is not segmented, from the disc's own surface.

    Raises:
        NotMeasurable: An endplate is not visible.
    """
    return mean_height_mm(spine, disc)
