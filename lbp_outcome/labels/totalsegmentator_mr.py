"""TotalSegmentator, task total_mr: all vertebrae are 19, all discs 20.

Single vertebrae are told apart where they do not touch, or where a disc lies between
them, and counted from the lowest up. The other organs are not used.
"""

from collections.abc import Collection

from lbp_outcome.anatomy import Muscle, Side, Vertebra
from lbp_outcome.labels import (
    LABEL_SCHEMES,
    Kind,
    LabelScheme,
    Naming,
    Part,
    counted_upwards,
)

ORGANS = range(1, 51)
SACRUM, VERTEBRAE, DISCS, CORD = 18, 19, 20, 21
SACRUM_NUMBER = 100
"""Number of the sacrum; single vertebrae are 1, 2, 3 from the lowest up."""

MUSCLES = {
    46: (Muscle.DEEP_BACK, Side.LEFT),
    47: (Muscle.DEEP_BACK, Side.RIGHT),
    48: (Muscle.ILIOPSOAS, Side.LEFT),
    49: (Muscle.ILIOPSOAS, Side.RIGHT),
}


def name_vertebrae(numbers: Collection[int], lowest: Vertebra | None) -> Naming:
    """Name the lowest vertebra above the sacrum L5, and count up from it."""
    return counted_upwards(numbers, lowest, first=1, step=1, sacrum=SACRUM_NUMBER)


TOTALSEGMENTATOR_MR = LABEL_SCHEMES.add(
    LabelScheme(
        name="totalsegmentator_mr",
        reference="github.com/wasserth/TotalSegmentator (task total_mr)",
        labels={
            **{n: Part(Kind.OTHER) for n in ORGANS},
            SACRUM: Part(Kind.VERTEBRA, SACRUM_NUMBER),
            VERTEBRAE: Part(Kind.ALL_VERTEBRAE),
            DISCS: Part(Kind.ALL_DISCS),
            CORD: Part(Kind.CORD),
            **{n: Part(Kind.MUSCLE, muscle=m, side=s) for n, (m, s) in MUSCLES.items()},
        },
        name_vertebrae=name_vertebrae,
        oracle={18: "S1", 19: "L5", 20: "L5-S1", 46: "left deep back"},
    )
)
