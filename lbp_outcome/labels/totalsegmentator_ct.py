"""TotalSegmentator, task total (CT): S1 26, L5 27 and so on up to C1, 50.

The other 89 of its 117 organs are not used, nor is the sacrum below S1 (25). The sides
of the muscles are the patient's own.
"""

from lbp_outcome.anatomy import Muscle, Side, Vertebra
from lbp_outcome.labels import LABEL_SCHEMES, Kind, LabelScheme, Part, anatomical
from lbp_outcome.spine import column

ORGANS = range(1, 118)
VERTEBRAE: dict[int, Vertebra] = dict(enumerate(column(())[::-1], 26))
CORD = 79
MUSCLES = {
    86: (Muscle.DEEP_BACK, Side.LEFT),
    87: (Muscle.DEEP_BACK, Side.RIGHT),
    88: (Muscle.ILIOPSOAS, Side.LEFT),
    89: (Muscle.ILIOPSOAS, Side.RIGHT),
}

TOTALSEGMENTATOR_CT = LABEL_SCHEMES.add(
    LabelScheme(
        name="totalsegmentator_ct",
        reference="github.com/wasserth/TotalSegmentator (task total)",
        labels={
            **{n: Part(Kind.OTHER) for n in ORGANS},
            **{n: Part(Kind.VERTEBRA, n) for n in VERTEBRAE},
            **{n: Part(Kind.MUSCLE, muscle=m, side=s) for n, (m, s) in MUSCLES.items()},
            CORD: Part(Kind.CORD),
        },
        name_vertebrae=anatomical(VERTEBRAE),
        oracle={
            26: "S1",
            27: "L5",
            31: "L1",
            32: "T12",
            43: "T1",
            44: "C7",
            50: "C1",
            89: "right iliopsoas",
        },
    )
)
