"""Voxel grids around a phantom."""

import numpy as np
from scipy.spatial.transform import Rotation

from lbp_outcome.image import Image
from lbp_outcome.phantoms.phantom import Phantom
from lbp_outcome.phantoms.shapes import Vector

Three = tuple[float, float, float]
PAIRS = ("LR", "AP", "SI")


def grid_around(
    anatomy: Phantom,
    spacing_mm: Three = (0.8, 0.8, 0.8),
    *,
    axes: str = "LPS",
    turn_deg: Three = (0.0, 0.0, 0.0),
    shift_mm: Three = (0.0, 0.0, 0.0),
    margin_mm: float = 6.0,
) -> Image:
    """Return an empty grid of voxels that holds a whole phantom.

    Args:
        anatomy: What it must hold.
        spacing_mm: Spacing left to right, front to back and up and down [mm].
        axes: Where the three array axes run: each of L/R, A/P and S/I once.
        turn_deg: How the scan is turned against the patient [deg].
        shift_mm: Moves the voxels against the phantom [mm].
        margin_mm: Free space around the phantom [mm].
    """
    turn = Rotation.from_euler("xyz", turn_deg, degrees=True).as_matrix()
    steps = np.array([turn @ _direction(letter) for letter in axes])
    spacing = np.array([spacing_mm[_pair(letter)] for letter in axes])
    along = (anatomy.extent() + shift_mm) @ steps.T
    first = along.min(axis=0) - margin_mm
    count = np.ceil((along.max(axis=0) + margin_mm - first) / spacing).astype(int) + 1
    affine = np.eye(4)
    affine[:3, :3] = steps.T * spacing
    affine[:3, 3] = steps.T @ first - np.asarray(shift_mm)
    return Image(np.zeros(tuple(count), np.int16), affine)


def _pair(letter: str) -> int:
    """0 for left-right, 1 for front-back, 2 for up-down."""
    return next(place for place, pair in enumerate(PAIRS) if letter in pair)


def _direction(letter: str) -> Vector:
    """Unit vector in patient space, RAS+."""
    direction = np.zeros(3)
    direction[_pair(letter)] = 1.0 if letter in "RAS" else -1.0
    return direction
