"""MuscleMap, whole-body model: muscles beside the lumbar spine, left ones odd.

The older abdominal model numbers the sides the other way round.
"""

from collections.abc import Collection

from lbp_outcome.anatomy import Muscle, Side, Vertebra
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.labels import LABEL_SCHEMES, Kind, LabelScheme, Naming, Part

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


def name_vertebrae(numbers: Collection[int], lowest: Vertebra | None) -> Naming:
    """Refuse: there is no vertebra to name."""
    raise InvalidChoice(
        "Scheme musclemap shows muscles only; give a mask of the spine."
    )


MUSCLEMAP = LABEL_SCHEMES.add(
    LabelScheme(
        name="musclemap",
        reference="github.com/MuscleMap/MuscleMap (whole-body model)",
        labels={
            number: Part(Kind.MUSCLE, muscle=muscle, side=side)
            for number, (muscle, side) in MUSCLES.items()
        },
        name_vertebrae=name_vertebrae,
        oracle={5101: "left multifidus", 5122: "right psoas"},
    )
)
