"""Width and depth of a vertebral body."""

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.endplate import End, endplate
from lbp_outcome.geometry.frame import Frame, Points, rough_frame, upright
from lbp_outcome.geometry.once import once
from lbp_outcome.spine import Spine, Structure

LAYER_MM = 4.0
"""Chords are averaged over a strip that fades out this far from its middle, or further
where voxels are larger [mm]."""

SLIVER = 0.1
"""Slices in which less than this share of the longest chord is seen end the body."""

POINTED, BLUNT = 0.85, 0.95
"""A body whose outermost chord is below the first share of the longest ends like an
oval; above the second like a box, half a slice further on."""


@once
def body_frame(spine: Spine, vertebra: Vertebra) -> Frame:
    """Return the frame in the middle of a body, level between its endplates.

    Raises:
        NotMeasurable: An endplate is not visible.
    """
    top = endplate(spine, vertebra, End.UPPER).plane
    bottom = endplate(spine, vertebra, End.LOWER).plane
    middle = (top.centre + bottom.centre) / 2
    return upright(middle, top.normal + bottom.normal, rough_frame(spine).posterior)


@once
def depth_of_body_mm(spine: Spine, vertebra: Vertebra) -> float:
    """Return the front-to-back size in the midline, half way up [mm].

    Counted from the volume of a strip, which errs less than its outermost voxels do.

    Raises:
        NotMeasurable: The body is not visible.
    """
    bone, local = _seen(spine, vertebra)
    across, up = _reach_mm(bone, body_frame(spine, vertebra))[[0, 2]]
    weight = _tent(local[:, 0], across) * _tent(local[:, 2], up)
    return float(weight.sum() * bone.mask.voxel_volume_mm3 / (across * up))


@once
def width_of_body_mm(spine: Spine, vertebra: Vertebra) -> float:
    """Return the side-to-side size half way up [mm].

    Chords from front to back, one in each step from side to side, are prolonged to
    where they vanish, so that thick sagittal slices do not cut the width off.

    Raises:
        NotMeasurable: The body is not visible, or reaches the side of the scan.
    """
    bone, local = _seen(spine, vertebra)
    frame = body_frame(spine, vertebra)
    if bone.meets_edge(frame.left) or bone.meets_edge(-frame.left):
        raise NotMeasurable(f"{vertebra} reaches the side of the scan")
    step, up = _steps_mm(bone, frame)[0], _reach_mm(bone, frame)[2]
    layer = local[np.abs(local[:, 2]) <= up, 0]
    if not len(layer):
        raise NotMeasurable(f"the body of {vertebra} has no middle")
    chords = np.bincount(np.round((layer - layer.min()) / step).astype(int))
    squares = (chords[chords > SLIVER * chords.max()] / chords.max()) ** 2
    steps = len(squares) - 1 + _beyond(squares) + _beyond(squares[::-1])
    return float(steps * step)


def _seen(spine: Spine, vertebra: Vertebra) -> tuple[Structure, Points]:
    """A body, and its voxels in its own frame."""
    bone = body(spine, vertebra)
    return bone, body_frame(spine, vertebra).local(bone.points)


def _steps_mm(bone: Structure, frame: Frame) -> Float[np.ndarray, "3"]:
    """Distance between slices that lie across each axis of a frame [mm]."""
    along = np.abs(frame.axes @ bone.mask.affine[:3, :3] / bone.mask.spacing_mm)
    steps: np.ndarray = bone.mask.spacing_mm[along.argmax(axis=1)]
    return steps


def _reach_mm(bone: Structure, frame: Frame) -> Float[np.ndarray, "3"]:
    reach: np.ndarray = np.maximum(_steps_mm(bone, frame), LAYER_MM)
    return reach


def _tent(places: Float[np.ndarray, " n"], reach: float) -> Float[np.ndarray, " n"]:
    """Weights that sum up to the same on voxels at any place, unlike those of a box."""
    weights: np.ndarray = np.clip(1 - np.abs(places) / reach, 0, None)
    return weights


def _beyond(squares: Float[np.ndarray, " slice"]) -> float:
    """How many steps a body goes on beyond its first slice, from squared chords.

    The square of the chord of an oval is a parabola, which vanishes at its side.
    """
    if len(squares) < 3:
        return 0.5
    last, before, first = squares[:3]
    ahead = 3 * last - 3 * before + first
    pointed = _root(
        float(last), float(ahead - before) / 2, float(ahead - 2 * last + before) / 2
    )
    taper = float(np.sqrt(last))
    share = float(np.clip((BLUNT - taper) / (BLUNT - POINTED), 0, 1))
    return share * pointed + (1 - share) * 0.5


def _root(last: float, slope: float, curve: float) -> float:
    """Where the parabola through the last chord comes down to zero, up to one step."""
    t = np.linspace(0, 1, 41)
    below = np.flatnonzero(last + t * (slope + t * curve) <= 0)
    return float(t[below[0]]) if len(below) else 1.0
