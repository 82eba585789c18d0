"""Volume of the spinal canal at a disc."""

import math

import numpy as np

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.canal import REACH_MM, STEP_MM, canal_sections, sections_at
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.canal_area_mm2 import NARROW
from lbp_outcome.phantoms.tube import NARROW_LENGTH_MM
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

MISSING_SHARE = 0.12
"""At most this share of the slab may be incomplete."""


def _narrow_mm3() -> float:
    """Volume of the phantom's canal, whose half axes shrink like a Gaussian."""
    along = np.linspace(-REACH_MM, REACH_MM, 321)
    near = np.exp(-((along / NARROW_LENGTH_MM) ** 2))
    area = math.pi * (8.0 - 1.5 * near) * (6.0 - 2.5 * near)
    return float(area.mean()) * 2 * REACH_MM


NARROW_MM3 = _narrow_mm3()


@measurement(
    unit=Unit.CUBIC_MILLIMETRE,
    reference="lbp-outcome, after doi:10.1007/s00330-024-11080-0",
    phantom=Example(
        anatomy=NARROW,
        at=Place(disc=Disc.parse("L4-L5")),
        value=NARROW_MM3,
        tolerance=0.03 * NARROW_MM3,
    ),
)
def canal_volume_mm3(spine: Spine, disc: Disc) -> float:
    """Volume of the segmented canal within 8 mm above and below the disc [mm3].

    The sum of its cross-sections, square to its centreline: unlike the smallest section
    it tells a long stenosis from a short one.

    Raises:
        NotMeasurable: The canal is not segmented all along the disc.
    """
    beside = sections_at(spine, disc)
    whole = 2 * REACH_MM / STEP_MM + 1
    if beside.sum() < (1 - MISSING_SHARE) * whole:
        raise NotMeasurable(f"the spinal canal is not segmented all along {disc}")
    return float(canal_sections(spine).area_mm2[beside].mean()) * 2 * REACH_MM
