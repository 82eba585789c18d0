"""SPINEPS: a mask of single vertebrae and discs, and a mask of tissues beside it.

Whether the numbers are anatomical depends on how SPINEPS was run. With its labelling
model 20 is L1; without it vertebrae are only counted from the top of the scan, and 5,
6, 7 may well be lumbar. Numbers are therefore taken as anatomical only if at least one
of them is lumbar (20 to 25, or 28 for T13), which a count from the top reaches only
when it starts at C1. Otherwise, and whenever the user states the lowest vertebra, names
are counted from the bottom, L5 unless stated.
"""

from collections.abc import Collection

from lbp_outcome.anatomy import Process, Side, Vertebra
from lbp_outcome.labels import (
    LABEL_SCHEMES,
    Kind,
    LabelScheme,
    Naming,
    Part,
    anatomical,
    counted_upwards,
)

DISC = 100  # added to the number of the vertebra above the disc
ENDPLATE = 200  # added likewise: the two endplates beside that disc

SACRUM = 26
T13 = 28
LUMBAR = (*range(20, 26), T13)
ANATOMICAL: dict[int, Vertebra] = {
    **{n: Vertebra(f"C{n}") for n in range(1, 8)},
    **{n: Vertebra(f"T{n - 7}") for n in range(8, 20)},
    **{n: Vertebra(f"L{n - 19}") for n in range(20, 26)},
    SACRUM: Vertebra.S1,
    T13: Vertebra.T13,
}


def name_vertebrae(numbers: Collection[int], lowest: Vertebra | None) -> Naming:
    """Take the numbers as anatomical if they can be, and count from the bottom else."""
    if lowest is None and any(number in LUMBAR for number in numbers):
        return anatomical(ANATOMICAL)(numbers, lowest)
    first = max((n for n in numbers if n != SACRUM), default=SACRUM)
    return counted_upwards(numbers, lowest, first=first, step=-1, sacrum=SACRUM)


def _process(process: Process, side: Side) -> Part:
    return Part(Kind.PROCESS, process=process, side=side)


SPINEPS = LABEL_SCHEMES.add(
    LabelScheme(
        name="spineps",
        reference="doi:10.1007/s00330-024-11155-y",
        labels={
            **{n: Part(Kind.VERTEBRA, n) for n in ANATOMICAL},
            **{DISC + n: Part(Kind.DISC, n) for n in ANATOMICAL},
            **{ENDPLATE + n: Part(Kind.ENDPLATE, n) for n in ANATOMICAL},
            **{n: Part(Kind.OTHER) for n in (27, 29, 30, 31, 32, 33)},  # S2 and below
        },
        tissues={
            41: Part(Kind.PROCESS, process=Process.ARCH),
            42: Part(Kind.PROCESS, process=Process.SPINOUS),
            43: _process(Process.TRANSVERSE, Side.LEFT),
            44: _process(Process.TRANSVERSE, Side.RIGHT),
            45: _process(Process.SUPERIOR_ARTICULAR, Side.LEFT),
            46: _process(Process.SUPERIOR_ARTICULAR, Side.RIGHT),
            47: _process(Process.INFERIOR_ARTICULAR, Side.LEFT),
            48: _process(Process.INFERIOR_ARTICULAR, Side.RIGHT),
            49: Part(Kind.CORPUS),
            50: Part(Kind.CORPUS),  # TPTBox splits the body into border and inside
            **{n: Part(Kind.OTHER) for n in (26, 51, 52, 53, 58, 59, 62, 100, 126)},
            60: Part(Kind.CORD),
            61: Part(Kind.CANAL),
        },
        name_vertebrae=name_vertebrae,
        oracle={
            19: "T12",
            20: "L1",
            24: "L5",
            28: "T13",
            119: "T12-L1",
            123: "L4-L5",
            124: "L5-S1",
        },
    )
)
