"""The side bend of a spine: gentle in most, a degenerative scoliosis in some."""

import numpy as np

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.numbering import Numbering

SCOLIOSIS_SHARE = 0.15
"""Share of patients with a degenerative curve of more than 10 degrees (Cobb)."""

COBB_LEAST, COBB_MEAN_BEYOND, COBB_MOST = 13.0, 6.0, 32.0
"""Cobb angle asked for: at least, on average beyond that, and at most [deg].

Discs that are too low to open so far to one side leave the curve a little flatter.
"""

APEX_LEVELS = (Vertebra.L2, Vertebra.L3, Vertebra.L4)
HALF_CURVE = 2.1
"""Number of vertebrae from the apex to the most tilted one."""

TURN_PER_COBB = 0.45
"""Axial turn of the vertebra at the apex per degree of Cobb: spinous processes turn
towards the hollow side."""

SMALLEST_SWAY = 1.2


def draw_side_bend(
    numbering: Numbering, rng: np.random.Generator
) -> tuple[list[float], list[float]]:
    """Draw how far each vertebra leans to the right and is turned about its axis [deg].

    Returns:
        The lean of every vertebra and of S1 last, and the turn of every vertebra,
        positive with its front to the left, both from above.
    """
    names = numbering.vertebrae
    height = np.linspace(1, 0, len(names))
    bend = SMALLEST_SWAY * rng.standard_gamma(1.5) * rng.choice([-1, 1])
    sway = bend * np.cos(2 * np.pi * (height - rng.uniform(0, 0.6)))
    sway += rng.normal(0, 0.4, len(names))
    side, chance = rng.choice([-1, 1]), rng.random()
    cobb = min(COBB_LEAST + rng.exponential(COBB_MEAN_BEYOND), COBB_MOST)
    apex = names.index(APEX_LEVELS[int(rng.integers(len(APEX_LEVELS)))])
    from_apex = (np.arange(len(names)) - apex) / HALF_CURVE
    turn = np.zeros(len(names))
    if chance < SCOLIOSIS_SHARE:
        bell = np.exp((1 - from_apex**2) / 2)
        sway = 0.5 * sway + side * cobb / 2 * from_apex * bell
        turn = side * TURN_PER_COBB * cobb * bell / np.exp(0.5)
    return [float(lean) for lean in sway], [float(angle) for angle in turn[:-1]]


def turned_axially(frame: Frame, degrees: float) -> Frame:
    """Return a frame turned about its upward axis, its front towards the left."""
    angle = np.radians(degrees)
    right, anterior, superior = frame.axes
    axes = [
        np.cos(angle) * right + np.sin(angle) * anterior,
        np.cos(angle) * anterior - np.sin(angle) * right,
        superior,
    ]
    return Frame(frame.origin, np.array(axes))
