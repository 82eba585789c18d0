"""Largest bulge of a disc."""

import numpy as np

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.disc_outline import ANGLES_DEG, disc_outline
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._bulge import HERNIATED, require_seen, toward
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

NOTHING_MM = 0.05


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, for the disc bulging of doi:10.1016/j.spinee.2014.04.022",
    phantom=Example(
        anatomy=HERNIATED, at=Place(disc=HERNIATED.disc), value=6.0, tolerance=0.35
    ),
    normal=ReferenceRange(
        high=2.0, source="planning sheet 1.3, from memory; uncertain", uncertain=True
    ),
)
def disc_bulge_max_mm(spine: Spine, disc: Disc) -> Remarked:
    """Largest distance that the disc stands out beyond its endplates [mm].

    The remark says where, as on the face of a clock in an axial image: 12 in front, 3
    on the patient's left, 6 behind. Between thick slices a narrow protrusion is seen
    up to 0.8 mm too low.

    Raises:
        NotMeasurable: The disc or its endplates are not segmented, or lie outside the
            scan.
    """
    outline = disc_outline(spine, disc)
    require_seen(outline, toward(0.0, 180.0), disc)
    beyond = np.where(outline.seen, np.maximum(outline.beyond, 0), 0.0)
    largest = float(beyond.max())
    if largest < NOTHING_MM:
        return Remarked(largest, outline.remark or "nowhere beyond its endplates")
    where = f"at {clock(float(ANGLES_DEG[int(beyond.argmax())]))} o'clock"
    return Remarked(largest, "; ".join(filter(None, (where, outline.remark))))


def clock(angle_deg: float) -> int:
    """Return the hour of a direction in an axial image, seen from below.

    >>> [clock(angle) for angle in (0.0, 90.0, -180.0, -90.0)]
    [6, 3, 12, 9]
    """
    return round((180 - angle_deg) / 30) % 12 or 12
