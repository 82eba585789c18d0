"""From a patient's causes to a patient's anatomy."""

import numpy as np
from jaxtyping import Float

from lbp_outcome.simulate.body.column import stack_column
from lbp_outcome.simulate.body.sac import float_nerves, lay_sac, pad_with_fat
from lbp_outcome.simulate.body.shapes import Anatomy, SoftTissue
from lbp_outcome.simulate.people.patients import BMI_MEAN, Patients

STREAK_WAVES = 14
MUSCLE_SLANT = 0.15
"""How much the fibres run forward per millimetre downwards."""
ORGANS = 40


def draw_anatomy(patient: Patients, rng: np.random.Generator) -> Anatomy:
    """Draw the anatomy of one patient whose causes are given.

    Causes are honoured exactly: sac area, fat share of the multifidus, grade of the
    operated disc, loops of the roots and epidural fat. All else varies by chance, with
    age, sex and body mass as in the clinic. With the same random stream, two patients
    who differ in one cause differ in what that cause shows, and in little else.
    """
    vertebrae, discs, sacrum = stack_column(patient, rng)
    sac = lay_sac(patient, vertebrae, discs, sacrum, rng)
    return Anatomy(
        vertebrae=vertebrae,
        discs=discs,
        sacrum=sacrum,
        sac=sac,
        nerves=float_nerves(patient, sac, vertebrae, discs, rng),
        fat_pads=pad_with_fat(patient, sac, discs, rng),
        soft=_soft_tissue(patient, rng),
        operated_level=patient.level_of(0),
    )


def _soft_tissue(patient: Patients, rng: np.random.Generator) -> SoftTissue:
    heavy = float(patient.bmi[0]) - BMI_MEAN
    lean = 1.0 if patient.male[0] else 1.25  # women carry more fat under the skin
    share = float(patient.multifidus_fat[0]) / 100
    uneven = float(np.clip(rng.normal(0, 0.02), -0.04, 0.04))
    return SoftTissue(
        multifidus_fat=(share - uneven, share + uneven),
        fat_above=float(np.clip(lean * (8 + 0.6 * heavy) + rng.normal(0, 1.5), 3, 25)),
        fat_below=float(np.clip(lean * (18 + 1.6 * heavy) + rng.normal(0, 3), 6, 55)),
        psoas=float((1.0 if patient.male[0] else 0.85) * rng.normal(1.0, 0.08)),
        streaks=_streaks(rng),
        organs=_organs(rng),
    )


def _streaks(rng: np.random.Generator) -> Float[np.ndarray, "waves 4"]:
    """Waves that run along the muscle: short across it, long along its slant."""
    across = _signed(2 * np.pi / rng.uniform(9, 26, STREAK_WAVES), rng)
    deep = _signed(2 * np.pi / rng.uniform(4.5, 18, STREAK_WAVES), rng)
    along = MUSCLE_SLANT * deep + rng.normal(0, 2 * np.pi / 90, STREAK_WAVES)
    phase = rng.uniform(0, 2 * np.pi, STREAK_WAVES)
    return np.column_stack([across, deep, along, phase])


def _signed(size: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    signed: np.ndarray = size * rng.choice([-1, 1], len(size))
    return signed


def _organs(rng: np.random.Generator) -> Float[np.ndarray, "organs 6"]:
    """Loops of bowel in front of the spine: centre and half axes [mm]."""
    centre = np.column_stack(
        [
            rng.uniform(-40, 40, ORGANS),
            rng.uniform(0, 70, ORGANS),  # in front of the great vessels
            rng.uniform(-170, 140, ORGANS),
        ]
    )
    half = rng.uniform(6, 17, (ORGANS, 3)) * np.array([1.2, 0.9, 1.2])
    return np.hstack([centre, half])
