"""The sacrum of one patient, hung below its first endplate."""

from dataclasses import replace

import numpy as np

from lbp_outcome.simulate.body.bones import Endplate, SacrumShape, VertebraShape
from lbp_outcome.simulate.body.frame import Frame

SACRUM_PLACE = np.array([0.0, -15.0, -110.0])
"""Where S1 lies when L3 lies in the middle of the scanner [mm]."""

FIRST_GUESS_DEG = 40.0
"""Forward tilt of S1 before the finished pile is laid down [deg]."""

SACRAL_TAPER = 0.74
SACRAL_HEIGHTS = (30.0, 25.0, 21.0, 18.0)
SACRAL_TURNS = (0.0, 6.0, 8.0, -8.0)
"""How the sacrum narrows and curves from S1 to S4.

Taper: depth at the bottom of a segment as a share of that at its top; then the heights
of the segments [mm], and the forward tilt that each adds [deg]."""


def place_first(first: VertebraShape, right_deg: float) -> VertebraShape:
    """Return S1 at the foot of the pile, leaning to the right by an angle [deg]."""
    frame = Frame.tilted(SACRUM_PLACE, FIRST_GUESS_DEG, right_deg)
    return replace(first, frame=frame)


def hang_sacrum(first: VertebraShape) -> SacrumShape:
    """Hang S2 to S4 below S1."""
    segments = [first]
    for height, turn in list(zip(SACRAL_HEIGHTS, SACRAL_TURNS, strict=True))[1:]:
        above = segments[-1]
        depth = above.size.depth * SACRAL_TAPER
        size = replace(first.size, depth=depth, front=height, back=height)
        top = above.frame.at(  # backs are flush, so that the canal is smooth
            anterior=(depth - above.size.depth) / 2, superior=-above.height / 2
        )
        leans = np.degrees(np.arcsin(-above.frame.anterior[2]))
        frame = Frame.tilted(top, float(leans) + turn).moved(superior=-height / 2)
        segments.append(replace(first, frame=frame, size=size, top=Endplate()))
    return SacrumShape(segments=tuple(segments), taper=SACRAL_TAPER)
