"""How far a disc stands out into the spinal canal."""

import numpy as np

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.corner import posterior_corner
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.endplate import End
from lbp_outcome.geometry.once import once
from lbp_outcome.geometry.surface import surface_facing
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms.bulge import BulgingSpine
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

CANAL_HALF_WIDTH_MM = 8.0
"""Beside this the back of the disc no longer borders on the canal [mm]."""

FURTHEST = 0.9
"""Share of the disc's back that stands out less: the very furthest voxel is noise."""

FACING_DEG = 60.0
"""The back of a bulge may lean this much [deg]."""

BULGING = BulgingSpine(offset_mm=1.5, bump_mm=3.5, slip_mm=0.0)


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, after doi:10.1007/s00330-024-11080-0",
    phantom=Example(
        anatomy=BULGING, at=Place(disc=Disc.parse("L4-L5")), value=5.0, tolerance=0.6
    ),
)
def canal_disc_bulge_mm(spine: Spine, disc: Disc) -> float:
    """How far the disc stands out behind the line between the vertebral corners [mm].

    Where its back within 8 mm of the midline reaches furthest, save a tenth, against
    the line from the lower back corner of the upper vertebra to the upper back corner
    of the lower one. Negative where the disc lies in front of it. A slip tilts the
    line, so that the disc it uncovers is not taken for a bulge.

    Raises:
        NotMeasurable: The disc or a vertebra beside it is not segmented.
    """
    return _bulge(spine, disc)


@once
def _bulge(spine: Spine, disc: Disc) -> float:
    frame = disc_frame(spine, disc)
    if disc not in spine.discs:
        raise NotMeasurable(f"disc {disc} is not segmented")
    upper = frame.local(posterior_corner(spine, disc.upper, End.LOWER)[None])[0]
    lower = frame.local(posterior_corner(spine, disc.lower, End.UPPER)[None])[0]
    back = surface_facing(spine.discs[disc], frame.posterior, FACING_DEG).points
    left, behind, height = frame.local(back).T
    share = (height - lower[2]) / max(float(upper[2] - lower[2]), 1.0)
    line = lower[1] + share.clip(0, 1) * (upper[1] - lower[1])
    middle = np.abs(left - (upper[0] + lower[0]) / 2) <= CANAL_HALF_WIDTH_MM
    if not middle.any():
        raise NotMeasurable(f"the back of disc {disc} is not segmented")
    return float(np.quantile((behind - line)[middle], FURTHEST))
