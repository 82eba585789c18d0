"""The line that best parts two sets of points in a plane."""

import numpy as np
from jaxtyping import Float

SOFTNESS_MM = 0.6
"""The plane is pulled by voxels up to about this far from touching it [mm]."""

ZOOM_DEG = ((15.0, 4), (5.0, 2), (1.5, 3))
"""The angle is looked for in steps of so many degrees, so many steps either way."""

FIRST_DEG = 45.0

Flat = Float[np.ndarray, "_ 2"]


def parting_line(behind: Flat, ahead: Flat) -> tuple[float, float]:
    """Angle [deg] and offset [mm] of the line that best parts two sets of points."""
    angle = FIRST_DEG
    for step, count in ZOOM_DEG:
        angles = angle + step * np.arange(-count, count + 1)
        costs, offsets = _costs(behind, ahead, angles)
        best = int(costs.argmin())
        angle = float(angles[best])
    if 0 < best < len(costs) - 1:
        angle += step * _vertex(costs[best - 1 : best + 2])
    return angle, float(offsets[best])


def _vertex(costs: Float[np.ndarray, "3"]) -> float:
    """Where a parabola through three values has its lowest point [steps]."""
    bend = costs[0] - 2 * costs[1] + costs[2]
    return float(0.5 * (costs[0] - costs[2]) / bend) if bend > 0 else 0.0


def _costs(
    behind: Flat, ahead: Flat, angles: Float[np.ndarray, " n"]
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Logistic loss of the best line at each angle, and its offset.

    The loss counts how deep voxels lie on the wrong side, softly; both processes weigh
    the same. The offset is found by Newton's method.
    """
    turned = np.radians(angles)
    normals = np.stack([-np.cos(turned), np.sin(turned)], axis=1)
    places = [normals @ behind.T, normals @ ahead.T]
    offset = _edges_middle(*places)
    sign = np.repeat([1.0, -1.0], [len(behind), len(ahead)])
    weight = np.repeat([1 / len(behind), 1 / len(ahead)], [len(behind), len(ahead)])
    signed = np.concatenate(places, axis=1) * (sign / SOFTNESS_MM)
    for _ in range(4):
        depth = (sign / SOFTNESS_MM) * offset[:, None] - signed
        wrong = 1 / (1 + np.exp(-np.maximum(depth, -50)))
        slope = wrong @ (weight * sign) / SOFTNESS_MM
        bend = (wrong * (1 - wrong)) @ weight / SOFTNESS_MM**2
        offset = offset - np.clip(slope / np.maximum(bend, 1e-9), -0.5, 0.5)
    depth = (sign / SOFTNESS_MM) * offset[:, None] - signed
    loss = np.maximum(depth, 0) + np.log(1 + np.exp(-np.abs(depth)))
    return loss @ weight, offset


def _edges_middle(
    behind: Float[np.ndarray, "n points"], ahead: Float[np.ndarray, "n others"]
) -> Float[np.ndarray, " n"]:
    """Half way between the facing edges of both sets."""
    middle: np.ndarray = (_quantiles(behind, 0.1) + _quantiles(ahead, 0.9)) / 2
    return middle


def _quantiles(
    rows: Float[np.ndarray, "n points"], share: float
) -> Float[np.ndarray, " n"]:
    """The same quantile of each row: as numpy's, which takes twice as long."""
    place = share * (rows.shape[1] - 1)
    low = int(place)
    lower, upper = np.partition(rows, (low, low + 1), axis=1)[:, low : low + 2].T
    quantiles: np.ndarray = lower + (place - low) * (upper - lower)
    return quantiles
