"""Drawing all that one patient's discs and vertebrae are, before they have a place."""

from dataclasses import dataclass

import numpy as np

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.simulate.body.bones import Endplate, VertebraShape
from lbp_outcome.simulate.body.endplates import change_marrow, draw_endplates
from lbp_outcome.simulate.body.fractures import broken, draw_fractures
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.herniations import Damage, draw_damage
from lbp_outcome.simulate.body.numbering import LOWER_DISC_LEFT, Numbering
from lbp_outcome.simulate.body.sacral import place_first
from lbp_outcome.simulate.body.sizes import (
    DISC_HEIGHTS,
    DISC_WEDGES,
    LOBES,
    LORDOSIS_MEAN,
    LORDOSIS_SPREAD,
    VERTEBRA_SIZES,
    VertebraSize,
    draw_sizes,
)
from lbp_outcome.simulate.body.wear import draw_grades, draw_slips
from lbp_outcome.simulate.people.patients import AGE_MEAN, Patients

HEIGHT_BY_GRADE = {1: 1.03, 2: 1.0, 3: 0.93, 4: 0.75, 5: 0.47}
"""Disc height as a share of the healthy mean, by Pfirrmann grade."""

HEIGHT_SD, WEDGE_SD_DEG, SIGNAL_SD = 0.08, 1.2, 0.10
LOWEST_RIM = 1.6
"""Rims of the endplates stay this far apart [mm]."""

BULGE_SOUND, BULGE_PER_GRADE = (0.0, 0.6), (0.3, 1.0)
"""Bulge of a sound disc, and what each grade above 2 adds [mm], at least and at most.
"""

TOP_HOLLOW = 1.5
"""Hollow of the uppermost endplate, which lies outside every image [mm]."""

FAT_AT_MEAN_AGE, FAT_PER_YEAR, FAT_SD = 0.52, 0.008, 0.09
"""Share of fat in the marrow: at age 65, per year, and spread (plausible: 25 % in the
young, 50 to 60 % in old age)."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Storey:
    """One disc and the vertebra above it, before they have a place.

    Attributes:
        disc: Name of the disc.
        above: The vertebra above.
        grade: Pfirrmann grade of the disc.
        height: Distance between the rims of its endplates [mm].
        wedge: Angle between them, open in front [deg].
        slip: How far the vertebra slips forward [mm].
        lean: How far the vertebra leans to the right [deg].
        bulge: How far the disc stands out behind [mm].
        deviation: Relative deviation of the disc's T2 signal.
        damage: Herniation, fissure and gas.
    """

    disc: Disc
    above: VertebraShape
    grade: int
    height: float
    wedge: float
    slip: float
    lean: float
    bulge: float
    deviation: float
    damage: Damage


def draw_storeys(
    patient: Patients,
    numbering: Numbering,
    leans: list[float],
    rng: np.random.Generator,
) -> tuple[list[Storey], VertebraShape]:
    """Draw the discs, each with the vertebra above it, from above; and S1.

    Args:
        patient: The patient.
        numbering: Names of the vertebrae.
        leans: How far every vertebra leans to the right, and S1 last [deg].
        rng: Draws the same numbers whatever the patient's causes.
    """
    names = numbering.discs
    sizes = draw_sizes(male=bool(patient.male[0]), rng=rng)
    grades = draw_grades(patient, numbering, rng)
    slips = draw_slips(patient, names, rng)
    damage = draw_damage(patient, names, grades, rng)
    fractures = draw_fractures(patient, rng)
    bends = rng.normal(LORDOSIS_MEAN, LORDOSIS_SPREAD)
    bones = _draw_bones(patient, numbering, sizes, grades, rng)
    storeys = []
    for index, (name, grade) in enumerate(zip(names, grades, strict=True)):
        above, below = bones[index], bones[index + 1]
        height, wedge = _draw_gap(above, below, name, grade, bends, rng)
        if below.name == Vertebra.S1:
            height *= LOWER_DISC_LEFT[numbering.castellvi]
        breaks = fractures.get(name.upper)
        worse = max(grade - 2, 0) * rng.uniform(*BULGE_PER_GRADE)
        storeys.append(
            Storey(
                disc=name,
                above=broken(above, breaks) if breaks else above,
                grade=grade,
                height=max(height, LOWEST_RIM),
                wedge=wedge,
                slip=slips[index],
                lean=leans[index],
                bulge=float(rng.uniform(*BULGE_SOUND) + worse),
                deviation=float(rng.normal(0, SIGNAL_SD)),
                damage=damage[index],
            )
        )
    return storeys, place_first(bones[-1], leans[-1])


def _draw_bones(
    patient: Patients,
    numbering: Numbering,
    sizes: dict[Vertebra, VertebraSize],
    grades: list[int],
    rng: np.random.Generator,
) -> list[VertebraShape]:
    """Draw the vertebrae from above, S1 last, none of them broken or placed yet."""
    fat, patches = _draw_marrow(patient, rng)
    drawn = draw_endplates(numbering.discs, grades, rng)
    plates = [
        change_marrow(name, grade, pair, rng)
        for name, grade, pair in zip(numbering.discs, grades, drawn, strict=True)
    ]
    tops = (Endplate(hollow=TOP_HOLLOW), *(below for _, below in plates))
    bottoms = (*(above for above, _ in plates), Endplate())
    lowest = len(plates)
    return [
        VertebraShape(
            name=name,
            number=lowest - index,
            frame=Frame.patient(),
            size=sizes[name],
            top=tops[index],
            bottom=bottoms[index],
            marrow_fat=fat,
            patches=patches,
            lobes=LOBES[name],
            castellvi=numbering.castellvi if index == lowest - 1 else 0,
        )
        for index, name in enumerate(numbering.vertebrae)
    ]


def _draw_marrow(
    patient: Patients, rng: np.random.Generator
) -> tuple[float, tuple[float, float, float]]:
    """Draw the share of fat in the marrow, and the phases of its patches [rad]."""
    years = float(patient.age[0]) - AGE_MEAN
    fat = FAT_AT_MEAN_AGE + FAT_PER_YEAR * years + rng.normal(0, FAT_SD)
    first, second, third = (float(phase) for phase in rng.uniform(0, 2 * np.pi, 3))
    return float(np.clip(fat, 0.2, 0.85)), (first, second, third)


def _draw_gap(
    above: VertebraShape,
    below: VertebraShape,
    name: Disc,
    grade: int,
    bends: float,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Draw the distance between the rims [mm] and the angle between them [deg]."""
    worn = HEIGHT_BY_GRADE[grade]
    scale = above.size.front / VERTEBRA_SIZES[name.upper].front
    mean_height = DISC_HEIGHTS[str(name)] * scale * worn * rng.normal(1.0, HEIGHT_SD)
    hollows = (below.top.hollow + above.bottom.hollow) / 2  # mean over the endplate
    rim = mean_height - hollows
    wedge = DISC_WEDGES[str(name)] * bends * min(worn + 0.1, 1.0) + rng.normal(
        0, WEDGE_SD_DEG
    )
    return float(rim), float(wedge + rng.normal(0, WEDGE_SD_DEG))
