"""What is left of the pedicles in front of the canal, told from the body."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy import ndimage

from lbp_outcome.geometry.footprint import on_footprint
from lbp_outcome.geometry.frame import Frame, Points
from lbp_outcome.spine import Structure

BAND_MM = 10.0
"""Between the pedicles, a vertebra in front of the canal is nothing but body this far
aside [mm]."""

BEHIND_MM = (2.0, 7.0)
"""How far behind the canal's front wall the pedicles are looked for [mm]."""

FLARE_MM = 2.0
"""A pedicle is wider by so much where it joins the body [mm]."""

WAIST, UP_TO = 0.35, 0.9
"""A pedicle joins the body above its waist, which ends at this share of the way from
the middle to the endplates. There the body is compared with its lower half, from the
waist up to the second share."""

HALF, HARDLY = 0.5, 0.25
"""A place with less than the first share of bone is outside, above the waist with less
than the second: in thick slices a rim may be wider above than below."""

FEWEST_VOXELS, EVERY = 100, 4
"""So many voxels are needed; each so many-th tells enough of the endplates."""


def pedicle_stub(
    whole: Structure, frame: Frame, behind_mm: Float[np.ndarray, " n"]
) -> Bool[np.ndarray, " n"]:
    """Return which voxels in front of the canal belong to the pedicles.

    A body is much the same above and below its middle, and pedicles join its upper
    half: what lies in front of them and has no counterpart in the lower half is none of
    the body.

    Args:
        whole: A vertebra with its arch.
        frame: Axes of the vertebra.
        behind_mm: How far behind the canal's front wall each voxel lies; those of the
            body are negative [mm].
    """
    points, front = frame.local(whole.points), behind_mm < 0
    stub = np.zeros(len(points), bool)
    band = front & (np.abs(points[:, 0] - np.median(points[front, 0])) <= BAND_MM)
    root = (behind_mm > BEHIND_MM[0]) & (behind_mm < BEHIND_MM[1])
    if band.sum() < FEWEST_VOXELS or not root.any():
        return stub
    body = _Body.between_pedicles(points[band][::EVERY])
    before = np.flatnonzero(front & (points[:, 1] > body.centre[1]))
    on_root = on_footprint(points[root][:, ::2], points[before][:, ::2], FLARE_MM)
    before = before[on_root]
    before = before[body.height(points[before]) > -WAIST]
    for lowest in (UP_TO, WAIST):  # a pit in the lower endplate is no lack of body
        least = np.where(body.height(points[before]) < WAIST, HALF, HARDLY)
        there = frame.to_patient(body.counterpart(points[before], lowest))
        before = before[_share(whole, there) < least]
    stub[before] = True
    return stub


def _share(whole: Structure, places: Points) -> Float[np.ndarray, " n"]:
    """How much of a mask there is at some places, between its voxels."""
    index = whole.mask.to_index(places).T
    values = whole.mask.values.astype(np.uint8)
    share: np.ndarray = ndimage.map_coordinates(
        values, index, output=np.float32, order=1, prefilter=False
    )
    return share


@dataclass(frozen=True, eq=False, kw_only=True)
class _Body:
    """Where the endplates of a body lie, and how it leans, in a frame.

    Attributes:
        centre: Its centre of mass [mm].
        middle: Height of its middle: at the origin, and per mm aside and behind.
        half: Half its height, likewise.
        lean: How much further behind its upper endplate lies than its middle [mm].
    """

    centre: Float[np.ndarray, "3"]
    middle: Float[np.ndarray, "3"]
    half: Float[np.ndarray, "3"]
    lean: float

    @classmethod
    def between_pedicles(cls, points: Points) -> "_Body":
        """Describe a body by the voxels of it that lie between the pedicles.

        The voxels of a column lie around its middle, on average a quarter of its
        height away from it.
        """
        places = _places(points)
        middle = np.linalg.lstsq(places, points[:, 2], rcond=None)[0]
        away = points[:, 2] - places @ middle
        half = np.linalg.lstsq(places, 2 * np.abs(away), rcond=None)[0]
        lean = np.polyfit(away / (places @ half), points[:, 1], 1)[0]
        return cls(
            centre=points.mean(axis=0), middle=middle, half=half, lean=float(lean)
        )

    def height(self, points: Points) -> Float[np.ndarray, " n"]:
        """Return the height of points: 1 at the upper endplate, -1 at the lower."""
        places = _places(points)
        height: np.ndarray = (points[:, 2] - places @ self.middle) / (
            places @ self.half
        )
        return height

    def counterpart(self, points: Points, lowest: float) -> Points:
        """Return the mirror image of points in the lower half.

        Between the waist and `lowest`, a share of the way to the lower endplate.
        """
        above = self.height(points)
        below = -np.clip(np.abs(above), WAIST, lowest)
        there = points.copy()
        there[:, 1] += self.lean * (below - above)
        places = _places(there)
        there[:, 2] = places @ self.middle + below * (places @ self.half)
        return there


def _places(points: Points) -> Float[np.ndarray, "n 3"]:
    return np.column_stack([np.ones(len(points)), points[:, :2]])
