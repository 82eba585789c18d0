"""Thickness of the yellow ligament in front of the lamina."""

import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.anatomy import Disc, Process, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.canal import canal_sections, sections_at
from lbp_outcome.geometry.cut import PIXEL_MM, Cut
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._canal_signal import straightened
from lbp_outcome.measurements._epidural_fat import (
    away_from_sac,
    images_given,
    least_of_fat,
)
from lbp_outcome.phantoms.cauda import CaudaSpine
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

ROOFED = CaudaSpine(flavum_mm=4.0)

REACH = 4
"""Sections above and below the disc's plane that are looked at."""

ASIDE_MM = 7.0
"""How far beside the midline the lamina and the joints are looked at [mm]."""

DEEPEST_MM = 14.0
"""Bone further behind the sac does not bound the canal [mm]."""

THIN_SHARE = 0.1
"""The gap is taken where it is smallest, save this share: elsewhere recesses and
unlabelled bone add to it."""

THICKEST_MM = 7.0
"""A wider gap holds more than ligament [mm]."""

STEEPEST = 1.2
FEWEST_CHORDS = 6
BEHIND = tuple(part for part in Process if part is not Process.TRANSVERSE)


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, for row 9 of doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=ROOFED, at=Place(disc=ROOFED.narrow), value=4.0, tolerance=0.7
    ),
)
def ligamentum_flavum_mm(examination: Examination, disc: Disc) -> Remarked:
    """Gap between dural sac and lamina or joint at the disc, without its fat [mm].

    An upper bound of the ligament's thickness: dura and mixed pixels count as well. On
    simulated patients with 4 mm slices it lies 0.6 mm (SD 0.5) above the ligament
    (correlation 0.75), so it ranks patients but decides no limit of 4 or 5 mm.

    Raises:
        NotMeasurable: Arches are not segmented as such (SPIDER; above the sacrum), the
            canal is not, or no bone lies within 7 mm behind it.
    """
    spine = examination.spine
    if disc.lower is Vertebra.S1:
        raise NotMeasurable(f"the sacrum's arch is not segmented, so not at {disc}")
    at = int(np.median(np.flatnonzero(sections_at(spine, disc))))
    first, last = max(at - REACH, 0), at + REACH + 1
    rows = slice(first, min(last, len(canal_sections(spine).centres)))
    cut, pixels = canal_sections(spine).cut.only(rows), canal_sections(spine).pixels
    near = np.abs(cut.aside_mm) <= ASIDE_MM
    bone = _bone(spine, disc, cut, near.any(axis=0))
    away = away_from_sac(pixels[rows], backwards=True)
    hit = (bone > 0.5) & (away > 0) & (away <= DEEPEST_MM)
    gap = np.where(hit, away, np.inf).min(axis=2)
    seen = np.isfinite(gap) & near
    if seen.sum() < FEWEST_CHORDS:
        raise NotMeasurable(f"no lamina is segmented behind the canal at {disc}")
    fat, remark = _fat(examination, at, rows, (away > 0) & (away < gap[:, :, None]))
    square = (gap - fat) * _cosine(pixels[rows], cut)
    thickness = float(np.quantile(square[seen], THIN_SHARE))
    if thickness > THICKEST_MM:
        raise NotMeasurable(f"bone lies too far behind the canal at {disc}")
    return Remarked(thickness, remark)


def _bone(
    spine: Spine, disc: Disc, cut: Cut, slices: Bool[np.ndarray, " slice"]
) -> Float[np.ndarray, "section slice pixel"]:
    """Share of each pixel in some slices that lies in arches and joints at the disc."""
    parts = [
        part
        for (vertebra, process, _), part in spine.processes.items()
        if vertebra in (disc.upper, disc.lower) and process in BEHIND
    ]
    if not parts:
        raise NotMeasurable(f"no arch is segmented at {disc}")
    bone = np.zeros((*cut.steps.shape, len(cut.ticks_mm)))
    for part in parts:
        bone[:, slices] += cut.only(slice(None), slices).sample(part.mask)
    return bone


def _fat(
    examination: Examination,
    at: int,
    rows: slice,
    gap: Bool[np.ndarray, "section slice pixel"],
) -> tuple[Float[np.ndarray, "section slice"], str]:
    """Depth of the fat in the gap, and a remark where no image shows it."""
    try:
        given = images_given(examination)
        bright = np.ones(gap.shape, bool)
        for weighting in given:
            signal = straightened(examination, weighting)[rows]
            bright &= signal > least_of_fat(examination, weighting, at)
    except NotMeasurable as refusal:
        return np.zeros(gap.shape[:2]), f"fat counts as ligament: {refusal}"
    return (bright & gap).sum(axis=2) * PIXEL_MM, ""


def _cosine(
    pixels: Float[np.ndarray, "section slice pixel"], cut: Cut
) -> Float[np.ndarray, "section slice"]:
    """How much shorter the way square to the back of the sac is than straight back."""
    inside = pixels > 0.5
    edge = (pixels.shape[2] - inside[:, :, ::-1].argmax(axis=2)) * PIXEL_MM
    edge = np.where(inside.any(axis=2), edge, np.nan)
    slope = np.zeros(edge.shape)
    slope[:, 1:-1] = (edge[:, 2:] - edge[:, :-2]) / (2 * cut.apart_mm[:, None])
    steep = np.clip(np.nan_to_num(np.abs(slope)), 0, STEEPEST)
    return np.asarray(1 / np.sqrt(1 + steep**2))
