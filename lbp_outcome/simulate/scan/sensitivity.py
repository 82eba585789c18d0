"""Where a scan is bright and where dark: the surface coil and the saturation band."""

import numpy as np
from jaxtyping import Float32

from lbp_outcome.simulate.scan.plan import Scan

GAIN = 1.12
"""Makes the sensitivity about 1 at the depth of the canal."""

HOT, HOT_REACH_MM = 0.4, 25.0
"""Right under the coil the fat is brighter by this share, which falls fast; scanners
even out the rest of the fall for the most part."""

COIL_HALF_WIDTH_MM, COIL_HALF_HEIGHT_MM = 150.0, 165.0
"""Beyond these the coil ends and sees little."""

BAND_EDGE_MM = 22.0
"""How far the edge of a saturation band is washed out."""

Plane = Float32[np.ndarray, "row column"]


def coil_sensitivity(scan: Scan) -> Plane:
    """Return the coil's sensitivity: brightest at the back, falling forwards.

    It is taken in the middle slice and holds for all.
    """
    right, ahead, up = (
        axis - np.float32(start)
        for axis, start in zip(_positions(scan), scan.coil, strict=True)
    )
    depth = np.maximum(ahead, 0)
    fall = np.exp(depth / np.float32(-scan.site.coil_reach_mm))
    fall *= 1 + np.float32(HOT) * np.exp(depth / np.float32(-HOT_REACH_MM))
    aside = np.square(right / np.float32(COIL_HALF_WIDTH_MM))
    end = np.square(up / np.float32(COIL_HALF_HEIGHT_MM))
    rest = (1 + aside * aside) * (1 + end * end * end)
    sensitivity: np.ndarray = np.float32(GAIN) * fall / rest
    return sensitivity


def share_in_band(scan: Scan) -> Plane:
    """Return 1 in front of the spine, where a band would lie, 0 elsewhere."""
    _, depth, _ = _positions(scan)
    beyond = (depth - np.float32(scan.band)) / BAND_EDGE_MM
    inside: np.ndarray = np.clip(beyond + 0.5, 0, 1)
    return inside.astype(np.float32)


def _positions(scan: Scan) -> tuple[Plane, Plane, Plane]:
    """Patient position of each pixel of the middle slice [mm]."""
    columns, rows, slices = scan.shape
    column, row = np.arange(columns)[None, :], np.arange(rows)[:, None]
    right, ahead, up = (
        (step[0] * column + step[1] * row + step[2] * (slices - 1) / 2 + step[3])
        for step in scan.affine[:3]
    )
    return (
        right.astype(np.float32),
        ahead.astype(np.float32),
        up.astype(np.float32),
    )
