"""Volume of a muscle along the lower lumbar spine."""

import math

from lbp_outcome.anatomy import Muscle, Side
from lbp_outcome.geometry.muscle_range import muscle_range
from lbp_outcome.geometry.muscle_section import Scans
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms.muscles import MUSCLES
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

CYLINDER, FRAMES = MUSCLES.cylinders[0], MUSCLES.spine.frames
LENGTH_CM = float(FRAMES[-1].centre[2] - FRAMES[0].centre[2]) / 10
VOLUME_CM3 = (
    CYLINDER.area_cm2 * LENGTH_CM / math.cos(math.radians(CYLINDER.lean_deg[0]))
)


@measurement(
    unit=Unit.CUBIC_CENTIMETRE,
    reference="lbp-outcome",
    phantom=Example(
        anatomy=MUSCLES,
        at=Place(muscle=CYLINDER.muscle, side=CYLINDER.side),
        value=VOLUME_CM3,
        tolerance=0.02 * VOLUME_CM3,
    ),
)
def muscle_volume_cm3(
    spine: Spine, muscles: Scans, muscle: Muscle, side: Side
) -> Remarked:
    """Volume of a muscle from the third lowest lumbar disc to the lowest [cm3].

    The ends lie in the middle of these discs, square to the long axis of the spine: the
    range that axial blocks usually cover, the same for everybody, not the whole muscle.
    Fat within the muscle counts. Separate axial stacks do not show it.

    Raises:
        NotMeasurable: One of the discs is not visible, or no series shows the whole
            range.
    """
    found = muscle_range(spine, muscles, muscle, side)
    return Remarked(found.volume_cm3, found.remark)
