"""From painted anatomy to an MR image: coil, restless tissue, k-space and its noise."""

import numpy as np
from jaxtyping import Int16

from lbp_outcome.image import Image
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.scan.k_space import Slices, through_k_space
from lbp_outcome.simulate.scan.plan import Scan
from lbp_outcome.simulate.scan.sensitivity import coil_sensitivity, share_in_band
from lbp_outcome.simulate.scan.unevenness import uneven_tissue

GHOST_SHIFTS = (0.12, 0.38)
"""How far ghosts lie from what moves, as a share of the field, from and to."""

PULSATING = 0.3
"""How strongly pulsating fluid ghosts, compared with the breathing abdomen."""


def acquire(canvas: Canvas, look: str, scan: Scan, rng: np.random.Generator) -> Image:
    """Return one MR image of the painted patient, as a scanner would store it.

    What was painted is uneven, shaded by the surface coil and by the saturation band,
    and throws ghosts along the phase axis where it moves. Its k-space is measured line
    by line, with noise; the image is the magnitude, so the noise in it is Rician.

    Args:
        canvas: The painted patient.
        look: Which image of the series.
        scan: The series; the canvas is its own.
        rng: Draws ghosts, the moment of a movement, and noise.
    """
    parts = canvas.middle_sheets()
    signal = canvas.slices_of(look)
    signal *= uneven_tissue(parts, scan)
    band = share_in_band(scan)
    signal *= coil_sensitivity(scan) * (1 - np.float32(scan.band_strength) * band)
    moving = np.where(parts == Part.FLUID, np.float32(PULSATING), band)
    add_ghosts(signal, moving, scan, rng)
    return Image(_stored(through_k_space(signal, scan, rng), scan), scan.affine)


def add_ghosts(
    signal: Slices, moving: Slices, scan: Scan, rng: np.random.Generator
) -> None:
    """Add faint copies of what moves, shifted along the phase axis to either side.

    Args:
        signal: The image so far; changed.
        moving: How strongly each point moves, 0 to 1.
        scan: Says which axis is the phase axis and how strong ghosts are.
        rng: Draws how far the copies are shifted.
    """
    axis = 2 - scan.phase_axis
    shift = round(float(rng.uniform(*GHOST_SHIFTS)) * signal.shape[axis])
    ghost = signal * moving
    ghost *= np.float32(scan.site.ghost)
    signal += np.roll(ghost, shift, axis)
    signal += np.roll(ghost, -shift, axis)


def _stored(magnitude: Slices, scan: Scan) -> Int16[np.ndarray, "column row slice"]:
    """Scanners store whole numbers; nothing is cut off."""
    stored = np.rint(magnitude * np.float32(scan.site.csf_value)).astype(np.int16)
    turned: np.ndarray = stored.transpose(2, 1, 0)
    return turned
