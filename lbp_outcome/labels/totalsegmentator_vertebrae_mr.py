"""TotalSegmentator, task vertebrae_mr: sacrum 1, L5 2, L4 3 and so on up to C1."""

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.labels import LABEL_SCHEMES, Kind, LabelScheme, Part, anatomical
from lbp_outcome.spine import column

UPWARDS = column(())[::-1]
VERTEBRAE: dict[int, Vertebra] = dict(enumerate(UPWARDS, 1))

TOTALSEGMENTATOR_VERTEBRAE_MR = LABEL_SCHEMES.add(
    LabelScheme(
        name="totalsegmentator_vertebrae_mr",
        reference="github.com/wasserth/TotalSegmentator (task vertebrae_mr)",
        labels={n: Part(Kind.VERTEBRA, n) for n in VERTEBRAE},
        name_vertebrae=anatomical(VERTEBRAE),
        oracle={1: "S1", 2: "L5", 6: "L1", 7: "T12", 18: "T1", 19: "C7", 25: "C1"},
    )
)
