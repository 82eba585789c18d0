"""What lies on a footprint: on points seen from one side."""

import edt
import numpy as np
from jaxtyping import Bool, Float

CELL_MM = 0.5


def on_footprint(
    footprint: Float[np.ndarray, "_ 2"],
    points: Float[np.ndarray, "n 2"],
    within_mm: float,
) -> Bool[np.ndarray, " n"]:
    """Return which points lie on a footprint or next to it, to a fraction of 1 mm.

    Args:
        footprint: At least one position [mm].
        points: What is asked about [mm].
        within_mm: How far from the footprint counts as next to it [mm].
    """
    corner = footprint.min(axis=0) - 2 * within_mm
    size = np.ceil((np.ptp(footprint, axis=0) + 4 * within_mm) / CELL_MM).astype(int)
    free = np.ones(size, np.uint8)
    free[tuple(((footprint - corner) / CELL_MM).astype(int).T)] = 0
    near = edt.edt(free, anisotropy=(CELL_MM, CELL_MM), parallel=1) <= within_mm
    cell = np.clip(((points - corner) / CELL_MM).astype(int), 0, size - 1)
    on: np.ndarray = near[tuple(cell.T)]  # the outermost cells are never near
    return on
