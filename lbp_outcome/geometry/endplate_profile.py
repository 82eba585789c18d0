"""The profile of an endplate from front to back in the midline."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.spatial import cKDTree

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.endplate import CENTRAL_SHARE, Endplate
from lbp_outcome.geometry.frame import Frame, Points

MIDLINE_MM, BAND_MM = 5.0, 12.0
"""Half the width of the band that shows where an endplate begins and ends, and of the
wider one that its shape is fitted to: the steps between voxels then even out [mm]."""

SLICES = 0.75
"""The bands are at least this many slices wide to either side."""

FEWEST_POINTS = 12
ROUNDS = 4
LEAST_SPREAD_MM = 0.4
"""Residuals below this are the grain of the voxels, not pits [mm]."""


@dataclass(frozen=True, eq=False)
class EndplateProfile:
    """How an endplate runs along the midline, in a frame beside it.

    Attributes:
        front: Where the endplate begins in front; smaller is further forward [mm].
        back: Where it ends behind [mm].
        curve: Height as a polynomial of the place from front to back, from the
            constant term up [mm].
    """

    front: float
    back: float
    curve: Float[np.ndarray, "3"]

    def height_at(self, place: float) -> float:
        """Return the height of the endplate at a place from front to back [mm]."""
        return float(self.curve @ np.array([1.0, place, place**2]))


def endplate_profile(plate: Endplate, frame: Frame, name: str) -> EndplateProfile:
    """Return the profile of an endplate in the midline of a frame.

    A parabola follows the hollow of the endplate and bridges pits. The rim, which
    carries osteophytes, is no part of an endplate's points; the parabola is prolonged
    to where the rim must lie.

    Args:
        plate: The endplate.
        frame: Its origin lies in the midline; its axes say where front and up are.
        name: What the endplate is called in a refusal.

    Raises:
        NotMeasurable: The endplate does not reach the midline.
    """
    local = frame.local(plate.level_points)
    aside, least = np.abs(local[:, 0]), SLICES * plate.apart_mm
    midline = local[aside <= max(MIDLINE_MM, least)]
    if len(midline) < FEWEST_POINTS:
        raise NotMeasurable(f"the {name} does not show in the midline")
    front, back = _rims(midline)
    return EndplateProfile(front, back, _parabola(local[aside <= max(BAND_MM, least)]))


def _rims(midline: Points) -> tuple[float, float]:
    """Where the endplate begins and ends, the rim that was left out put back."""
    front, back = float(midline[:, 1].min()), float(midline[:, 1].max())
    apart, _ = cKDTree(midline).query(midline, k=2)
    grain = float(np.median(apart[:, 1]))  # points lie in the middle of their voxels
    middle = (front + back) / 2
    reach = (back - front + grain) / 2 / math.sqrt(CENTRAL_SHARE)
    return middle - reach, middle + reach


def _parabola(band: Points) -> Float[np.ndarray, "3"]:
    """Coefficients along the midline of a curved surface through most of the points."""
    left, place, height = band.T
    terms = (np.ones_like(place), place, place**2, left, left**2, left * place)
    powers = np.stack(terms, axis=1)
    weights = np.ones(len(place))
    for _ in range(ROUNDS):
        weighted = powers * weights[:, None]
        found, *_ = np.linalg.lstsq(weighted.T @ powers, weighted.T @ height)
        away = np.abs(height - powers @ found)
        spread = max(1.4826 * float(np.median(away)), LEAST_SPREAD_MM)
        weights = np.clip(1 - (away / (4.685 * spread)) ** 2, 0, None) ** 2
    curve: np.ndarray = found[:3]
    return curve
