"""How large vertebrae, discs and canals are.

Men's means. Sources: L5 and the ratio of women to men from Cook & Baker, Int J Spine
Surg 2021;15:1072 (CT, n = 196); disc heights are the midpoints of the published 95 %
ranges of asymptomatic adults (PubMed 29433530). The other vertebrae are interpolated to
textbook morphometry and rounded to half a millimetre: plausible, not a norm.
"""

from dataclasses import dataclass

from lbp_outcome.anatomy import Vertebra


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


_COLUMNS = tuple(VertebraSize.__dataclass_fields__)
_TABLE = {
    #     depth width front back  canal     pedicle      process
    "T9": (28.0, 31.0, 22.0, 23.0, 16.0, 17.0, 7.0, 14.0, 30.0, 8.0, 0.85),
    "T10": (29.0, 33.0, 23.0, 24.0, 16.0, 17.0, 7.0, 15.0, 29.0, 9.0, 0.75),
    "T11": (30.0, 36.0, 23.5, 25.0, 16.0, 18.0, 8.0, 16.0, 26.0, 11.0, 0.55),
    "T12": (31.0, 39.0, 25.0, 26.5, 17.0, 21.0, 8.0, 16.0, 25.0, 15.0, 0.30),
    "L1": (32.5, 42.0, 26.5, 28.0, 17.0, 22.5, 7.5, 15.5, 27.0, 18.0, 0.18),
    "L2": (33.5, 44.0, 28.0, 28.5, 16.5, 23.5, 8.0, 15.0, 29.0, 19.5, 0.14),
    "L3": (34.5, 46.0, 28.5, 28.5, 16.0, 24.5, 9.5, 14.5, 30.0, 20.0, 0.12),
    "L4": (35.5, 48.5, 29.0, 27.5, 16.0, 25.5, 12.0, 14.0, 27.0, 18.0, 0.12),
    "L5": (37.0, 51.0, 30.7, 26.8, 16.0, 28.5, 16.5, 13.0, 19.0, 13.0, 0.20),
    "S1": (35.0, 52.0, 31.0, 27.0, 14.0, 29.0, 18.0, 14.0, 10.0, 14.0, 0.20),
}
VERTEBRA_SIZES = {
    Vertebra(name): VertebraSize(**dict(zip(_COLUMNS, row, strict=True)))
    for name, row in _TABLE.items()
}

WOMEN_DEPTH, WOMEN_HEIGHT, WOMEN_CANAL = 0.90, 0.96, 0.96
"""Women's mean as a share of men's: body depth and width, heights, canal."""

DISC_HEIGHTS = {
    "T9-T10": 4.8,
    "T10-T11": 5.0,
    "T11-T12": 5.8,
    "T12-L1": 7.0,
    "L1-L2": 8.6,
    "L2-L3": 9.5,
    "L3-L4": 10.4,
    "L4-L5": 11.2,
    "L5-S1": 10.1,
}
"""Mean height of a healthy disc [mm]."""

DISC_WEDGES = {
    "T9-T10": -1.5,
    "T10-T11": -1.0,
    "T11-T12": -0.5,
    "T12-L1": 1.0,
    "L1-L2": 3.5,
    "L2-L3": 5.5,
    "L3-L4": 7.5,
    "L4-L5": 10.0,
    "L5-S1": 12.5,
}
"""Angle between the endplates of a healthy disc, open in front [deg]."""

LEAN_BACK_MEAN, LEAN_BACK_SD = 1.5, 3.0
"""How far T11 lies behind the upright through S1, as an angle [deg].

Lying on the back, hips and shoulders rest on the table whatever the lordosis, so the
slope of the sacrum follows from it.
"""
