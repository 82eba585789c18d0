"""The spinal canal: its centreline and the cross-sections square to it."""

import warnings
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import ndimage
from scipy.interpolate import BSpline, make_splrep
from scipy.signal import savgol_filter
from scipy.spatial import cKDTree

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.cut import PIXEL_MM, Cut
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.frame import Points, Vector, rough_frame, up_at
from lbp_outcome.geometry.once import once
from lbp_outcome.geometry.profile import Profiles, profiles
from lbp_outcome.spine import Spine, Structure

STEP_MM = 1.0
"""Distance between neighbouring cross-sections [mm]."""

SLAB_MM = 3.0
RAGGED_SLABS = 5
FEWEST_SLABS = 6
ROUGHNESS_MM = 0.8
"""How far the smooth centreline may stay off the centres of its slabs: stiff, because
only its direction matters, and centres jump where thick slices end [mm]."""

HALF_FIELD_MM = 24.0
"""How far a cross-section reaches to the front and to the back [mm]."""

SMOOTHED_OVER = 7
"""Chords are smoothed over this many sections, by a parabola that keeps minima."""

CONTINUES_MM = 3
CONTINUES_SHARE = 0.65
"""A section is complete if this share of it goes on this far up and down."""

TOO_SHORT = "the segmented piece of the spinal canal is too short"

BEHIND_MM = 60.0
"""The canal lies nearer to its disc than this [mm]."""

REACH_MM = 8.0
"""A disc's canal is looked at from this far below to this far above the disc [mm]."""

PEDICLE_MM = 3.0
"""The canal between the pedicles is looked at this far up and down from the middle of
the vertebral body [mm]."""

FEWEST_AT_PEDICLES = 4
"""Complete sections needed between the pedicles."""


@dataclass(frozen=True, eq=False)
class Sections:
    """Cross-sections of the canal, from the lowest up, one every millimetre.

    A section is made of chords from front to back, one in each sagittal slice of the
    scan, so that nothing has to be interpolated between thick slices.

    Attributes:
        cut: Where the sections meet the slices; its centres run along the canal.
        pixels: Share of each pixel that lies in the canal.
        complete: Whether the canal goes on above and below the section.
    """

    cut: Cut
    pixels: Float[np.ndarray, "section slice pixel"]
    complete: Bool[np.ndarray, " section"]

    @property
    def centres(self) -> Points:
        """Positions along the centreline [mm]."""
        return self.cut.centres

    @cached_property
    def _profiles(self) -> Profiles:
        chords = self.pixels.sum(axis=2) * PIXEL_MM
        return profiles(_smoothed(chords), self.cut.apart_mm)

    @property
    def area_mm2(self) -> Float[np.ndarray, " section"]:
        """Area of each section [mm2]."""
        return self._profiles.area_mm2

    @property
    def depth_mm(self) -> Float[np.ndarray, " section"]:
        """Front-to-back diameter in the middle of each section [mm]."""
        return self._profiles.depth_mm

    @cached_property
    def width_mm(self) -> Float[np.ndarray, " section"]:
        """Width of each section [mm], evened out along the canal.

        It hangs on the last chords alone, which come and go from section to section.
        """
        return _smoothed(self._profiles.width_mm)


def _smoothed(
    values: Float[np.ndarray, "*shape"],
) -> Float[np.ndarray, "*shape"]:
    """Even out values along the canal without filling in its narrow places."""
    smooth = savgol_filter(values, SMOOTHED_OVER, 2, axis=0)
    return np.where(values > 0, smooth, 0.0).clip(0)


@once
def canal_sections(spine: Spine) -> Sections:
    """Return the cross-sections of the canal, square to its centreline.

    Raises:
        NotMeasurable: The canal is not segmented, or too short.
    """
    if spine.doubt:
        raise NotMeasurable(spine.doubt)
    if spine.canal is None:
        raise NotMeasurable("the spinal canal is not segmented")
    frame = rough_frame(spine)
    centres = _centreline(spine.canal, frame.superior)
    mask = spine.canal.continued()
    cut = Cut.square_to(
        np.gradient(centres, axis=0), centres, mask, frame.posterior, HALF_FIELD_MM
    )
    pixels = cut.sample(mask)
    return Sections(cut, pixels, _goes_on(pixels))


@once
def sections_at(spine: Spine, disc: Disc) -> Bool[np.ndarray, " section"]:
    """Return which cross-sections belong to a disc, incomplete ones left out.

    Raises:
        NotMeasurable: The canal does not pass the disc completely.
    """
    sections, frame = canal_sections(spine), disc_frame(spine, disc)
    height = frame.local(sections.centres)
    level = np.where(np.abs(height[:, 1]) < BEHIND_MM, np.abs(height[:, 2]), np.inf)
    along = np.abs(np.arange(len(level)) - level.argmin()) * STEP_MM
    beside: np.ndarray = (along <= REACH_MM) & sections.complete
    if level.min() > STEP_MM or beside.sum() * STEP_MM < REACH_MM:
        raise NotMeasurable(f"the spinal canal is not segmented all along {disc}")
    return beside


@once
def narrowest(spine: Spine, disc: Disc) -> int:
    """Return which of a disc's cross-sections has the smallest area.

    Raises:
        NotMeasurable: The canal does not pass the disc completely.
    """
    area = canal_sections(spine).area_mm2
    beside = sections_at(spine, disc)
    return int(np.where(beside, area, np.inf).argmin())


@once
def sections_behind(spine: Spine, vertebra: Vertebra) -> Bool[np.ndarray, " section"]:
    """Return which cross-sections lie between the pedicles of a vertebra.

    Raises:
        NotMeasurable: The canal does not pass the vertebra completely, or its body
            cannot be made out.
    """
    sections, middle = canal_sections(spine), body(spine, vertebra)
    up = up_at(spine, middle)
    away = (sections.centres - middle.centroid) @ up
    aside = np.linalg.norm(sections.centres - middle.centroid, axis=1)
    level = np.where(aside < BEHIND_MM, np.abs(away), np.inf)
    along = np.abs(np.arange(len(level)) - level.argmin()) * STEP_MM
    behind: np.ndarray = (along <= PEDICLE_MM) & sections.complete
    if level.min() > STEP_MM or behind.sum() < FEWEST_AT_PEDICLES:
        raise NotMeasurable(f"the spinal canal is not segmented behind {vertebra}")
    return behind


def _centreline(canal: Structure, superior: Vector) -> Points:
    """Smooth curve through the centres of slabs, which are squared up twice."""
    along = canal.points @ superior
    line = _smooth_line(canal.points, along)
    for _ in range(2):
        _, nearest = cKDTree(line).query(canal.points)
        line = _smooth_line(canal.points, nearest * STEP_MM)
    return line


def _smooth_line(points: Points, along: Float[np.ndarray, " n"]) -> Points:
    line = _resample(_slab_centres(points, along))
    if len(line) < SMOOTHED_OVER:
        raise NotMeasurable(TOO_SHORT)
    return line


def _slab_centres(points: Points, along: Float[np.ndarray, " n"]) -> Points:
    slab = ((along - along.min()) / SLAB_MM).astype(int)
    count = np.bincount(slab)
    sums = [np.bincount(slab, weights=column) for column in points.T]
    filled = np.flatnonzero(count > 0)
    filled = filled[_ragged_end(count[filled]) :]
    filled = filled[: len(filled) - _ragged_end(count[filled][::-1])]
    if len(filled) < FEWEST_SLABS:
        raise NotMeasurable(TOO_SHORT)
    centres: np.ndarray = np.stack(sums, axis=1)[filled] / count[filled, None]
    return centres


def _ragged_end(count: Int[np.ndarray, " slab"]) -> int:
    """How many slabs at one end are smaller because the mask ends in them."""
    end = 0
    while (
        end < min(RAGGED_SLABS, len(count) - 1) and count[end] < 0.85 * count[end + 1]
    ):
        end += 1
    return end


def _resample(nodes: Points) -> Points:
    """Return points one step apart on a smooth curve along the nodes."""
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(nodes, axis=0), axis=1))]
    allowed = len(nodes) * ROUGHNESS_MM**2
    curves = [_smooth_curve(length, column, allowed) for column in nodes.T]
    steps = np.arange(0, length[-1], STEP_MM)
    line: np.ndarray = np.stack([curve(steps) for curve in curves], axis=1)
    return line


def _smooth_curve(
    length: Float[np.ndarray, " nodes"],
    column: Float[np.ndarray, " nodes"],
    allowed: float,
) -> BSpline:
    """Return a curve whose squared distances from the nodes sum up to what is allowed.

    For some nodes the search for that sum ends early, with a smooth curve all the same.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return make_splrep(length, column, s=allowed)


def _goes_on(pixels: Float[np.ndarray, "n left posterior"]) -> Bool[np.ndarray, " n"]:
    """Whether each section goes on above and below, as no end of a mask does.

    Sections between two that go on do so too, however much a stenosis squeezes them.
    """
    own = pixels.sum(axis=(1, 2))
    complete = _like_neighbours(pixels, own)
    piece, _ = ndimage.label(own > 0)
    for number in np.unique(piece[complete]):
        first, last = np.flatnonzero(complete & (piece == number))[[0, -1]]
        complete[first : last + 1] = True
    return complete


def _like_neighbours(
    pixels: Float[np.ndarray, "n left posterior"], own: Float[np.ndarray, " n"]
) -> Bool[np.ndarray, " n"]:
    """Whether sections a little above and below show most of each section again."""
    complete: np.ndarray = own > 0
    for step in (CONTINUES_MM, -CONTINUES_MM):
        shared = np.zeros(len(own))
        rows = slice(step, None) if step > 0 else slice(None, step)
        back = slice(None, -step) if step > 0 else slice(-step, None)
        shared[back] = np.minimum(pixels[back], pixels[rows]).sum(axis=(1, 2))
        complete &= shared >= CONTINUES_SHARE * own
    return complete
