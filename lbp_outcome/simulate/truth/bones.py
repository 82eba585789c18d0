"""What is true of the vertebral bodies and their endplates."""

from collections.abc import Collection, Iterator

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Border, Disc
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.body.bones import Endplate, Pit, VertebraShape
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.paint.body import WAIST_DEEP, WAIST_WIDE
from lbp_outcome.simulate.truth.modic import visible_modic_type
from lbp_outcome.simulate.truth.value import true_value

DEEP_MM = 2.0
"""A defect of an endplate is what lies deeper below it than this [mm]."""


def true_body_heights(bone: VertebraShape) -> Float[np.ndarray, "3"]:
    """Return the heights in front, in the middle and behind, pits aside [mm]."""
    middle = bone.height - bone.top.hollow - bone.bottom.hollow
    return np.array([bone.size.front, middle, bone.size.back])


def true_endplate_length(bone: VertebraShape) -> float:
    """Return the length of an endplate from front to back, spurs aside [mm]."""
    rise = (bone.size.front - bone.size.back) / 2
    return float(np.hypot(bone.size.depth, rise))


def of_body(
    bone: VertebraShape, whole: Collection[VertebraShape]
) -> Iterator[Measurement]:
    """Yield what is true of one body; a fracture's grade is that which was drawn.

    Args:
        bone: The vertebra.
        whole: The vertebrae that the scan shows, to compare with.
    """
    name = bone.name
    front, middle, back = true_body_heights(bone)
    yield true_value("body_height_anterior_mm", front, name)
    yield true_value("body_height_middle_mm", middle, name)
    yield true_value("body_height_posterior_mm", back, name)
    yield true_value("body_wedge_ratio", front / back, name)
    yield true_value("body_biconcave_ratio", middle / back, name)
    beside = [one.size.back for one in whole if abs(one.number - bone.number) == 1]
    if beside:
        yield true_value("body_crush_ratio", back / np.mean(beside), name)
    yield true_value("body_depth_mm", bone.size.depth * (1 - WAIST_DEEP), name)
    yield true_value("body_width_mm", bone.size.width * (1 - WAIST_WIDE), name)
    yield true_value("genant_grade", bone.fracture, name)
    if bone.fracture:
        yield true_value("body_height_loss_percent", 100 * bone.height_loss, name)


def of_endplates(disc: DiscShape) -> Iterator[Measurement]:
    """Yield what is true of the endplates above and below a disc."""
    for border, bone, plate in (
        (Border.ABOVE, disc.upper, disc.upper.bottom),
        (Border.BELOW, disc.lower, disc.lower.top),
    ):
        yield from _of_endplate(disc.name, border, plate)
        kind = visible_modic_type(plate, bone.marrow_fat)
        yield true_value("modic_type", kind, disc.name, part=border)


def _of_endplate(disc: Disc, border: Border, plate: Endplate) -> Iterator[Measurement]:
    deepest = max((pit.depth for pit in plate.pits), default=0.0)
    area = sum(_deep_area(pit) for pit in plate.pits)
    yield true_value("endplate_concavity_mm", plate.hollow, disc, part=border)
    yield true_value("endplate_depth_mm", deepest, disc, part=border)
    yield true_value("endplate_defect_area_mm2", area, disc, part=border)


def _deep_area(pit: Pit) -> float:
    """Area of a pit where it is deeper than a defect must be [mm2]."""
    share = max(1 - np.sqrt(DEEP_MM / pit.depth), 0.0) if pit.depth > 0 else 0.0
    return float(np.pi * pit.radius**2 * share)
