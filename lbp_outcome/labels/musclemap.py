"""MuscleMap, whole-body model: muscles beside the lumbar spine, left ones odd.

The older abdominal model numbers the sides the other way round. All four-digit numbers
of the model are accepted; only the four lumbar muscles are used.
"""

from lbp_outcome.anatomy import Muscle, Side
from lbp_outcome.labels import (
    LABEL_SCHEMES,
    Kind,
    LabelScheme,
    Part,
    without_vertebrae,
)

MUSCLES = {
    5101: (Muscle.MULTIFIDUS, Side.LEFT),
    5102: (Muscle.MULTIFIDUS, Side.RIGHT),
    5111: (Muscle.ERECTOR_SPINAE, Side.LEFT),
    5112: (Muscle.ERECTOR_SPINAE, Side.RIGHT),
    5121: (Muscle.PSOAS, Side.LEFT),
    5122: (Muscle.PSOAS, Side.RIGHT),
    5131: (Muscle.QUADRATUS_LUMBORUM, Side.LEFT),
    5132: (Muscle.QUADRATUS_LUMBORUM, Side.RIGHT),
}
WHOLE_BODY = range(1000, 10_000)

MUSCLEMAP = LABEL_SCHEMES.add(
    LabelScheme(
        name="musclemap",
        reference="github.com/MuscleMap/MuscleMap (whole-body model)",
        labels={
            **{n: Part(Kind.OTHER) for n in WHOLE_BODY},
            **{n: Part(Kind.MUSCLE, muscle=m, side=s) for n, (m, s) in MUSCLES.items()},
        },
        name_vertebrae=without_vertebrae("musclemap"),
        oracle={5101: "left multifidus", 5122: "right psoas"},
    )
)
