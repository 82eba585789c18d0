"""The frame of a disc, turned to the midline of the patient there."""

import numpy as np

from lbp_outcome.anatomy import Disc, Process
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.frame import Frame, upright
from lbp_outcome.geometry.once import once
from lbp_outcome.spine import Spine

CANAL_BAND_MM = 4.0
"""The canal is looked at this far above and below the middle of a disc [mm]."""

LEAST_BACK_MM = 5.0
"""The canal and the arch lie behind the bodies by more than this [mm]."""


@once
def midline_frame(spine: Spine, disc: Disc) -> Frame:
    """Return the disc's frame, turned about its upward axis to the midline there.

    Vertebrae are rotated in scoliosis, and a scan may be: the back is where the canal
    lies behind the disc, and the arches behind their bodies, one as good as the other.

    Raises:
        NotMeasurable: The disc's frame cannot be told.
    """
    frame = disc_frame(spine, disc)
    ways = []
    if spine.canal is not None:
        level = np.abs(
            spine.canal.points @ frame.superior - frame.origin @ frame.superior
        )
        beside = spine.canal.points[level < CANAL_BAND_MM]
        ways += [beside.mean(axis=0) - frame.origin] if len(beside) else []
    for vertebra in (disc.upper, disc.lower):
        arch = spine.processes.get((vertebra, Process.ARCH, None))
        if arch is not None and vertebra in spine.corpora:
            ways.append(arch.centroid - spine.corpora[vertebra].centroid)
    ways = [way for way in ways if way @ frame.posterior > LEAST_BACK_MM]
    if not ways:
        return frame
    leans = [(way @ frame.left) / (way @ frame.posterior) for way in ways]
    back = frame.posterior + float(np.mean(leans)) * frame.left
    return upright(frame.origin, frame.superior, back)
