"""How a vertebra stands on the next: slips forwards and to the side."""

import numpy as np

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.corner import posterior_corner
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.endplate import End, endplate
from lbp_outcome.geometry.endplate_profile import endplate_profile
from lbp_outcome.geometry.frame import rough_frame, upright
from lbp_outcome.geometry.once import once
from lbp_outcome.spine import Spine

NEAR_MM, FAR_MM = 1.0, 7.0
"""The side walls are looked at in this layer of a body beside the disc [mm]."""

FEWEST_VOXELS = 30


@once
def forward_slip_mm(spine: Spine, disc: Disc) -> float:
    """Return how far the upper vertebra has slipped forward on the lower one [mm].

    Raises:
        NotMeasurable: One of the two vertebral bodies is not visible.
    """
    upper = posterior_corner(spine, disc.upper, End.LOWER)
    lower = posterior_corner(spine, disc.lower, End.UPPER)
    return float((lower - upper) @ disc_frame(spine, disc).posterior)


def left_slip_mm(spine: Spine, disc: Disc) -> float:
    """Return how far the upper vertebra has slipped to the left on the lower one [mm].

    Raises:
        NotMeasurable: One of the two vertebral bodies is not visible.
    """
    frame = disc_frame(spine, disc)
    upper = _beside(spine, disc.upper, End.LOWER)
    lower = _beside(spine, disc.lower, End.UPPER)
    return float((upper - lower) @ frame.left)


def _beside(spine: Spine, vertebra: Vertebra, end: End) -> np.ndarray:
    """Middle of the layer of a body beside one of its endplates."""
    bone, plate = body(spine, vertebra), endplate(spine, vertebra, end).plane
    inwards = (bone.points - plate.centre) @ plate.normal
    inwards = -inwards if end is End.UPPER else inwards
    layer = (inwards > NEAR_MM) & (inwards < FAR_MM)
    if layer.sum() < FEWEST_VOXELS:
        raise NotMeasurable(f"the {end} end of {vertebra} is too ragged")
    middle: np.ndarray = bone.points[layer].mean(axis=0)
    return middle


@once
def endplate_depth_mm(spine: Spine, vertebra: Vertebra, end: End) -> float:
    """Return the length of an endplate from front to back in the midline [mm].

    Raises:
        NotMeasurable: The endplate is not visible, or not in the midline.
    """
    plate = endplate(spine, vertebra, end)
    frame = upright(
        plate.plane.centre, plate.plane.normal, rough_frame(spine).posterior
    )
    profile = endplate_profile(plate, frame, f"{end} end of {vertebra}")
    return profile.back - profile.front
