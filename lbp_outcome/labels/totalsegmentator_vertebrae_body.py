"""TotalSegmentator, task vertebrae_body: all vertebral bodies are 1, all discs 2."""

from collections.abc import Collection

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.labels import (
    LABEL_SCHEMES,
    Kind,
    LabelScheme,
    Naming,
    Part,
    counted_upwards,
)


def name_vertebrae(numbers: Collection[int], lowest: Vertebra | None) -> Naming:
    """Name the lowest body L5, and count up from it."""
    return counted_upwards(numbers, lowest, first=1, step=1)


TOTALSEGMENTATOR_VERTEBRAE_BODY = LABEL_SCHEMES.add(
    LabelScheme(
        name="totalsegmentator_vertebrae_body",
        reference="github.com/wasserth/TotalSegmentator (task vertebrae_body)",
        labels={1: Part(Kind.ALL_VERTEBRAE), 2: Part(Kind.ALL_DISCS)},
        name_vertebrae=name_vertebrae,
        oracle={1: "L5", 2: "L5-S1"},
    )
)
