"""The room that a disc leaves for the dural sac."""

import numpy as np

from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.body.frame import Frame

FRONT_HALF_WIDTH, FRONT_ROUNDING = 6.0, 1.3
"""The front of the sac touches a disc over this width, and is rounded by this [mm]."""

FLAVUM_ROOM = 2.0
"""Least room left for the yellow ligament behind the sac [mm]."""


def back_of_disc(disc: DiscShape) -> Frame:
    """Return the disc's axes from the middle between the back corners beside it."""
    above = disc.upper.corner(front=False, top=False)
    below = disc.lower.corner(front=False, top=True)
    return Frame((above + below) / 2, disc.frame.axes)


def gap_before(disc: DiscShape) -> float:
    """Return how far the front of the sac lies behind the back wall at a disc [mm]."""
    return reach_behind(disc) + fat_before(disc)


def fat_before(disc: DiscShape) -> float:
    """Return the fat between disc and sac [mm]; most above the sacrum."""
    return 3.0 if disc.number == 1 else 0.8


def reach_behind(disc: DiscShape, up: float = 0.0) -> float:
    """Return how far disc tissue holds the round front of the sac back [mm]."""
    right = np.linspace(-FRONT_HALF_WIDTH, FRONT_HALF_WIDTH, 13)
    rounding = FRONT_ROUNDING * (right / FRONT_HALF_WIDTH) ** 2
    return float(np.max(disc.reach_behind(right, up) - rounding, initial=0.0))


def room_at(disc: DiscShape) -> float:
    """Return the depth left for the sac between disc and yellow ligament [mm]."""
    room = disc.upper.size.canal_depth + 0.5 - gap_before(disc) - FLAVUM_ROOM
    return max(room, 3.0)
