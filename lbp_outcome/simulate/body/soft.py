"""Muscle and fat around the spine, as formulas."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.simulate.body.limits import LENGTH, SHARE, require_within

Sides = tuple[float, float]
"""A number for the left and one for the right."""


@dataclass(frozen=True, eq=False, kw_only=True)
class SoftTissue:
    """Muscles and fat around the spine.

    Attributes:
        multifidus_fat: Fat share of the multifidus from L3 to S1, 0 to 1.
        erector_fat: The same of the erector spinae.
        psoas_fat: The same of the psoas.
        quadratus_fat: The same of the quadratus lumborum.
        multifidus: Size of the cross-section relative to a healthy adult's of the same
            skeleton; 1 normal.
        erector: The same of the erector spinae.
        psoas: The same of the psoas.
        quadratus: The same of the quadratus lumborum.
        fat_above: Thickness of the fat under the skin at T12 [mm].
        fat_below: Thickness of the fat under the skin at L5 [mm].
        fat_side: Thickness of the fat under the skin at the flank [mm].
        fat_front: Thickness of the fat under the skin of the belly [mm].
        waist: Circumference of the waist [mm].
        streaks: Where the pattern of fat in the muscles begins [mm]; random.
        septa: Random waves of the septa of the fat under the skin: wave vector
            [rad/mm] (to the right, to the front, up) and phase [rad].
        haze: The same for the uneven fat around the bowel.
        organs: Random loops of bowel: centre [mm] and half axes [mm].
        aorta_aside: Place of the aorta from the midline, right positive [mm].
    """

    multifidus_fat: Sides
    erector_fat: Sides
    psoas_fat: Sides
    quadratus_fat: Sides
    multifidus: Sides
    erector: Sides
    psoas: Sides
    quadratus: Sides
    fat_above: float
    fat_below: float
    fat_side: float
    fat_front: float
    waist: float
    streaks: tuple[float, float, float]
    septa: Float[np.ndarray, "septa 4"]
    haze: Float[np.ndarray, "haze 4"]
    organs: Float[np.ndarray, "organs 6"]
    aorta_aside: float

    def __post_init__(self) -> None:
        muscles = ("multifidus", "erector", "psoas", "quadratus")
        require_within(self, **{f"{name}_fat": SHARE for name in muscles})
        require_within(self, **dict.fromkeys(muscles, (0.1, 3.0)))
        layers = ("fat_above", "fat_below", "fat_side", "fat_front", "waist")
        require_within(self, **dict.fromkeys(layers, LENGTH))
