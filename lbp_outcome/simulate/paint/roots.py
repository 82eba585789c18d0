"""Painting the cauda equina: dark threads in bright fluid."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.paint.canvas import Canvas, Flat
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.tissues import FLUID, ROOT
from lbp_outcome.simulate.paint.tube import TubePoints

ROOT_RADIUS = 0.62
EDGE_MM = 0.45
"""Width of a root's soft edge, so that a thread thinner than a pixel stays smooth."""

CONUS_TAPER = 34.0
LOOP_MM = 19.0
"""Wavelength of redundant roots."""

LOOPS_ABOVE, LOOPS_BELOW = 75.0, 12.0
"""How far redundant roots loop above and below the stenosis [mm]."""

INNERMOST, OUTERMOST = 0.14, 1.75
"""Angle from the back of the sac where a root begins its way and where it leaves [rad].
"""

WAY_MM = 70.0
"""Over this distance a root moves from the innermost place to the outermost."""

STEP_MM = 0.5


@dataclass(frozen=True, eq=False)
class Threads:
    """Where every root runs, tabulated along the sac [mm].

    Attributes:
        right: To the right of the sac's middle.
        back: Behind it.
        present: Whether the root is still in the sac.
    """

    right: Float32[np.ndarray, "roots steps"]
    back: Float32[np.ndarray, "roots steps"]
    present: np.ndarray


def paint_roots(canvas: Canvas, sac: TubePoints, anatomy: Anatomy) -> None:
    """Paint the roots below the conus; above it they hug the cord."""
    threads = lay_threads(anatomy)
    step = np.clip(sac.along / np.float32(STEP_MM), 0, threads.right.shape[1] - 1)
    step = step.astype(np.int32)
    nearest = np.full(len(step), 100.0, dtype=np.float32)
    for right, back, present in zip(
        threads.right, threads.back, threads.present, strict=True
    ):
        aside, deep = sac.right - right[step], sac.back - back[step]
        apart = aside * aside + deep * deep + present[step]
        np.minimum(nearest, apart, out=nearest)
    outside = (np.sqrt(nearest) - np.float32(ROOT_RADIUS)) / np.float32(EDGE_MM)
    share = np.clip(np.float32(0.5) - outside, 0, 1)
    touched = np.flatnonzero(share > 0)
    _mix(canvas, sac.only(touched), share[touched])


def _mix(canvas: Canvas, sac: TubePoints, share: Flat) -> None:
    for name, values in canvas.values.items():
        fluid, root = (np.float32(canvas.looks[name](t)) for t in (FLUID, ROOT))
        values.reshape(-1)[sac.index] = fluid + (root - fluid) * share
    canvas.part.reshape(-1)[sac.index[share > 0.5]] = Part.ROOT


def lay_threads(anatomy: Anatomy) -> Threads:
    """Lay the roots in a crescent at the back of the sac.

    A root that is about to leave lies outermost; those for the sacrum lie innermost.
    """
    nerves, sac = anatomy.nerves, anatomy.sac
    along = np.arange(0, sac.distance[-1], STEP_MM)
    width = np.interp(along, sac.distance, sac.half_width)
    depth = np.interp(along, sac.distance, sac.half_depth)
    start = sac.distance[nerves.conus_step] - CONUS_TAPER
    from_stenosis = along - sac.distance[nerves.stenosis_step]
    slack = nerves.slack * _loop_strength(from_stenosis)
    place, share, phase, leaves = (column[:, None] for column in nerves.roots.T)
    outwards = 1 - np.clip((leaves - along) / WAY_MM, 0, 1)
    spread = np.abs(place) * (INNERMOST + (OUTERMOST - INNERMOST) * outwards)
    # Phases spread the roots a little, so that they do not lie on one line.
    angle = np.sign(place) * (spread + 0.16 * np.cos(phase))
    wave = 2 * np.pi * along / LOOP_MM + phase
    right = share * width * np.sin(angle) + slack * np.cos(0.83 * wave)
    back = share * depth * np.cos(angle) + slack * np.sin(wave)
    right, back = _kept_inside(right, back, width, depth)
    absent = (along < start) | (along > leaves)
    return Threads(
        right.astype(np.float32),
        back.astype(np.float32),
        np.where(absent, np.float32(1e3), np.float32(0)),
    )


def _kept_inside(
    right: Float[np.ndarray, "roots steps"],
    back: Float[np.ndarray, "roots steps"],
    width: Float[np.ndarray, " steps"],
    depth: Float[np.ndarray, " steps"],
) -> tuple[Float[np.ndarray, "roots steps"], Float[np.ndarray, "roots steps"]]:
    """Hold roots within the dura, however they loop."""
    wide, deep = width - ROOT_RADIUS, depth - ROOT_RADIUS
    far = np.sqrt((right / wide) ** 2 + (back / deep) ** 2)
    inwards = 1 / np.maximum(far, 1)
    return right * inwards, back * inwards


def _loop_strength(
    from_stenosis: Float[np.ndarray, " steps"],
) -> Float[np.ndarray, " steps"]:
    """1 just above the stenosis, fading further up and shortly below."""
    above = np.clip(1 + from_stenosis / LOOPS_ABOVE, 0, 1)
    below = np.clip(1 - from_stenosis / LOOPS_BELOW, 0, 1)
    strength: np.ndarray = np.where(from_stenosis < 0, above, below) ** 0.5
    return strength
