"""Difference in size between the left and the right muscle at a disc."""

from lbp_outcome.anatomy import Disc, Muscle
from lbp_outcome.geometry.muscle_section import Scans, both_sides
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms.muscles import MUSCLES
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

BOTH = tuple(muscle.area_cm2 for muscle in MUSCLES.cylinders[:2])
DIFFERENCE = 100 * (1 - min(BOTH) / max(BOTH))


@measurement(
    unit=Unit.PERCENT,
    reference="lbp-outcome: 100 |left - right| / larger",
    phantom=Example(
        anatomy=MUSCLES,
        at=Place(disc=Disc.parse("L4-L5"), muscle=MUSCLES.cylinders[0].muscle),
        value=DIFFERENCE,
        tolerance=2.0,
    ),
    normal=ReferenceRange(
        source="uncertain: more than 10 % is commonly called notable",
        high=10.0,
        uncertain=True,
    ),
)
def muscle_asymmetry_percent(
    spine: Spine, muscles: Scans, disc: Disc, muscle: Muscle
) -> Remarked:
    """Difference between the left and the right area over the larger, at a disc [%].

    Both sides are taken from the same series. The remark names the smaller side.

    Raises:
        NotMeasurable: The disc is not visible, or no series shows the muscle of both
            sides whole.
    """
    left, right = both_sides(spine, muscles, disc, muscle)
    areas = left.area_cm2, right.area_cm2
    smaller = "left" if areas[0] < areas[1] else "right"
    return Remarked(
        100 * (max(areas) - min(areas)) / max(areas),
        f"the {smaller} one is smaller; {left.remark}",
    )
