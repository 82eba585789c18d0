"""Disc volume."""

import math

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms import AnalyticSpine, Segment
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

THICK = AnalyticSpine(
    segments=(Segment(), Segment(height_mm=10.0, wedge_deg=8.0), Segment()),
    tilt_deg=(10.0, 4.0, 2.0),
)
ELLIPSE_MM3 = math.pi / 4 * THICK.body_mm[0] * THICK.body_mm[1] * 10.0


@measurement(
    unit=Unit.CUBIC_MILLIMETRE,
    reference="lbp-outcome: number of voxels times the volume of one voxel",
    phantom=Example(
        anatomy=THICK,
        at=Place(disc=Disc.parse("L4-L5")),
        value=ELLIPSE_MM3,
        tolerance=0.015 * ELLIPSE_MM3,
    ),
)
def disc_volume_mm3(spine: Spine, disc: Disc) -> float:
    """Volume of the segmented disc [mm3].

    Right also where the header has the spacing on the wrong axis, because only the
    product of the spacings counts.

    Raises:
        NotMeasurable: The disc is not segmented, or the scan cuts it off.
    """
    if disc not in spine.discs:
        raise NotMeasurable(f"disc {disc} is not segmented")
    found = spine.discs[disc]
    if found.is_cut_off:
        raise NotMeasurable(f"disc {disc} is cut off by the edge of the scan")
    return found.volume_mm3
