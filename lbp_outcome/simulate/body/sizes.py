"""How large vertebrae, discs and canals are.

Men's means. Sources: L5 and the ratio of women to men from Cook & Baker, Int J Spine
Surg 2021;15:1072 (CT, n = 196); disc heights are the midpoints of the published 95 %
ranges of asymptomatic adults (PubMed 29433530). The other vertebrae are interpolated to
textbook morphometry and rounded to half a millimetre: plausible, not a norm; so are
T13 and L6, which some people have, and the discs beside them.
"""

from dataclasses import dataclass

import numpy as np

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.limits import LENGTH, require_within


@dataclass(frozen=True, slots=True, kw_only=True)
class VertebraSize:
    """Mean size of one vertebra in men [mm].

    Attributes:
        depth: Front to back of the body at the endplates.
        width: Side to side of the body at the endplates.
        front: Height of the body in front.
        back: Height of the body behind.
        canal_depth: Front to back of the bony canal.
        canal_width: Distance between the pedicles.
        pedicle_width: Width of a pedicle.
        pedicle_height: Height of a pedicle.
        process_length: Length of the spinous process behind the lamina.
        process_height: Height of the spinous process.
        process_drop: How far the process drops per millimetre of length.
    """

    depth: float
    width: float
    front: float
    back: float
    canal_depth: float
    canal_width: float
    pedicle_width: float
    pedicle_height: float
    process_length: float
    process_height: float
    process_drop: float

    def __post_init__(self) -> None:
        sizes = set(self.__dataclass_fields__)
        require_within(self, **dict.fromkeys(sizes, LENGTH))


_COLUMNS = tuple(VertebraSize.__dataclass_fields__)
_TABLE = {
    #     depth width front back  canal     pedicle      process
    "T9": (28.0, 31.0, 22.0, 23.0, 16.0, 17.0, 7.0, 14.0, 30.0, 8.0, 0.85),
    "T10": (29.0, 33.0, 23.0, 24.0, 16.0, 17.0, 7.0, 15.0, 29.0, 9.0, 0.75),
    "T11": (30.0, 36.0, 23.5, 25.0, 16.0, 18.0, 8.0, 16.0, 26.0, 11.0, 0.55),
    "T12": (31.0, 39.0, 25.0, 26.5, 17.0, 21.0, 8.0, 16.0, 25.0, 15.0, 0.30),
    "T13": (31.5, 40.5, 25.5, 27.0, 17.0, 22.0, 7.5, 15.5, 26.0, 17.0, 0.22),
    "L1": (32.5, 42.0, 26.5, 28.0, 17.0, 22.5, 7.5, 15.5, 27.0, 18.0, 0.18),
    "L2": (33.5, 44.0, 28.0, 28.5, 16.5, 23.5, 8.0, 15.0, 29.0, 19.5, 0.14),
    "L3": (34.5, 46.0, 28.5, 28.5, 16.0, 24.5, 9.5, 14.5, 30.0, 20.0, 0.12),
    "L4": (35.5, 48.5, 29.0, 27.5, 16.0, 25.5, 12.0, 14.0, 27.0, 18.0, 0.12),
    "L5": (37.0, 51.0, 30.7, 26.8, 16.0, 28.5, 16.5, 13.0, 19.0, 13.0, 0.20),
    "L6": (37.0, 51.5, 30.0, 26.3, 16.0, 29.0, 17.0, 13.0, 18.0, 12.0, 0.20),
    "S1": (35.0, 52.0, 31.0, 27.0, 14.0, 29.0, 18.0, 14.0, 10.0, 14.0, 0.20),
}
VERTEBRA_SIZES = {
    Vertebra(name): VertebraSize(**dict(zip(_COLUMNS, row, strict=True)))
    for name, row in _TABLE.items()
}

WOMEN_DEPTH, WOMEN_HEIGHT, WOMEN_CANAL = 0.90, 0.96, 0.96
"""Women's mean as a share of men's: body depth and width, heights, canal."""
STATURE_SD, BONE_SD, LEAST_STATURE = 0.04, 0.015, 0.91
"""Spread of stature between patients, and of each length within one, as shares; the
smallest patient's column still reaches beyond the field of the scan."""

DISC_HEIGHTS = {
    "T9-T10": 4.8,
    "T10-T11": 5.0,
    "T11-T12": 5.8,
    "T12-T13": 6.4,
    "T13-L1": 7.0,
    "T12-L1": 7.0,
    "L1-L2": 8.6,
    "L2-L3": 9.5,
    "L3-L4": 10.4,
    "L4-L5": 11.2,
    "L5-L6": 10.8,
    "L6-S1": 9.0,
    "L5-S1": 10.1,
}
"""Mean height of a healthy disc [mm]."""

DISC_WEDGES = {
    "T9-T10": -1.5,
    "T10-T11": -1.0,
    "T11-T12": -0.5,
    "T12-T13": 0.3,
    "T13-L1": 1.0,
    "T12-L1": 1.0,
    "L1-L2": 3.5,
    "L2-L3": 5.5,
    "L3-L4": 7.5,
    "L4-L5": 10.0,
    "L5-L6": 11.0,
    "L6-S1": 11.0,
    "L5-S1": 12.5,
}
"""Angle between the endplates of a healthy disc, open in front [deg]."""

LORDOSIS_MEAN, LORDOSIS_SPREAD = 1.06, 0.19
"""Factor on these angles, the same for all discs of a patient: mean and SD."""

LOBES = {
    "T9": 2.6,
    "T10": 2.6,
    "T11": 2.7,
    "T12": 2.9,
    "T13": 2.9,
    "L1": 3.0,
    "L2": 3.0,
    "L3": 2.8,
    "L4": 2.4,
    "L5": 1.5,
    "L6": 1.2,
    "S1": 0.6,
}
"""How far both sides of a body's back reach beyond a plain oval [mm]."""

LEAN_BACK_MEAN, LEAN_BACK_SD = 1.5, 3.0
"""How far T11 lies behind the upright through S1, as an angle [deg].

Lying on the back, hips and shoulders rest on the table whatever the lordosis, so the
slope of the sacrum follows from it.
"""


def draw_sizes(*, male: bool, rng: np.random.Generator) -> dict[Vertebra, VertebraSize]:
    """Scale all bones together for sex and stature, and each a little by itself."""
    stature = max(rng.normal(1.0, STATURE_SD), LEAST_STATURE)
    depth, height, canal = np.array(
        (1.0, 1.0, 1.0) if male else (WOMEN_DEPTH, WOMEN_HEIGHT, WOMEN_CANAL)
    ) * (stature, stature, np.sqrt(stature))
    factors = {
        **dict.fromkeys(("depth", "width"), depth),
        **dict.fromkeys(("canal_depth", "canal_width"), canal),
        "process_drop": 1.0,
    }
    return {
        name: VertebraSize(
            **{
                column: float(
                    getattr(mean, column)
                    * factors.get(column, height)
                    * rng.normal(1.0, BONE_SD)
                )
                for column in _COLUMNS
            }
        )
        for name, mean in VERTEBRA_SIZES.items()
    }
