"""The T2 signal of the canal's contents where a disc narrows it most."""

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.canal import canal_sections, narrowest
from lbp_outcome.geometry.once import once
from lbp_outcome.measurements._canal_signal import WHOLE, fluid_near, straightened

BRIGHT = 0.7
"""Pixels brighter than this share of the fluid's signal show fluid rather than roots;
the share that agrees best with simulated canals."""

BESIDE = 2
"""Sections above and below the narrowest one that are looked at [mm]."""

FEWEST_PIXELS = 12


@once
def contents(examination: Examination, disc: Disc) -> Float[np.ndarray, "pixel 2"]:
    """Return place and T2 signal of the pixels in the canal at its narrowest.

    The place runs from 0 at the front of the canal to 1 at its back; the signal is a
    share of that of the fluid nearby. Pixels on the border of the canal are left out.

    Raises:
        NotMeasurable: The canal is not segmented along the disc, is too narrow to look
            into, or the image does not show it.
    """
    sections = canal_sections(examination.spine)
    at = narrowest(examination.spine, disc)
    rows = slice(max(at - BESIDE, 0), at + BESIDE + 1)
    inside = sections.pixels[rows] > WHOLE
    if inside.sum() < FEWEST_PIXELS:
        raise NotMeasurable(f"the canal at {disc} is too narrow to look into")
    signal = straightened(examination, "t2")[rows]
    place = np.cumsum(inside, axis=2) - 0.5
    deep = np.maximum(inside.sum(axis=2), 1)
    share = (place / deep[:, :, None])[inside]
    fluid = fluid_near(examination, "t2", at)
    found: np.ndarray = np.stack([share, signal[inside] / fluid], axis=1)
    return found
