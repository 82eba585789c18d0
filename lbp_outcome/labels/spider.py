"""SPIDER: vertebrae 1, 2, 3 from the lowest up, the canal 100, discs 201 and up."""

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

HIGHEST = 25
CANAL = 100
PARTIAL = 100  # added to the number of a vertebra that is only partly visible
DISC = 200  # added to the number of the vertebra above the disc


def name_vertebrae(numbers: Collection[int], lowest: Vertebra | None) -> Naming:
    """Name vertebra 1 the lowest one, normally L5, and count up from it."""
    return counted_upwards(numbers, lowest, first=1, step=1)


SPIDER = LABEL_SCHEMES.add(
    LabelScheme(
        name="spider",
        reference="doi:10.1038/s41597-024-03090-w",
        labels={
            CANAL: Part(Kind.CANAL),
            **{n: Part(Kind.VERTEBRA, n) for n in range(1, HIGHEST + 1)},
            **{
                PARTIAL + n: Part(Kind.PARTIAL_VERTEBRA, n)
                for n in range(1, HIGHEST + 1)
            },
            **{DISC + n: Part(Kind.DISC, n) for n in range(1, HIGHEST + 1)},
        },
        name_vertebrae=name_vertebrae,
        oracle={1: "L5", 6: "T12", 201: "L5-S1", 206: "T12-L1", 100: "canal"},
    )
)
