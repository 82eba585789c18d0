"""The cross-section of a disc in its own plane."""

from dataclasses import dataclass

import numpy as np

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.cut import PIXEL_MM, Cut
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.once import once
from lbp_outcome.geometry.profile import profiles
from lbp_outcome.spine import Spine

HALF_FIELD_MM = 40.0
"""How far the section reaches to the front and the back [mm]."""

LEVELS_MM = (-1.0, 0.0, 1.0)
"""Heights at which the disc is cut; the median counts [mm]."""


@dataclass(frozen=True, slots=True)
class DiscSection:
    """Size of a disc, seen along the spine.

    Attributes:
        area_mm2: Its area [mm2].
        depth_mm: Its depth in the middle, from front to back [mm].
    """

    area_mm2: float
    depth_mm: float


@once
def disc_section(spine: Spine, disc: Disc) -> DiscSection:
    """Return the size of a disc in the plane half way between its endplates.

    Raises:
        NotMeasurable: The disc or an endplate beside it is not segmented.
    """
    frame = disc_frame(spine, disc)
    if disc not in spine.discs:
        raise NotMeasurable(f"disc {disc} is not segmented")
    mask = spine.discs[disc].continued()
    centres = frame.to_patient(np.array([[0.0, 0.0, z] for z in LEVELS_MM]))
    tangents = np.tile(frame.superior, (len(centres), 1))
    cut = Cut.square_to(tangents, centres, mask, frame.posterior, HALF_FIELD_MM)
    chords = cut.sample(mask).sum(axis=2) * PIXEL_MM
    found = profiles(chords, cut.apart_mm)
    area, depth = float(np.median(found.area_mm2)), float(np.median(found.depth_mm))
    if area <= 0:
        raise NotMeasurable(f"too little of disc {disc} is segmented")
    return DiscSection(area, depth)
