"""How worn each disc of a patient is, and which vertebra has slipped."""

import numpy as np

from lbp_outcome.anatomy import Disc
from lbp_outcome.simulate.body.numbering import Numbering
from lbp_outcome.simulate.people.patients import AGE_MEAN, Patients

GRADE_BY_LEVEL = {
    "T9-T10": 2.2,
    "T10-T11": 2.2,
    "T11-T12": 2.2,
    "T12-T13": 2.2,
    "T12-L1": 2.3,
    "T13-L1": 2.3,
    "L1-L2": 2.5,
    "L2-L3": 2.8,
    "L3-L4": 3.1,
    "L4-L5": 3.5,
    "L5-L6": 3.5,
    "L5-S1": 3.4,
    "L6-S1": 3.2,
}
"""Mean Pfirrmann grade at age 65."""

GRADES_PER_YEAR = 0.04
SPINE_SD, DISC_SD = 0.40, 0.65
"""Spread of the grade between patients of one age, and between a patient's discs."""

YOUNG = 50
"""Below this age [a] discs of grade 1 are still found."""

SPARED, STRAINED = (0.0, 0.0, 0.3, 1.0, 1.5), (0.0, 0.2, 0.4, 0.5, 0.5)
"""Grades off the disc below a transitional vertebra, and on to the one above it, by
Castellvi type 0 to IV."""

SLIP_SHARE = 0.20
"""Share of patients with a degenerative slip, at age 65 and both sexes together."""

SLIP_SHARE_WOMEN, SLIP_SHARE_MEN = 1.35, 0.70
"""The share of women and of men relative to that."""

SLIP_PER_DECADE = 1.25
SLIP_AT_OPERATED = 0.80
"""Share of slips at the disc that is operated on; the others lie at L4-L5."""

SLIP_LEAST, SLIP_SPREAD, SLIP_MOST = 3.0, 1.1, 12.0
"""Degenerative slips [mm]: least, scale beyond it, and most; only the longest are of
Meyerding grade II."""

RETRO_SHARE = 0.10
RETRO_LEVELS = ("L1-L2", "L2-L3", "L3-L4", "L5-S1")
"""Discs over which vertebrae slip backwards; and the share of patients with one."""


def draw_grades(
    patient: Patients, numbering: Numbering, rng: np.random.Generator
) -> list[int]:
    """Draw the Pfirrmann grade of every disc; the operated one is given 2-3 or 4-5.

    The other discs depend on age and chance alone, so that twins who differ in the
    operated disc have the same neighbours.
    """
    worn, sound = rng.choice([4, 5], p=[0.65, 0.35]), rng.choice([2, 3], p=[0.25, 0.75])
    names = numbering.discs
    means = np.array([GRADE_BY_LEVEL[str(name)] for name in names])
    means[-1] -= SPARED[numbering.castellvi]
    means[-2] += STRAINED[numbering.castellvi]
    age = float(patient.age[0])
    older = GRADES_PER_YEAR * (age - AGE_MEAN) + rng.normal(0, SPINE_SD)
    drawn = means + older + rng.normal(0, DISC_SD, len(names))
    least = 1 if age < YOUNG else 2
    grades = [int(grade) for grade in np.clip(np.rint(drawn), least, 5)]
    operated = names.index(patient.level_of(0))
    grades[operated] = int(worn if patient.degenerate[0] else sound)
    return grades


def draw_slips(
    patient: Patients, discs: tuple[Disc, ...], rng: np.random.Generator
) -> list[float]:
    """Draw how far each vertebra has slipped on the next, forwards positive [mm]."""
    slips = rng.normal(0, 0.5, len(discs))
    back, retro = rng.random(), -rng.uniform(2.0, 4.0)
    behind = Disc.parse(str(rng.choice(RETRO_LEVELS)))
    if back < RETRO_SHARE:
        slips[discs.index(behind) if behind in discs else -1] = retro
    chance, elsewhere = rng.random(), rng.random()
    length = min(SLIP_LEAST + rng.standard_gamma(2.0) * SLIP_SPREAD, SLIP_MOST)
    sex = SLIP_SHARE_MEN if patient.male[0] else SLIP_SHARE_WOMEN
    decades = (float(patient.age[0]) - AGE_MEAN) / 10
    if chance < SLIP_SHARE * sex * SLIP_PER_DECADE**decades:
        operated = elsewhere < SLIP_AT_OPERATED
        level = patient.level_of(0) if operated else Disc.parse("L4-L5")
        slips[discs.index(level)] = length
    return [float(slip) for slip in slips]
