"""TotalSpineSeg: every vertebra and disc has a number of its own, head to sacrum.

The disc above the sacrum is 100 whether L5 or L6 lies above it. The number 100 is the
spinal canal in SPIDER masks.
"""

from collections.abc import Collection

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.labels import (
    LABEL_SCHEMES,
    Kind,
    LabelScheme,
    Naming,
    Part,
    anatomical,
)

SEVENTH_LUMBAR, SACRUM = 47, 50
VERTEBRAE: dict[int, Vertebra] = {
    **{10 + n: Vertebra(f"C{n}") for n in range(1, 8)},
    **{20 + n: Vertebra(f"T{n}") for n in range(1, 13)},
    **{40 + n: Vertebra(f"L{n}") for n in range(1, 7)},
    SACRUM: Vertebra.S1,
}
DISCS = {
    **{63 + n: 12 + n for n in range(5)},  # C2-C3 to C6-C7
    **{71 + n: 20 + n for n in range(1, 12)},  # T1-T2 to T11-T12
    71: 17,
    91: 32,
    **{91 + n: 40 + n for n in range(1, 5)},  # L1-L2 to L4-L5
}
"""Disc labels with the number of the vertebra above."""


def name_vertebrae(numbers: Collection[int], lowest: Vertebra | None) -> Naming:
    """Take numbers as names, or count anew from the lowest vertebra that is stated."""
    if SEVENTH_LUMBAR in numbers:
        raise InvalidChoice(
            "label 47 is a seventh lumbar vertebra, which has no name here; check the "
            "segmentation, and remove it or renumber the vertebrae"
        )
    return anatomical(VERTEBRAE)(numbers, lowest)


TOTALSPINESEG = LABEL_SCHEMES.add(
    LabelScheme(
        name="totalspineseg",
        reference="github.com/neuropoly/totalspineseg (tss_map.json)",
        labels={
            1: Part(Kind.CORD),
            2: Part(Kind.CANAL),
            **{n: Part(Kind.VERTEBRA, n) for n in (*VERTEBRAE, SEVENTH_LUMBAR)},
            **{disc: Part(Kind.DISC, above) for disc, above in DISCS.items()},
            100: Part(Kind.DISC_ABOVE, SACRUM),
        },
        name_vertebrae=name_vertebrae,
        oracle={
            41: "L1",
            45: "L5",
            46: "L6",
            26: "T6",
            50: "S1",
            71: "C7-T1",
            82: "T11-T12",
            91: "T12-L1",
            95: "L4-L5",
            100: "L5-S1",
            2: "canal",
        },
    )
)
