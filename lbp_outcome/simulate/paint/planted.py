"""Planting a signal in one structure: a pattern that shows, and that nothing measures.

A chequered pattern of bright and dark patches that cancel out: mean and most frequent
value, area and volume of the structure stay as they were. Only who looks at the image
can tell; and who explains must point here.
"""

from dataclasses import dataclass

import numpy as np

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.paint.canvas import Block, Canvas
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.place import Place

CONTRAST = 0.95
"""How much brighter or darker a patch is than the tissue in its middle, as a share.

The pattern is smooth, so that most points differ little from the tissue.
"""

DEEP_MM, HIGH_MM = 7.0, 11.0
"""Length of a wave from front to back, and upwards: both show in every slice."""

HALF_SLAB_MM = 14.0
"""A signal at a level reaches this far above and below the middle of it."""

SOFT = {
    "multifidus": (Part.MULTIFIDUS_LEFT, Part.MULTIFIDUS_RIGHT),
    "erector": (Part.ERECTOR_LEFT, Part.ERECTOR_RIGHT),
    "psoas": (Part.PSOAS_LEFT, Part.PSOAS_RIGHT),
    "quadratus": (Part.QUADRATUS_LEFT, Part.QUADRATUS_RIGHT),
    "sac": (Part.FLUID, Part.ROOT),
    "fat_pad": (Part.EPIDURAL_FAT,),
}


@dataclass(frozen=True, kw_only=True)
class Planting:
    """Where a signal is planted.

    Attributes:
        parts: The structures that carry it.
        low: Lower end [mm, patient space].
        high: Upper end [mm, patient space].
    """

    parts: tuple[int, ...]
    low: float = -np.inf
    high: float = np.inf


def planting(anatomy: Anatomy, place: Place) -> Planting:
    """Return where in this patient a signal lies that is planted at a place."""
    if isinstance(place.level, Vertebra):
        return Planting(parts=(Part.BODY + anatomy.vertebra(place.level).number,))
    if place.structure == "disc":
        return Planting(parts=(Part.DISC + _disc(anatomy, place).number,))
    parts = tuple(map(int, SOFT[place.structure]))
    if place.level is None:
        return Planting(parts=parts)
    middle = float(_disc(anatomy, place).frame.origin[2])
    return Planting(parts=parts, low=middle - HALF_SLAB_MM, high=middle + HALF_SLAB_MM)


def _disc(anatomy: Anatomy, place: Place) -> DiscShape:
    """The disc at a place; below L5 lies L6 in some people."""
    assert isinstance(place.level, Disc)
    upper = place.level.upper
    return next(disc for disc in anatomy.discs if disc.name.upper == upper)


def paint_planted(canvas: Canvas, place: Planting) -> None:
    """Paint the pattern over whatever tissue lies there; its mean stays the same."""
    everywhere = (-500.0, -500.0, -500.0), (500.0, 500.0, 500.0)
    block = canvas.block(Frame.patient(), *everywhere)
    if block is None:
        return
    inside = np.isin(canvas.part[block.place], place.parts)
    inside &= (block.superior > place.low) & (block.superior < place.high)
    if not inside.any():
        return
    pattern = _pattern(block, inside)
    for values in canvas.values.values():
        tissue = values[block.place][inside]
        # a disc has no signal on the fat image
        level = (pattern * tissue).sum() / max(float(tissue.sum()), 1e-6)
        values[block.place][inside] = tissue * (1 + CONTRAST * (pattern - level))


def _pattern(block: Block, inside: np.ndarray) -> np.ndarray:
    deep = np.cos(2 * np.pi / DEEP_MM * block.anterior[inside])
    high = np.cos(2 * np.pi / HIGH_MM * block.superior[inside])
    pattern: np.ndarray = (deep * high).astype(np.float32)
    return pattern
