"""Painting the muscles of the back, with fat between their fibres."""

from dataclasses import dataclass

import numpy as np

from lbp_outcome.simulate.body.back import Back
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.shapes import Anatomy
from lbp_outcome.simulate.paint.canvas import Block, Canvas, Flat, Inside, Part, Sheets
from lbp_outcome.simulate.paint.tissues import FAT, LIGAMENT, MUSCLE
from lbp_outcome.simulate.paint.trunk import BEHIND_WALL_MM

FASCIA_MM = 0.8
MIDLINE_MM = 3.2
"""Between the spinous processes lie ligaments, this far to either side."""

INTERSPINOUS_FAT = 0.15
ERECTOR_SHARE = 0.62
"""Fat share of the erector spinae relative to the multifidus."""

STREAK_SOFTNESS = 1.8
DEEP_FAT, LOW_FAT = 1.6, 1.5
"""How strongly fat gathers beside the lamina and low in the back."""


@dataclass(frozen=True, eq=False)
class Muscle:
    """One muscle on one side.

    Attributes:
        inside: Which sample points belong to it.
        fat: Its fat share from L3 to S1, 0 to 1.
        part: Which structure it is.
    """

    inside: Inside
    fat: float
    part: Part


def paint_muscles(canvas: Canvas, anatomy: Anatomy, back: Back) -> None:
    """Paint multifidus and erector spinae of both sides around the bones.

    From L3 to S1 each multifidus has exactly its share of fat, bone left out.
    """
    block = canvas.block(Frame.patient(), (-500, -500, -500), (500, 500, 500))
    if block is None:
        return
    blank = canvas.part[block.place] == Part.NOTHING
    behind = block.anterior < back.wall(block.superior) - np.float32(BEHIND_WALL_MM)
    under = block.anterior > back.fascia(block.superior) + np.float32(FASCIA_MM)
    aside = block.right - back.midline(block.superior)
    zone = blank & behind & under
    between = zone & (np.abs(aside) < MIDLINE_MM)
    share = np.full(int(between.sum()), INTERSPINOUS_FAT, dtype=np.float32)
    canvas.blend(block, between, (LIGAMENT, FAT), share, Part.INTERSPINOUS)
    width = back.muscle_width(block.superior)
    for muscle in _muscles(anatomy, zone & ~between, aside, width):
        _streak(canvas, block, muscle, anatomy, back)


def _muscles(
    anatomy: Anatomy,
    zone: Inside,
    aside: Sheets,
    width: Sheets,
) -> list[Muscle]:
    left, right = anatomy.soft.multifidus_fat
    inner = zone & (np.abs(aside) < width)
    outer = zone & ~inner
    return [
        Muscle(inner & (aside < 0), left, Part.MULTIFIDUS_LEFT),
        Muscle(inner & (aside >= 0), right, Part.MULTIFIDUS_RIGHT),
        Muscle(outer & (aside < 0), ERECTOR_SHARE * left, Part.ERECTOR_LEFT),
        Muscle(outer & (aside >= 0), ERECTOR_SHARE * right, Part.ERECTOR_RIGHT),
    ]


def _streak(
    canvas: Canvas, block: Block, muscle: Muscle, anatomy: Anatomy, back: Back
) -> None:
    """Paint a muscle with streaks of fat along its fibres.

    Fat gathers deep beside the lamina and low in the back, as in patients. Above L3 the
    same rule leaves less of it.
    """
    right, up = block.right[muscle.inside], block.superior[muscle.inside]
    fascia = back.fascia(up)
    deep = block.anterior[muscle.inside] - fascia
    pattern = np.zeros_like(right)
    for x, y, z, phase in anatomy.soft.streaks.astype(np.float32):
        pattern += np.cos(x * right + y * deep + z * up + phase)
    low, high = lower_back(anatomy)
    thickness = np.maximum(back.wall(up) - np.float32(BEHIND_WALL_MM) - fascia, 5)
    pattern += np.float32(DEEP_FAT) * deep / thickness
    pattern += np.float32(LOW_FAT) * (np.float32(high) - up) / np.float32(high - low)
    border = _border(pattern[(up > low) & (up < high)], muscle.fat)
    share = np.clip((pattern - np.float32(border)) / STREAK_SOFTNESS + 0.5, 0, 1)
    canvas.blend(
        block, muscle.inside, (MUSCLE, FAT), share.astype(np.float32), muscle.part
    )


def lower_back(anatomy: Anatomy) -> tuple[float, float]:
    """Return the heights between which fat shares hold: middle of S1, middle of L3."""
    third = anatomy.vertebrae[-3].frame.origin[2]
    return float(anatomy.sacrum.segments[0].frame.origin[2]), float(third)


def _border(pattern: Flat, share: float) -> float:
    """Find the border above which a soft-edged pattern averages to a share."""
    sample = pattern[:: max(len(pattern) // 20_000, 1)]
    if len(sample) == 0:
        return 0.0
    low, high = float(sample.min()) - 1, float(sample.max()) + 1
    for _ in range(25):
        middle = (low + high) / 2
        mean = np.clip((sample - middle) / STREAK_SOFTNESS + 0.5, 0, 1).mean()
        low, high = (middle, high) if mean > share else (low, middle)
    return (low + high) / 2
