"""The ways of muscles and great vessels down the trunk, as oval cross-sections."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.back import Back, Profile, bones_in

Row = tuple[float, float, float, float]
Table = Mapping[str, Row]

USUAL_WIDTH_MM = 46.0
"""Width of L3 in men, to which the tables belong."""

THINNEST_MM = 0.5
STEP_MM = 3.0
ABOVE_TOP_MM = 90.0
"""The muscles of the back run on above T11."""

MULTIFIDUS: Table = {
    "T11": (-5, 12, -22, 8),
    "T12": (-5, 13, -22, 8),
    "L1": (-5, 15, -21, 6),
    "L2": (-6, 18, -20, 4),
    "L3": (-7, 23, -17, 0),
    "L4": (-9, 29, -15, -3),
    "L5": (-11, 37, -13, -5),
    "S1": (-12, 41, -10, -6),
    "S2": (-8, 30, -10, -4),
    "S3": (-5, 18, -12, -2),
}
"""Inner and outer border from the midline, front border from the back wall of the
bodies, back border from the fascia in the midline [mm]."""

ERECTOR: Table = {
    "T11": (-4, 46, -12, -4),
    "T12": (-4, 52, -13, -4),
    "L1": (-4, 60, -14, -4.5),
    "L2": (-4, 69, -13, -5),
    "L3": (-4, 73, -12, -5),
    "L4": (-4, 69, -16, -4.5),
    "L5": (0, 60, -24, -4),
    "S1": (8, 48, -22, -3),
    "S2": (8, 34, -22, -1),
}
"""The same for the whole of the erector spinae with the multifidus it embraces."""

PSOAS: Table = {
    "T12": (2.0, 4.0, 2.0, 3.0),
    "L1": (5.5, 8.0, 6.5, 9.5),
    "L2": (9.0, 11.0, 11.0, 15.0),
    "L3": (12.5, 14.0, 15.5, 20.0),
    "L4": (16.0, 17.0, 19.0, 23.0),
    "L5": (21.0, 28.0, 20.0, 22.0),
    "S1": (30.0, 46.0, 20.0, 20.0),
    "S2": (33.0, 68.0, 19.0, 19.0),
    "S3": (36.0, 85.0, 18.0, 18.0),
}
"""Middle to the side of the body's edge, and in front of its back wall; half width and
half depth [mm]."""

QUADRATUS: Table = {
    "T12": (18.0, -8.0, 9.0, 4.0),
    "L1": (23.0, -7.0, 13.0, 6.5),
    "L2": (27.0, -6.0, 16.5, 9.5),
    "L3": (31.0, -5.0, 18.5, 11.0),
    "L4": (36.0, -2.0, 19.0, 10.5),
}
CREST_ABOVE_L5_MM = 20.0
"""The quadratus ends at the iliac crest, this far above the middle of L5."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Course:
    """The way of a muscle or vessel down the trunk.

    Attributes:
        aside: Middle of the cross-section from the midline, right positive [mm].
        ahead: Middle in front of the back wall of the vertebral bodies [mm].
        half_width: Half the width [mm].
        half_depth: Half the depth [mm].
        bottom: Where it ends [mm, height in the patient].
        top: Where it begins [mm, height in the patient].
        blunt: 0 for an ellipse, towards 1 for a rectangle.
        turn: Angle by which the right axis turns towards the front [rad].
    """

    aside: Profile
    ahead: Profile
    half_width: Profile
    half_depth: Profile
    bottom: float
    top: float
    blunt: float = 0.0
    turn: float = 0.0


def multifidus(anatomy: Anatomy, back: Back, side: int) -> Course:
    """Return the space of the multifidus of one side (-1 left, 1 right)."""
    return _behind(MULTIFIDUS, anatomy, back, side, blunt=0.35)


def erector(anatomy: Anatomy, back: Back, side: int) -> Course:
    """Return the space of the erector spinae, the multifidus included."""
    return _behind(ERECTOR, anatomy, back, side, blunt=0.15)


def psoas(anatomy: Anatomy, side: int) -> Course:
    """Return the psoas of one side, from T12 beside the bodies to the pelvic brim."""
    size = float(np.sqrt(anatomy.soft.psoas[side > 0]))
    return _beside(PSOAS, anatomy, side, size, blunt=0.15)


def quadratus(anatomy: Anatomy, side: int) -> Course:
    """Return the quadratus lumborum of one side, from the 12th rib to the crest."""
    size = float(np.sqrt(anatomy.soft.quadratus[side > 0]))
    course = _beside(QUADRATUS, anatomy, side, size, blunt=0.3)
    lowest = anatomy.vertebrae[-1].frame.origin[2] + CREST_ABOVE_L5_MM
    return Course(**{**vars(course), "bottom": float(lowest)})


def through(
    height: Float[np.ndarray, " n"],
    ovals: Float[np.ndarray, "n 4"],
    *,
    blunt: float = 0.0,
    turn: float = 0.0,
) -> Course:
    """Return the course through ovals: aside, ahead, half width, half depth [mm]."""
    ovals[:, 2:] = np.maximum(ovals[:, 2:], THINNEST_MM)
    aside, ahead, width, depth = (Profile.through(height, c) for c in ovals.T)
    return Course(
        aside=aside,
        ahead=ahead,
        half_width=width,
        half_depth=depth,
        bottom=float(height.min()),
        top=float(height.max()),
        blunt=blunt,
        turn=turn,
    )


def frame_scale(anatomy: Anatomy) -> float:
    """Return the size of this patient's skeleton, 1 for the mean man."""
    return float(anatomy.vertebra(Vertebra.L3).size.width / USUAL_WIDTH_MM)


def _behind(
    table: Table, anatomy: Anatomy, back: Back, side: int, blunt: float
) -> Course:
    bones = bones_in(table, anatomy)
    inner, outer, front, behind = np.array([table[name] for name in bones]).T
    nodes = np.array([bone.frame.origin[2] for bone in bones.values()])
    height = np.arange(nodes.min() - 25, nodes.max() + ABOVE_TOP_MM, STEP_MM)
    rows = (
        np.interp(height, nodes[::-1], column[::-1])
        for column in (inner, outer, front, behind)
    )
    scale = frame_scale(anatomy)
    low, high, front_at, behind_at = rows
    single = height.astype(np.float32)
    fascia = back.fascia(single) - back.wall(single) + behind_at
    middle, half = (low + high) / 2 * scale, (high - low) / 2 * scale
    ovals = [side * middle, (front_at + fascia) / 2, half, (front_at - fascia) / 2]
    return through(height, np.column_stack(ovals).astype(float), blunt=blunt)


def _beside(
    table: Table, anatomy: Anatomy, side: int, size: float, blunt: float
) -> Course:
    """A muscle that keeps touching the body's edge whatever its size."""
    bones = bones_in(table, anatomy)
    scale = frame_scale(anatomy)
    ovals = np.array([table[name] for name in bones]) * scale
    edge = np.array([min(bone.size.width, 56.0) / 2 for bone in bones.values()])
    ovals[:, 0] = side * (edge + ovals[:, 0])
    ovals[:, 2:] *= size
    height = np.array([bone.frame.origin[2] for bone in bones.values()])
    return through(height, ovals, blunt=blunt)
