"""Simulated sagittal MR images: painted tissue seen by a coil, with noise."""

import numpy as np
from jaxtyping import Float32, Int16
from scipy.ndimage import gaussian_filter, zoom

from lbp_outcome.image import Image
from lbp_outcome.simulate.paint.canvas import Canvas, Part
from lbp_outcome.simulate.scan.plan import Scan

COIL_REACH_MM = 150.0
"""Depth at which the surface coil's sensitivity has fallen to 1/e."""

BLUR_PIXELS = 0.45
CSF_VALUE = 1100.0
"""Stored value of pure fluid on T2 near the coil."""

TEXTURE_MM = 5.0
TEXTURE_SD = 0.07

Volume = Float32[np.ndarray, "column row slice"]


def acquire(
    canvas: Canvas, channel: str, scan: Scan, rng: np.random.Generator
) -> Image:
    """Return one MR image of the painted patient, as a scanner would store it.

    Tissue is blurred by the readout, shaded by the surface coil and covered by Rician
    noise (magnitude of a signal with Gaussian noise in two channels).
    """
    clean = canvas.image(channel) * _texture(canvas, scan, rng)
    blurred = gaussian_filter(clean, (BLUR_PIXELS, BLUR_PIXELS, 0))
    signal = blurred * _coil(scan) * _saturation(scan)
    real = signal + _noise(scan, rng)
    magnitude = np.hypot(real, _noise(scan, rng))
    return Image(_stored(magnitude), scan.affine)


def _coil(scan: Scan) -> Volume:
    """Brightest at the back, falling towards the front and the ends of the field."""
    column, row, _ = (np.arange(size, dtype=np.float32) for size in scan.shape)
    step_deep = abs(scan.affine[1, 0])
    back_column = (scan.affine[1, 3] - scan.skin) / step_deep
    depth = np.maximum((back_column - column) * step_deep, 0)
    along = np.exp(-depth / COIL_REACH_MM) * 1.25
    end = (row / (scan.shape[1] - 1) - 0.5) * 2
    profile: np.ndarray = along[:, None] * (1 - 0.25 * end**4)[None, :]
    return profile.astype(np.float32)[:, :, None]


def _saturation(scan: Scan) -> Volume:
    """A band over the abdomen is saturated, lest its motion smear over the spine."""
    depth = scan.affine[1, 3] + scan.affine[1, 0] * np.arange(scan.shape[0])
    inside = np.clip((depth - scan.band) / 12 + 0.5, 0, 1)
    kept: np.ndarray = (1 - scan.band_strength * inside).astype(np.float32)
    return kept[:, None, None]


def _texture(canvas: Canvas, scan: Scan, rng: np.random.Generator) -> Volume:
    """Tissue is uneven, above all old marrow; fluid is not."""
    spacing = np.linalg.norm(scan.affine[:3, :3], axis=0)
    coarse = np.maximum(np.ceil(np.array(scan.shape) * spacing / TEXTURE_MM), 2)
    grain = rng.standard_normal(coarse.astype(int)).astype(np.float32)
    smooth = zoom(
        grain,
        np.array(scan.shape) / coarse,
        order=1,
        grid_mode=True,
        mode="grid-constant",
    )
    even = np.isin(canvas.parts(), [Part.FLUID, Part.ROOT, Part.CORD])
    texture: np.ndarray = 1 + TEXTURE_SD * smooth * np.where(even, 0.2, 1.0)
    return texture.astype(np.float32)


def _noise(scan: Scan, rng: np.random.Generator) -> Volume:
    grain: np.ndarray = rng.standard_normal(scan.shape, dtype=np.float32)
    return grain * np.float32(scan.noise)


def _stored(magnitude: Volume) -> Int16[np.ndarray, "column row slice"]:
    stored: np.ndarray = np.clip(np.rint(magnitude * CSF_VALUE), 0, 4095).astype(
        np.int16
    )
    return stored
