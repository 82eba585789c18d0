"""What is true of a disc's height, of its outline and of how its vertebrae stand."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.measurements._slip_grade import slip_grade
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.truth.axes import (
    PATIENT_BACK,
    PATIENT_LEFT,
    true_axes,
    true_heights,
    true_lean,
)
from lbp_outcome.simulate.truth.bones import true_body_heights, true_endplate_length
from lbp_outcome.simulate.truth.disc_volume import true_disc_volume
from lbp_outcome.simulate.truth.endplate import true_gaps, true_normal
from lbp_outcome.simulate.truth.outline import STEP_DEG, TrueOutline, true_outline
from lbp_outcome.simulate.truth.value import true_value

QUADRANT_DEG = 45.0
"""Half of the front, the back or a side of a disc [deg]."""

STANDS_OUT_MM = 1.5
"""A disc bulges where it stands out by more than this [mm]."""

HERNIATIONS = {"protrusion": 1, "extrusion": 2}


def of_disc(anatomy: Anatomy, disc: DiscShape) -> Iterator[Measurement]:
    """Yield what is true of one disc."""
    outline = true_outline(disc)
    yield from _heights(anatomy, disc, outline)
    yield from _position(disc)
    yield from _bulge(disc, outline)
    yield from _herniation(disc)


def _heights(
    anatomy: Anatomy, disc: DiscShape, outline: TrueOutline
) -> Iterator[Measurement]:
    name, mean, heights = disc.name, true_disc_height(disc), true_heights(disc)
    beside = (
        [disc.upper] if disc.lower.name == Vertebra.S1 else [disc.upper, disc.lower]
    )
    bodies = float(np.mean([true_body_heights(bone) for bone in beside]))
    front, _, back = heights
    yield true_value("disc_height_mm", mean, name)
    yield true_value("disc_height_anterior_mm", front, name)
    yield true_value("disc_height_posterior_mm", back, name)
    yield true_value("dhi_mean", mean / bodies, name)
    yield true_value("dhi_three_point", heights.mean() / bodies, name)
    yield true_value("dhi_farfan", (front + back) / outline.depth_mm, name)
    above = anatomy.discs[anatomy.discs.index(disc) - 1]
    if above.lower is disc.upper:
        ratio = mean / true_disc_height(above)
        yield true_value("disc_height_ratio_above", ratio, name)
    yield true_value("disc_volume_mm3", true_disc_volume(anatomy, disc), name)
    yield true_value("disc_area_mm2", outline.area_mm2, name)
    yield true_value("disc_depth_mm", outline.depth_mm, name)
    yield true_value("disc_width_mm", outline.width_mm, name)


def _position(disc: DiscShape) -> Iterator[Measurement]:
    name = disc.name
    yield true_value("disc_wedge_deg", true_wedge(disc), name)
    yield true_value("segmental_lordosis_deg", _segment(disc), name)
    yield true_value("listhesis_mm", true_listhesis(disc), name)
    yield true_value("listhesis_percent", true_slip_percent(disc), name)
    yield true_value("listhesis_lateral_mm", _aside(disc), name)
    yield true_value("meyerding_grade", meyerding(disc), name)


def _bulge(disc: DiscShape, outline: TrueOutline) -> Iterator[Measurement]:
    for where, angle in (("posterior", 0), ("left", 90), ("anterior", 180)):
        mean = outline.mean_beyond(angle, QUADRANT_DEG)
        yield true_value(f"disc_bulge_{where}_mm", mean, disc.name)
    right = outline.mean_beyond(-90, QUADRANT_DEG)
    yield true_value("disc_bulge_right_mm", right, disc.name)
    yield true_value("disc_bulge_mean_mm", outline.mean_beyond(), disc.name)
    yield true_value("disc_bulge_max_mm", outline.beyond.max(), disc.name)
    extent = STEP_DEG * (outline.beyond > STANDS_OUT_MM).sum()
    yield true_value("disc_bulge_angle_deg", extent, disc.name)


def _herniation(disc: DiscShape) -> Iterator[Measurement]:
    """Where there is none, its base has no true value."""
    found, name = disc.herniation, disc.name
    grade = HERNIATIONS[found.kind] if found else 0
    yield true_value("herniation_proxy_grade", grade, name)
    yield true_value("herniation_depth_mm", found.depth if found else 0.0, name)
    if found:
        yield true_value("herniation_base_mm", found.base, name)
        yield true_value("herniation_migration_mm", found.migration, name)
        yield true_value("herniation_ratio", found.depth / found.base, name)


@lru_cache(maxsize=16)
def true_disc_height(disc: DiscShape) -> float:
    """Return the mean distance between the facing endplates over their overlap [mm]."""
    upward, _ = true_axes(disc)
    down = true_gaps((disc.upper, False), (disc.lower, True), -upward)
    up = true_gaps((disc.lower, True), (disc.upper, False), upward)
    return float((down.mean() + up.mean()) / 2)


def true_wedge(disc: DiscShape) -> float:
    """Return the sagittal angle between the endplates, open in front positive [deg]."""
    upward, backward = true_axes(disc)
    normals = (
        true_normal(disc.upper, top=False),
        true_normal(disc.lower, top=True),
    )
    above, below = (np.arctan2(n @ backward, n @ upward) for n in normals)
    return float(np.degrees(above - below))


def true_listhesis(disc: DiscShape) -> float:
    """Return the distance between the back corners, a slip forwards positive [mm]."""
    upper = disc.upper.corner(front=False, top=False)
    lower = disc.lower.corner(front=False, top=True)
    return float((lower - upper) @ true_axes(disc)[1])


def true_slip_percent(disc: DiscShape) -> float:
    """Return the slip as a share of the endplate below [%]."""
    return 100 * true_listhesis(disc) / true_endplate_length(disc.lower)


def meyerding(disc: DiscShape) -> int:
    """Return the grade of a forward slip, by the rule that measurements follow."""
    return slip_grade(true_listhesis(disc), true_slip_percent(disc))


def _segment(disc: DiscShape) -> float:
    upper, lower = (
        true_lean(bone, top=True, towards=PATIENT_BACK)
        for bone in (disc.upper, disc.lower)
    )
    return upper - lower


def _aside(disc: DiscShape) -> float:
    """How far the vertebra above stands to the left of the one below [mm]."""
    upward, backward = true_axes(disc)
    left = np.cross(backward, upward)
    left = left if left @ PATIENT_LEFT > 0 else -left
    above = disc.upper.frame.at(superior=-disc.upper.height / 2)
    below = disc.lower.frame.at(superior=disc.lower.height / 2)
    return float((above - below) @ left)
