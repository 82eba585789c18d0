"""Area of a muscle against the area of the disc."""

import math

from lbp_outcome.anatomy import Disc, Muscle
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.muscle_section import Scans, both_sides
from lbp_outcome.geometry.plane import Plane
from lbp_outcome.geometry.plane_cut import cut_by
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms.muscles import MUSCLES
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

DISC_CM2 = math.pi / 400 * MUSCLES.spine.body_mm[0] * MUSCLES.spine.body_mm[1]
RATIO = (MUSCLES.cylinders[0].area_cm2 + MUSCLES.cylinders[1].area_cm2) / DISC_CM2


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome: relative cross-sectional area",
    phantom=Example(
        anatomy=MUSCLES,
        at=Place(disc=Disc.parse("L4-L5"), muscle=MUSCLES.cylinders[0].muscle),
        value=RATIO,
        tolerance=0.04 * RATIO,
    ),
)
def muscle_area_to_disc_ratio(
    spine: Spine, muscles: Scans, disc: Disc, muscle: Muscle
) -> Remarked:
    """Areas of the left and the right muscle together over the area of the disc.

    Makes muscles of tall and short people comparable. Each muscle is measured square to
    its own axis, the disc half way between its endplates. Elsewhere the ratio may be
    that of one side, or to the vertebral body.

    Raises:
        NotMeasurable: The disc is not segmented or cut off, or no series shows the
            muscle of both sides whole.
    """
    both = both_sides(spine, muscles, disc, muscle)
    muscle_cm2 = sum(section.area_cm2 for section in both)
    return Remarked(muscle_cm2 / _disc_cm2(spine, disc), both[0].remark)


def _disc_cm2(spine: Spine, disc: Disc) -> float:
    if disc not in spine.discs:
        raise NotMeasurable(f"disc {disc} is not segmented")
    frame = disc_frame(spine, disc)
    cut = cut_by(spine.discs[disc], Plane(frame.origin, frame.superior))
    if cut is None or spine.discs[disc].is_cut_off:
        raise NotMeasurable(f"the scan does not show the whole disc {disc}")
    return cut.area_mm2 / 100
