"""Coronal Cobb angle."""

from lbp_outcome.geometry.scoliosis import largest_curve
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms import AnalyticSpine, Segment
from lbp_outcome.records import Remarked
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

SCOLIOTIC = AnalyticSpine(
    segments=tuple(Segment(coronal_deg=lean) for lean in (6.0, 7.0, 5.0, -4.0)),
    tilt_deg=(8.0, 9.0, 0.0),
)


@measurement(
    unit=Unit.DEGREE,
    reference="doi:10.1007/s00330-024-10616-8",
    phantom=Example(anatomy=SCOLIOTIC, value=12.0, tolerance=1.0),
    normal=ReferenceRange(
        source="more than 10 degrees is called a scoliosis (uncertain)",
        high=10.0,
        uncertain=True,
    ),
)
def cobb_deg(spine: Spine) -> Remarked:
    """Largest angle between two endplates in the coronal plane [deg].

    Taken between the upper endplate of one vertebra and the lower endplate of a
    vertebra below it, over all pairs; the remark names both, the apex and the side of
    the convexity. The largest of many noisy angles is never zero: expect 1 to 2 degrees
    in a straight spine. Lying down straightens a curve: not comparable with standing
    X-rays.

    Raises:
        NotMeasurable: Fewer than two vertebrae show the endplates it needs.
    """
    curve = largest_curve(spine)
    return Remarked(curve.angle_deg, str(curve))
