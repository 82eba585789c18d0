"""What a sample point can belong to."""

from enum import IntEnum

import numpy as np
from jaxtyping import Bool, UInt8


class Part(IntEnum):
    """Which structure a point belongs to.

    From `BODY` on, bones and discs add their count from the lowest presacral vertebra,
    which is 1; at most `MOST_BONES` of them.
    """

    NOTHING = 0
    SUBCUTANEOUS_FAT = 1
    TRUNK_FAT = 2
    BOWEL = 3
    VESSEL = 4
    PSOAS_LEFT = 5
    ERECTOR_LEFT = 6
    ERECTOR_RIGHT = 7
    MULTIFIDUS_LEFT = 8
    MULTIFIDUS_RIGHT = 9
    INTERSPINOUS = 10
    FORAMEN = 11
    EPIDURAL_FAT = 12
    FLAVUM = 13
    DURA = 14
    FLUID = 15
    ROOT = 16
    CORD = 17
    SACRUM = 18
    GANGLION = 19
    PSOAS_RIGHT = 20
    QUADRATUS_LEFT = 21
    QUADRATUS_RIGHT = 22
    FACET_SPACE = 23
    ORGAN = 24
    RIB = 25
    WALL_MUSCLE = 26
    ILIUM = 27
    BODY = 30
    DISC = 45
    ARCH = 60
    SPINOUS = 75
    WING_LEFT = 90
    WING_RIGHT = 105
    UPPER_JOINT_LEFT = 120
    UPPER_JOINT_RIGHT = 135
    LOWER_JOINT_LEFT = 150
    LOWER_JOINT_RIGHT = 165
    TOP_PLATE = 180
    BOTTOM_PLATE = 195


MOST_BONES = 12

BONES = tuple(part for part in Part if part >= Part.BODY and part != Part.DISC)
"""Parts of a vertebra, each to be added to its number."""


def is_bone(parts: UInt8[np.ndarray, "*points"]) -> Bool[np.ndarray, "*points"]:
    """Whether points belong to a vertebra or the sacrum; discs do not count."""
    bony: np.ndarray = _BONY[parts]
    return bony


def _bony() -> Bool[np.ndarray, "256"]:
    table = np.zeros(256, dtype=bool)
    table[Part.SACRUM] = True
    for part in BONES:
        table[part : part + MOST_BONES + 1] = True
    return table


_BONY = _bony()
