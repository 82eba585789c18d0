"""Epidural fat and yellow ligaments of one patient."""

import numpy as np

from lbp_outcome.simulate.body.areas import EXCESS_UP_TO
from lbp_outcome.simulate.body.clearance import gap_before
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.body.neural import FatPad, SacShape, is_lumbar
from lbp_outcome.simulate.body.sac import disc_step
from lbp_outcome.simulate.people.patients import Patients

FLAVUM_MEAN, FLAVUM_SD = 2.9, 0.4
FLAVUM_PER_YEAR, FLAVUM_PER_GRADE = 0.018, 0.22
"""The yellow ligament thickens with age above 40 and with its disc [mm]; 2.5 to 4 mm
is normal, more than 4 to 5 mm thickened (sheet 1.3)."""

FLAVUM_LEAST, FLAVUM_MOST = 2.2, 6.5
FLAVUM_STENOTIC = 0.6
"""Thicker by this at the operated disc, where it helps to narrow the canal [mm]."""

BETWEEN_LAMINAE = 3.0
"""Behind the bony canal, fat reaches this far between the laminae [mm]."""

LEAST_FAT = 2.5
EXCESS_FAT, EXCESS_HALF_HEIGHT = (9.0, 12.0), 15.0
"""Depth and reach of the fat in lipomatosis [mm]."""


def pad_with_fat(
    patient: Patients,
    sac: SacShape,
    discs: tuple[DiscShape, ...],
    rng: np.random.Generator,
) -> tuple[FatPad, ...]:
    """Return the fat behind the sac at each lumbar disc; absent where it is absent."""
    operated = patient.level_of(0)
    thick = FLAVUM_MEAN + FLAVUM_PER_YEAR * (float(patient.age[0]) - 40)
    pads = []
    for disc in discs:
        if not is_lumbar(disc.name):
            continue
        step = disc_step(sac, disc)
        fat, excess = float(rng.uniform(4.0, 6.5)), float(rng.uniform(*EXCESS_FAT))
        flavum = thick + FLAVUM_PER_GRADE * (disc.grade - 3) + rng.normal(0, FLAVUM_SD)
        flavum += FLAVUM_STENOTIC * (disc.name == operated)
        fatty = sac.excess_fat and disc.number <= EXCESS_UP_TO
        fat = excess if fatty else min(fat, _room_behind(disc, sac, step))
        if disc.name == operated and patient.without_fat[0]:
            fat = 0.0
        pads.append(
            FatPad(
                disc=disc.name,
                step=step,
                thickness=fat,
                flavum=float(np.clip(flavum, FLAVUM_LEAST, FLAVUM_MOST)),
                half_height=EXCESS_HALF_HEIGHT if fatty else 9.0,
            )
        )
    return tuple(pads)


def _room_behind(disc: DiscShape, sac: SacShape, step: int) -> float:
    """How deep fat can be between the sac and the laminae [mm]."""
    back = gap_before(disc) + 2 * float(sac.half_depth[step])
    room = disc.upper.size.canal_depth + BETWEEN_LAMINAE - back
    return max(room, LEAST_FAT)
