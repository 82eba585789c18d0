"""MuscleMap, older abdominal model: odd numbers are RIGHT, unlike the newer one."""

from lbp_outcome.anatomy import Muscle, Side
from lbp_outcome.labels import (
    LABEL_SCHEMES,
    Kind,
    LabelScheme,
    Part,
    without_vertebrae,
)

MUSCLES = {
    1: (Muscle.MULTIFIDUS, Side.RIGHT),
    2: (Muscle.MULTIFIDUS, Side.LEFT),
    3: (Muscle.ERECTOR_SPINAE, Side.RIGHT),
    4: (Muscle.ERECTOR_SPINAE, Side.LEFT),
    5: (Muscle.PSOAS, Side.RIGHT),
    6: (Muscle.PSOAS, Side.LEFT),
    7: (Muscle.QUADRATUS_LUMBORUM, Side.RIGHT),
    8: (Muscle.QUADRATUS_LUMBORUM, Side.LEFT),
}

MUSCLEMAP_ABDOMEN = LABEL_SCHEMES.add(
    LabelScheme(
        name="musclemap_abdomen",
        reference="github.com/MuscleMap/MuscleMap (abdomen model v0.0)",
        labels={
            n: Part(Kind.MUSCLE, muscle=m, side=s) for n, (m, s) in MUSCLES.items()
        },
        name_vertebrae=without_vertebrae("musclemap_abdomen"),
        oracle={
            1: "right multifidus",
            2: "left multifidus",
            8: "left quadratus lumborum",
        },
    )
)
