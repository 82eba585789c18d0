"""From absorption to a film: scatter, few photons, blur, and how it is developed."""

import numpy as np
from jaxtyping import UInt16
from scipy.ndimage import gaussian_filter

from lbp_outcome.simulate.scan.beam import Picture, View

GREYS = 4095
"""Brightest value of the 12 bits that detectors give."""

WANTED_PER_MM2, MOST_PER_MM2 = 1e5, 4e7
"""Photons that the exposure control wants behind the middle of the patient, and what
the tube can give before the patient."""

SCATTER_SHARE, SCATTER_MM = 0.35, 30.0
"""Scattered photons behind the grid as a share of the direct ones, and their spread."""

BLUR_MM = 0.35
CONTRAST_MM, FINE_MM = 17.0, 5.0
"""Scales that processing treats apart: brightness above the first, shapes of whole
bones between the two, and their borders and grain below the second."""

LARGE_KEPT, MOST_BRIGHT, MOST_DARK, FINE_GAIN = 0.006, 0.09, 0.04, 1.2
"""Share of large-scale brightness that it leaves, contrast at which it holds bright
and dark shapes back, and how much it strengthens borders."""

EDGE_GAIN, EDGE_MM = 0.5, 1.6
"""How much it sharpens edges, and at which scale [mm]."""

LOCAL_MM, LOCAL_SD, LOCAL_EVENED = 16.0, 0.03, 0.6
"""Scale at which it evens out the contrast of borders, contrast that counts as none,
and how fully it evens it out, 0 to 1."""

DARKEST = 0.1
"""Brightness of the darkest tissue on the film."""

BARE = 1.0
"""Where less is absorbed, rays missed the patient."""

SHUTTER_MM = 7.0
"""Mean width of the black border cut by the collimator."""


def detect(absorption: Picture, view: View, rng: np.random.Generator) -> Picture:
    """Return the absorption as a detector measures it."""
    direct = np.exp(-absorption)
    dim = np.minimum(direct, np.float32(np.exp(-BARE)))
    light = direct + np.float32(SCATTER_SHARE) * spread(dim, SCATTER_MM / view.pixel_mm)
    photons = _exposure(light) * view.pixel_mm**2
    grain = rng.standard_normal(view.shape, dtype=np.float32)
    counted = light + np.sqrt(light / np.float32(photons)) * grain
    measured = -np.log(np.maximum(counted, np.float32(1 / photons)))
    blurred: np.ndarray = gaussian_filter(measured, BLUR_MM / view.pixel_mm)
    return blurred


def develop(
    measured: Picture, view: View, rng: np.random.Generator
) -> UInt16[np.ndarray, "row column"]:
    """Even out brightness, sharpen edges and stretch contrast, as digital systems do.

    The collimator's shadow is shown black.
    """
    body = np.maximum(measured, BARE)
    shown = _evened(body, view)
    open_ = _shutter(view, rng)
    seen = shown[(open_ > 0.99) & (measured > BARE)]
    low, high = np.percentile(seen[::7], [2, 99.8])
    low -= DARKEST * (high - low)
    level = np.clip((shown - low) / (high - low), 0, 1)
    toned = level**1.35 * (0.04 + 0.96 * np.clip((measured - BARE) / 0.5, 0, 1))
    grey: np.ndarray = np.rint(toned * open_ * GREYS).astype(np.uint16)
    return grey


def _exposure(light: Picture) -> float:
    """Photons per square millimetre before the patient: enough for the chambers.

    Args:
        light: What passes the patient, as a share.
    """
    rows, columns = light.shape
    middle = light[rows // 3 : 2 * rows // 3, columns // 3 : 2 * columns // 3]
    return min(WANTED_PER_MM2 / float(np.median(middle)), MOST_PER_MM2)


def _evened(body: Picture, view: View) -> Picture:
    """What is left of brightness, shapes and borders when each has its share."""
    large = spread(body, CONTRAST_MM / view.pixel_mm)
    smooth = spread(body, FINE_MM / view.pixel_mm)
    fine = (body - smooth) * _more_where_little(body - smooth, view)
    edges = fine - gaussian_filter(fine, EDGE_MM / view.pixel_mm)
    middle = smooth - large
    most = np.where(middle > 0, np.float32(MOST_BRIGHT), np.float32(MOST_DARK))
    shapes = most * np.tanh(middle / most)
    evened: np.ndarray = (
        LARGE_KEPT * large + shapes + FINE_GAIN * fine + EDGE_GAIN * edges
    )
    return evened


def _more_where_little(detail: Picture, view: View) -> Picture:
    """How much to raise contrast at each place: most where there is little."""
    usual = np.clip(detail, -4 * LOCAL_SD, 4 * LOCAL_SD)  # the skin does not count
    local = np.sqrt(spread(usual * usual, LOCAL_MM / view.pixel_mm))
    gain: np.ndarray = (LOCAL_SD / (local + LOCAL_SD)) ** np.float32(LOCAL_EVENED)
    return gain


def spread(picture: Picture, pixels: float) -> Picture:
    """Blur widely: on a coarse copy, which looks the same and is much faster."""
    step = max(int(pixels / 8), 1)
    rows, columns = (-(-size // step) * step for size in picture.shape)
    missing = ((0, rows - picture.shape[0]), (0, columns - picture.shape[1]))
    padded = np.pad(picture, missing, mode="edge")
    strips = padded.reshape(rows // step, step, columns).mean(axis=1)
    blocks = strips.reshape(rows // step, columns // step, step).mean(axis=2)
    coarse = gaussian_filter(blocks, pixels / step, mode="nearest")
    fine = coarse
    for size in picture.shape:
        place = np.clip((np.arange(size) + 0.5) / step - 0.5, 0, len(fine) - 1)
        lower = np.minimum(place.astype(int), len(fine) - 2)
        share = (place - lower).astype(np.float32)[:, None]
        fine = (fine[lower] * (1 - share) + fine[lower + 1] * share).T
    return np.ascontiguousarray(fine)


def _shutter(view: View, rng: np.random.Generator) -> Picture:
    """1 inside the collimated field, 0 outside; never quite straight."""
    turn = float(np.radians(rng.normal(0, 0.5)))
    borders = np.maximum(rng.normal(SHUTTER_MM, 2.0, 4), 2.0)
    rows, columns = view.shape
    middle_row, middle_column = view.middle
    row = (np.arange(rows, dtype=np.float32) - middle_row)[:, None]
    column = (np.arange(columns, dtype=np.float32) - middle_column)[None, :]
    row, column = row + turn * column, column - turn * row
    inside = np.minimum.reduce(
        [
            row + middle_row - borders[0] / view.pixel_mm,
            middle_row - row - borders[1] / view.pixel_mm,
            column + middle_column - borders[2] / view.pixel_mm,
            middle_column - column - borders[3] / view.pixel_mm,
        ]
    )
    open_: np.ndarray = np.clip(inside / 2 + 0.5, 0, 1).astype(np.float32)
    return open_
