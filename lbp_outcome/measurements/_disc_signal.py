"""T2 signal of a disc and of the cerebrospinal fluid, evened out over the image."""

import numpy as np
from jaxtyping import Bool, Float
from scipy import ndimage

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.canal import Sections, canal_sections
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.frame import Points, rough_frame
from lbp_outcome.geometry.once import once
from lbp_outcome.image import Image
from lbp_outcome.measurements._evenness import UNKNOWN, even_signal, shading, within
from lbp_outcome.measurements._signal import (
    FEWEST_VOXELS,
    eroded,
    is_clipped,
    peak_mean,
    require_not_black,
    signal_at,
)
from lbp_outcome.spine import Spine, Structure

INNER_SHARE = 0.6
"""Share of the disc's footprint that is looked at: the nucleus and around it."""

RIM_FROM_SHARE = 0.75
"""Beyond this share of its footprint a disc is annulus; what lies between is left out,
as the border of the nucleus lies elsewhere in every disc."""

SECTORS = 32
"""Directions in which the outline of a disc is looked up."""

SLAB_MM = 10.0
"""Half the height of the piece of canal that serves as reference [mm]."""

CANAL = "the spinal canal"
CLIPPED = "the image is clipped, so that the brightness of {} is not known"

Signal = Float[np.ndarray, " n"]


@once
def inner_signal(examination: Examination, disc: Disc) -> Signal:
    """Return the even T2 signal of the inner disc, the outermost voxels left out.

    Raises:
        NotMeasurable: The disc is not segmented, too small, or outside the image.
    """
    points, raw = _inner(examination, disc)
    even: Signal = raw / shading(examination, "t2").at(points)
    return even


@once
def rim_signal(examination: Examination, disc: Disc) -> Signal:
    """Return the even T2 signal of the outer annulus, the outermost voxels left out.

    Raises:
        NotMeasurable: The disc is not segmented, too small, or outside the image.
    """
    points, outwards = _voxels(examination.spine, disc)
    outer = points[outwards > RIM_FROM_SHARE]
    return even_signal(examination, "t2", outer, f"the annulus of {disc}")


@once
def fluid_signal(examination: Examination) -> float:
    """Return the typical even T2 signal of the cerebrospinal fluid.

    The mean around the most frequent value in the widest piece of the lumbar canal,
    without its outermost voxels and without the cord. A lower bound where the fluid is
    clipped (`fluid_is_clipped`).

    Raises:
        NotMeasurable: The canal is not segmented, lies outside the image, or is black.
    """
    points = _fluid(examination.spine)
    bright = peak_mean(even_signal(examination, "t2", points, CANAL))
    require_not_black(_t2(examination), bright, CANAL)
    return bright


@once
def fluid_is_clipped(examination: Examination) -> bool:
    """Whether the fluid's brightness was cut off, as in the public SPIDER images."""
    t2 = _t2(examination)
    return is_clipped(t2, signal_at(t2, _fluid(examination.spine), CANAL))


@once
def disc_is_clipped(examination: Examination, disc: Disc) -> bool:
    """Whether the brightest part of the inner disc was cut off.

    Raises:
        NotMeasurable: The disc is not segmented, too small, or outside the image.
    """
    _, raw = _inner(examination, disc)
    return is_clipped(_t2(examination), raw)


def refuse_clipped_disc(examination: Examination, disc: Disc) -> None:
    """Refuse what the signal of a disc cannot tell where it was cut off.

    Raises:
        NotMeasurable: The brightest part of the disc is clipped.
    """
    if disc_is_clipped(examination, disc):
        raise NotMeasurable(CLIPPED.format(f"disc {disc}"))


def fluid_ratio(examination: Examination, signal: float) -> float:
    """Return a signal over that of the fluid.

    Raises:
        NotMeasurable: There is no fluid to compare with, or it is clipped; the message
            then gives the upper bound.
    """
    ratio = signal / fluid_signal(examination)
    if fluid_is_clipped(examination):
        raise NotMeasurable(
            f"{CLIPPED.format('the cerebrospinal fluid')}; "
            f"the ratio is at most {ratio:.2f}"
        )
    return ratio


def shading_remark(examination: Examination) -> str:
    """Return what a reader should know of the coil's shading; mostly nothing."""
    return "" if shading(examination, "t2").is_known else UNKNOWN


def _t2(examination: Examination) -> Image:
    assert examination.t2 is not None  # a measurement that needs it is refused before
    return examination.t2


@once
def _inner(examination: Examination, disc: Disc) -> tuple[Points, Signal]:
    """Places in the inner disc, and the signal there as the scanner gave it."""
    t2 = _t2(examination)
    points, outwards = _voxels(examination.spine, disc)
    inner = points[outwards <= INNER_SHARE]
    return inner[within(t2, inner)], signal_at(t2, inner, f"disc {disc}")


@once
def _voxels(spine: Spine, disc: Disc) -> tuple[Points, Float[np.ndarray, " n"]]:
    """Voxels of a disc without its outermost layer, and how far out each lies."""
    if disc not in spine.discs:
        raise NotMeasurable(f"disc {disc} is not segmented")
    mask, inner = spine.discs[disc].mask, eroded(spine.discs[disc])
    index = np.argwhere(inner).astype(float)
    if len(index) < FEWEST_VOXELS:
        raise NotMeasurable(f"disc {disc} is too small to measure its signal")
    along = np.linalg.inv(mask.affine[:3, :3]) @ disc_frame(spine, disc).superior
    return mask.to_patient(index), _outwards(index, along)


def _outwards(
    index: Float[np.ndarray, "n 3"], along: Float[np.ndarray, "3"]
) -> Float[np.ndarray, " n"]:
    """Share of the footprint's area that lies further in than each voxel.

    The footprint is what the voxels cover, seen along a direction; the border of a
    share of it is the outline shrunk towards the middle.
    """
    axis = int(np.abs(along).argmax())
    slid = index - index[:, [axis]] * along / along[axis]
    flat = np.delete(slid, axis, axis=1)
    away = (flat - flat.mean(axis=0)) / np.ptp(flat, axis=0).clip(1.0)
    sector = (np.arctan2(*away.T) / (2 * np.pi) % 1 * SECTORS).astype(int) % SECTORS
    radius = np.hypot(*away.T)
    outline = np.zeros(SECTORS)
    np.maximum.at(outline, sector, radius)
    smooth = ndimage.uniform_filter1d(outline, 3, mode="wrap")
    share: np.ndarray = (radius / np.maximum(smooth, 1e-6)[sector]) ** 2
    return share


@once
def _fluid(spine: Spine) -> Points:
    """Voxels of the canal around its widest lumbar section, the cord left out."""
    sections = canal_sections(spine)
    assert spine.canal is not None  # or there would be no sections
    points = _places(spine.canal, eroded(spine.canal))
    widest = sections.centres[_widest(spine, sections)]
    near = np.abs((points - widest) @ rough_frame(spine).superior) <= SLAB_MM
    return _without_cord(points[near], spine.cord)


def _widest(spine: Spine, sections: Sections) -> int:
    """The complete section with the largest area, below the conus if that is known."""
    area: Float[np.ndarray, " n"] = np.where(sections.complete, sections.area_mm2, 0.0)
    if Vertebra.L2 in spine.vertebrae:
        frame, conus = rough_frame(spine), spine.vertebrae[Vertebra.L2].centroid
        below = (sections.centres - conus) @ frame.superior < 0
        area = np.where(below, area, 0.0) if (below & sections.complete).any() else area
    return int(area.argmax())


def _without_cord(points: Points, cord: Structure | None) -> Points:
    if cord is None:
        return points
    index = np.rint(cord.mask.to_index(points)).astype(int)
    within = ((index >= 0) & (index < cord.mask.values.shape)).all(axis=1)
    inside = np.zeros(len(points), bool)
    inside[within] = cord.mask.values[tuple(index[within].T)]
    return points[~inside]


def _places(structure: Structure, voxels: Bool[np.ndarray, "i j k"]) -> Points:
    return structure.mask.to_patient(np.argwhere(voxels).astype(float))
