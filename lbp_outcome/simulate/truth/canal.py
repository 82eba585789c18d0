"""What is true of the dural sac and of what lies behind it."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.body.neural import FatPad, SacShape
from lbp_outcome.simulate.body.sac import disc_step
from lbp_outcome.simulate.paint.canal import DURA_MM
from lbp_outcome.simulate.paint.disc import BULGE_ROUNDNESS
from lbp_outcome.simulate.paint.epidural import FLATTEST, PAD_SHARE_AT_END
from lbp_outcome.simulate.truth.outline import true_outline
from lbp_outcome.simulate.truth.value import true_value

CANAL_REACH_MM = 8.0
"""The canal at a disc is looked at this far up and down from it."""

PEDICLE_MM = 3.0
"""Between the pedicles it is looked at this far from the middle of the body."""

NARROW_MM2 = 100.0
"""A sac smaller than this is counted as stenosis [mm2]."""

CANAL_HALF_WIDTH_MM, FURTHEST = 8.0, 0.9
"""The back of a disc borders on the canal this far from the midline, and its bulge is
what this share of it stays within."""

WALLED = "the wall of the sacral canal takes up a part of the fat's place"
"""Bone is painted over the lower half of the pad above the sacrum."""

Steps = Float[np.ndarray, " steps"]


def of_canal(anatomy: Anatomy, disc: DiscShape) -> Iterator[Measurement]:
    """Yield what is true of the canal at one disc."""
    sac, name = anatomy.sac, disc.name
    beside = beside_disc(sac, disc)
    area, depth = sac.area[beside], 2 * float(sac.half_depth[beside].min())
    width = 2 * float(sac.half_width[beside][area.argmin()])
    free_area, free_depth = _between_pedicles(sac, disc)
    bulge, outline = _bulge(disc), true_outline(disc)
    yield true_value("canal_area_mm2", area.min(), name)
    yield true_value("canal_ap_mm", depth, name)
    yield true_value("canal_width_mm", width, name)
    yield true_value("canal_volume_mm3", area.mean() * 2 * CANAL_REACH_MM, name)
    yield true_value("canal_ap_to_width_ratio", depth / width, name)
    yield true_value("canal_ap_to_pedicle_ratio", depth / free_depth, name)
    yield true_value("canal_area_to_pedicle_ratio", area.min() / free_area, name)
    yield true_value("canal_disc_bulge_mm", bulge, name)
    yield true_value("canal_disc_bulge_ratio", bulge / free_depth, name)
    yield true_value("sac_disc_ap_ratio", depth / outline.depth_mm, name)
    yield true_value("sac_disc_area_ratio", area.min() / outline.area_mm2, name)
    for pad in anatomy.fat_pads:
        if pad.disc == name:
            yield from _of_pad(sac, disc, pad)
            yield true_value("ligamentum_flavum_mm", pad.flavum, name)


def of_pedicles(sac: SacShape, bone: VertebraShape) -> Iterator[Measurement]:
    """Yield what is true of the canal behind the middle of a body."""
    behind = behind_body(sac, bone)
    depth, area = 2 * sac.half_depth[behind].mean(), sac.area[behind].mean()
    yield true_value("canal_pedicle_ap_mm", depth, bone.name)
    yield true_value("canal_pedicle_area_mm2", area, bone.name)


def stenosis_count(anatomy: Anatomy, discs: list[DiscShape]) -> int:
    """Return at how many of these discs the sac is narrow."""
    areas = [anatomy.sac.area[beside_disc(anatomy.sac, disc)].min() for disc in discs]
    return int(sum(area < NARROW_MM2 for area in areas))


def depth_behind(sac: SacShape, bone: VertebraShape) -> float:
    """Return the depth of the sac behind the middle of a body [mm]."""
    return float(2 * sac.half_depth[behind_body(sac, bone)].mean())


def beside_disc(sac: SacShape, disc: DiscShape) -> Bool[np.ndarray, " steps"]:
    """Return which steps of the dural sac lie beside a disc."""
    level = sac.distance[disc_step(sac, disc)]
    beside: np.ndarray = np.abs(sac.distance - level) <= CANAL_REACH_MM
    return beside


def behind_body(sac: SacShape, bone: VertebraShape) -> Bool[np.ndarray, " steps"]:
    """Return which steps of the dural sac lie between the pedicles of a vertebra."""
    plane = (sac.centre - bone.frame.origin) @ bone.frame.superior
    level = sac.distance[np.argmin(np.abs(plane))]
    behind: np.ndarray = np.abs(sac.distance - level) <= PEDICLE_MM
    return behind


def _between_pedicles(sac: SacShape, disc: DiscShape) -> tuple[float, float]:
    """Mean area [mm2] and depth [mm] behind the bodies beside a disc, S1 left out."""
    bones = [b for b in (disc.upper, disc.lower) if b.name != Vertebra.S1]
    areas = [sac.area[behind_body(sac, bone)].mean() for bone in bones]
    return float(np.mean(areas)), float(np.mean([depth_behind(sac, b) for b in bones]))


def _bulge(disc: DiscShape) -> float:
    """How far the disc stands out into the canal, save a tenth of its back [mm]."""
    right = np.linspace(-CANAL_HALF_WIDTH_MM, CANAL_HALF_WIDTH_MM, 33)[:, None]
    apart = np.linspace(-1, 1, 21)
    reach = disc.reach_behind(right, apart * disc.rim_height / 2)
    rounded = reach - BULGE_ROUNDNESS * disc.bulge * apart**2
    return float(np.quantile(rounded, FURTHEST))


def _of_pad(sac: SacShape, disc: DiscShape, pad: FatPad) -> Iterator[Measurement]:
    """Yield how much fat there is, or why no formula tells it."""
    depth = _fat_depth(sac, pad)
    beside = beside_disc(sac, disc)
    area = float(np.trapezoid(depth[beside], sac.distance[beside]))
    for name, value in (
        ("epidural_fat_absent", float(pad.thickness == 0)),
        ("epidural_fat_depth_mm", float(depth.max())),
        ("epidural_fat_area_mm2", area),
    ):
        found = true_value(name, value, pad.disc)
        if disc.lower.name is Vertebra.S1:
            found = replace(found, value=None, reason=WALLED)
        yield found


def _fat_depth(sac: SacShape, pad: FatPad) -> Steps:
    """Depth of fat between dura and ligaments in the midline, at every step [mm]."""
    away = (sac.distance - sac.distance[pad.step]) / pad.half_height
    fat = pad.thickness * np.maximum(1 - away**2, 0)
    deep, wide = sac.half_depth + DURA_MM, sac.half_width + DURA_MM
    roof = np.maximum(sac.half_depth + fat, np.hypot(deep, FLATTEST * wide))
    return np.where(fat > PAD_SHARE_AT_END * pad.thickness, roof - deep, 0.0)
