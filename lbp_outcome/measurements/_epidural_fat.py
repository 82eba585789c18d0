"""Fat between the dural sac and what lies behind it, in the midline."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import ndimage

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.canal import STEP_MM, Sections, canal_sections, sections_at
from lbp_outcome.geometry.cut import PIXEL_MM, Cut
from lbp_outcome.geometry.once import once
from lbp_outcome.measurements._canal_signal import (
    Weighting,
    fluid_near,
    straightened,
)
from lbp_outcome.spine import Spine

MIDLINE_WITHIN_MM = 4.5
"""The midline lies this near to the middle of the sac [mm]."""

HALF_BAND_MM = 2.0
"""Slices this near to the one with the most fat show the midline [mm]: the pad is a
ridge, and further aside it is shallower."""

DEEPEST_MM = 15.0
"""Fat further than this from the sac is not epidural [mm]."""

BEGINS_MM = 2.5
"""Fat begins this near to the sac: between them lie the dura and a mixed pixel [mm]."""

BRIGHT_T2 = 0.30
"""A third of the way from yellow ligament to fat, as a share of fluid on T2. Not half
way: at the top of its ridge, fat fills but a part of a slice [lbp-outcome]."""

FAT_QUANTILE, FAT_SHARE = 0.95, 0.35
LEAST_T1 = 2.0
"""On T1, fat is brighter than so far on the way from fluid to the brightest twentieth
behind the sac at all levels of this patient, and at least this many times as bright as
fluid."""

CLOSED_PIXELS = 3
"""Dark gaps narrower than this do not end the fat."""

FEWEST_SECTIONS = 10

BONE_SHARE = 0.5
"""A pixel with more of a vertebra in it shows marrow, not fat."""


@dataclass(frozen=True, eq=False)
class EpiduralFat:
    """Fat behind or before the sac at one disc.

    Attributes:
        depth_mm: Its depth in each section, in the midline [mm].
        remark: Which images show it.
    """

    depth_mm: Float[np.ndarray, " section"]
    remark: str

    @property
    def area_mm2(self) -> float:
        """Its area in the midline [mm2]."""
        return float(self.depth_mm.sum() * STEP_MM)

    @property
    def deepest_mm(self) -> float:
        """Its largest depth, as a mean over five sections [mm]."""
        return float(np.convolve(self.depth_mm, np.ones(5) / 5, mode="valid").max())


@once
def fat_behind(examination: Examination, disc: Disc) -> EpiduralFat:
    """Return the fat behind the sac at a disc.

    Bright on both T1 and T2, or on the one that is given.

    Raises:
        NotMeasurable: The canal is not segmented along the disc, or no image shows it.
    """
    return _fat(examination, disc, backwards=True)


@once
def fat_before(examination: Examination, disc: Disc) -> EpiduralFat:
    """Return the fat between the disc, or the vertebrae beside it, and the sac.

    Raises:
        NotMeasurable: The canal is not segmented along the disc, or no image shows it.
    """
    return _fat(examination, disc, backwards=False)


def _fat(examination: Examination, disc: Disc, *, backwards: bool) -> EpiduralFat:
    sections = canal_sections(examination.spine)
    rows = _rows(examination.spine, disc)
    given = images_given(examination)
    at = int(rows[len(rows) // 2])
    middle = _near_midline(sections.cut, at)
    away = away_from_sac(sections.pixels[rows][:, middle], backwards=backwards)
    bright = (away > 0) & (away <= DEEPEST_MM)
    bright &= ~_bone(examination.spine, disc, int(rows[0]), int(rows[-1]))
    for weighting in given:
        signal = straightened(examination, weighting)[rows][:, middle]
        bright &= signal > least_of_fat(examination, weighting, at)
    depth = _first_run(bright, away).sum(axis=2) * PIXEL_MM
    ridge = _ridge(depth, sections.cut.aside_mm[at, middle])
    return EpiduralFat(ridge, _remark(examination.spine, disc, given))


def _ridge(
    depth: Float[np.ndarray, "row slice"], aside_mm: Float[np.ndarray, " slice"]
) -> Float[np.ndarray, " row"]:
    """Mean depth in the slices around the one that shows the most fat [mm]."""
    most = aside_mm[depth.sum(axis=0).argmax()]
    ridge: np.ndarray = depth[:, np.abs(aside_mm - most) <= HALF_BAND_MM].mean(axis=1)
    return ridge


def _rows(spine: Spine, disc: Disc) -> Int[np.ndarray, " row"]:
    """The sections at a disc, from the first to the last."""
    rows = np.flatnonzero(sections_at(spine, disc))
    if len(rows) < FEWEST_SECTIONS:
        raise NotMeasurable(f"too little of the canal is segmented at {disc}")
    return np.arange(rows[0], rows[-1] + 1)


def _remark(spine: Spine, disc: Disc, given: tuple[Weighting, ...]) -> str:
    remarks = [] if len(given) > 1 else [f"from {given[0].upper()} alone"]
    if disc.lower not in spine.vertebrae:
        remarks.append(f"{disc.lower} is not segmented: its marrow may pass for fat")
    return "; ".join(remarks)


def _near_midline(cut: Cut, at: int) -> Bool[np.ndarray, " slice"]:
    """Which slices may show the midline in one section."""
    near = np.asarray(np.abs(cut.aside_mm[at]) <= MIDLINE_WITHIN_MM)
    if not near.any():
        raise NotMeasurable("no slice of the scan shows the midline of the canal")
    return near


@once
def _bone(
    spine: Spine, disc: Disc, first: int, last: int
) -> Bool[np.ndarray, "row slice pixel"]:
    """Which pixels in the midline lie in the vertebrae beside the disc."""
    whole = canal_sections(spine).cut
    middle = _near_midline(whole, (first + last + 1) // 2)
    cut = whole.only(slice(first, last + 1), middle)
    share = np.zeros((*cut.steps.shape, len(cut.ticks_mm)))
    for name in (disc.upper, disc.lower):
        if name in spine.vertebrae:
            share += cut.sample(spine.vertebrae[name].mask)
    bone: np.ndarray = share > BONE_SHARE
    return bone


def images_given(examination: Examination) -> tuple[Weighting, ...]:
    """Which images there are."""
    given: list[Weighting] = []
    if examination.t1 is not None:
        given.append("t1")
    if examination.t2 is not None:
        given.append("t2")
    if not given:
        raise NotMeasurable("neither a T1 nor a T2 image was given to show the fat")
    return tuple(given)


def least_of_fat(examination: Examination, weighting: Weighting, at: int) -> float:
    """The signal from which on tissue counts as fat."""
    fluid = fluid_near(examination, weighting, at)
    if weighting == "t2":
        return BRIGHT_T2 * fluid
    brightest = _fat_on_t1(examination)
    return max(1 + FAT_SHARE * (brightest - 1), LEAST_T1) * fluid


@once
def _fat_on_t1(examination: Examination) -> float:
    """How bright fat behind the sac is on T1, in multiples of the fluid nearby."""
    sections, found = canal_sections(examination.spine), []
    signal = straightened(examination, "t1")
    for disc in examination.spine.levels:
        try:
            rows = _rows(examination.spine, disc)
            fluid = fluid_near(examination, "t1", int(rows[len(rows) // 2]))
        except NotMeasurable:
            continue
        found.append(signal[rows][_just_behind(sections, rows)] / fluid)
    if not found:
        raise NotMeasurable("the T1 image shows no lumbar level of the canal")
    return float(np.quantile(np.concatenate(found), FAT_QUANTILE))


def _just_behind(sections: Sections, rows: np.ndarray) -> Bool[np.ndarray, "r s p"]:
    """Pixels behind the sac, in the midline."""
    away = away_from_sac(sections.pixels[rows], backwards=True)
    middle = np.abs(sections.cut.aside_mm[rows]) <= MIDLINE_WITHIN_MM
    return np.asarray((away > 0) & (away <= DEEPEST_MM) & middle[:, :, None])


def away_from_sac(
    pixels: Float[np.ndarray, "row slice pixel"], *, backwards: bool
) -> Float[np.ndarray, "row slice pixel"]:
    """How far each pixel lies behind the sac, or before it; -1 beside it [mm]."""
    inside = pixels > 0.5
    count = pixels.shape[2]
    if backwards:
        edge = count - 1 - inside[:, :, ::-1].argmax(axis=2)
        away = np.arange(count) - edge[:, :, None]
    else:
        away = inside.argmax(axis=2)[:, :, None] - np.arange(count)
    seen: np.ndarray = np.asarray(inside.any(axis=2))[:, :, None]
    return np.asarray(np.where(seen, (away - 0.5) * PIXEL_MM, -1.0))


def _first_run(
    bright: Bool[np.ndarray, "row slice pixel"],
    away: Float[np.ndarray, "row slice pixel"],
) -> Bool[np.ndarray, "row slice pixel"]:
    """The bright pixels that follow on the sac, up to the first dark gap."""
    closed = ndimage.binary_closing(bright, np.ones((1, 1, CLOSED_PIXELS)))
    begins = np.where(bright, away, np.inf).min(axis=2)
    closed &= away >= begins[:, :, None]
    dark = np.where((away > begins[:, :, None]) & ~closed, away, np.inf).min(axis=2)
    near = (begins <= BEGINS_MM)[:, :, None]
    return np.asarray(bright & near & (away < dark[:, :, None]))
