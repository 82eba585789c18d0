"""The outline of the trunk: skin, wall muscles, and the cavity within."""

from dataclasses import dataclass

import numpy as np

from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.back import Back, Profile, bones_in
from lbp_outcome.simulate.body.bones import VertebraShape

HALF_WIDTH_TO_WAIST, HALF_DEPTH_TO_WAIST = 0.180, 0.137
"""Half axes of the trunk as a share of the waist's circumference."""

HIPS = {"T11": 0.97, "L1": 0.95, "L3": 0.97, "L5": 1.05, "S2": 1.10}
"""Width of the trunk relative to the waist."""

MUSCLES_BULGE_MM = 6.5
"""The muscles rise behind the tips of the spinous processes; so far goes their fat."""

WALL_SIDE_MM, WALL_FRONT_MM = 22.0, 11.0
CAVITY_BEHIND_WALL_MM = 13.0
"""The abdominal cavity begins this far behind the back wall of the bodies."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Envelope:
    """An oval around the trunk at every height.

    Attributes:
        aside: Left-right place of its middle [mm].
        depth: Front-back place of its middle [mm].
        half_width: Half its width [mm].
        half_depth: Half its depth [mm].
    """

    aside: float
    depth: Profile
    half_width: Profile
    half_depth: Profile


@dataclass(frozen=True, eq=False, kw_only=True)
class Outline:
    """The layers of the trunk from outside.

    Attributes:
        skin: The skin.
        wall: Outer surface of the muscles of back and abdomen.
        cavity: Inner surface of the abdominal wall.
    """

    skin: Envelope
    wall: Envelope
    cavity: Envelope


def draw_outline(anatomy: Anatomy, back: Back) -> Outline:
    """Return the outline of the trunk; behind, it is the skin of the back."""
    soft = anatomy.soft
    bones: tuple[VertebraShape, ...] = (*anatomy.vertebrae, *anatomy.sacrum.segments)
    known = bones_in(HIPS, anatomy)
    nodes = np.array([bone.frame.origin[2] for bone in known.values()])
    height = np.arange(nodes.min() - 60, nodes.max() + 60, 5.0)
    share = np.array([HIPS[name] for name in known])
    width = np.interp(height, nodes[::-1], share[::-1]) * (
        HALF_WIDTH_TO_WAIST * soft.waist
    )
    single = height.astype(np.float32)
    skin = back.skin(single).astype(float)
    fascia = back.fascia(single).astype(float) - MUSCLES_BULGE_MM
    inner = back.wall(single).astype(float) - CAVITY_BEHIND_WALL_MM
    # the belly does not follow the hollow of the back
    front = float(np.median(skin)) + 2 * HALF_DEPTH_TO_WAIST * soft.waist
    aside = float(np.mean([bone.frame.origin[0] for bone in bones]))

    def envelope(behind: np.ndarray, thinner: float, ahead: float) -> Envelope:
        return Envelope(
            aside=aside,
            depth=Profile.through(height, (behind + ahead) / 2),
            half_width=Profile.through(height, width - thinner),
            half_depth=Profile.through(height, (ahead - behind) / 2),
        )

    side = soft.fat_side
    return Outline(
        skin=envelope(skin, 0.0, front),
        wall=envelope(fascia, side, front - soft.fat_front),
        cavity=envelope(
            inner, side + WALL_SIDE_MM, front - soft.fat_front - WALL_FRONT_MM
        ),
    )
