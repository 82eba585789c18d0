"""Muscles, fat and organs of one patient."""

import numpy as np
from jaxtyping import Float

from lbp_outcome.simulate.body.soft import Sides, SoftTissue
from lbp_outcome.simulate.people.patients import AGE_MEAN, BMI_MEAN, Patients

STREAKS_BEGIN_MM = 75.0

SEPTUM_WAVES, HAZE_WAVES = 6, 16
LOOPS, IN_CLUSTER = 165, 5
"""Loops of bowel, and how many lie together."""

AORTA_ASIDE_MM = (-5.0, 4.0)
"""Mean and SD of the aorta's place, to the left of the midline; assumed."""

ERECTOR_SHARE = 0.62
"""Fat share of the erector spinae relative to the multifidus."""

PSOAS_FAT, QUADRATUS_FAT = (0.05, 0.012), (0.07, 0.02)
"""Mean and SD of the fat shares of psoas and quadratus; the psoas does not age."""

SIZE_SD, SIDE_SD = 0.09, 0.035
SHARE_UNEVEN, UNEVEN_SIDES = 0.15, (0.11, 0.28)
"""Share of patients with a multifidus notably smaller on one side (more than 10 % is
called notable), and by how much of the larger side."""

ASKED_UNEVEN, ASKED_FAT_SHIFT = (0.30, 0.45), 0.12
"""The same where asymmetry is asked for, and the fat that the smaller side has more
than the mean."""

FAT_SIDE_SD = 0.02
"""SD of the difference in fat between one side and the mean, at half fat."""

LOSS_PER_YEAR = {"multifidus": 0.003, "erector": 0.004, "psoas": 0.004}
"""Loss of cross-section per year of age; assumed, a plausible order of magnitude."""

WOMEN_SIZE = {"multifidus": 0.97, "erector": 0.92, "psoas": 0.80}
"""Women's muscles relative to men's of the same skeleton (psoas 7-11 against
10-18 cm2 at L4)."""

WAIST_MM, WOMEN_WAIST, WAIST_PER_BMI = 985.0, 0.92, 22.0
"""Men's waist at the mean body mass index, women's share of it, and the growth per
kg/m2 [mm]; approximate."""


def grow_muscles(
    patient: Patients, rng: np.random.Generator, *, asymmetric: bool = False
) -> SoftTissue:
    """Return muscle and fat; the multifidus is exactly as fatty as is given.

    Args:
        patient: One patient; age, sex, body mass and multifidus fat count.
        rng: Draws everything else.
        asymmetric: Let the multifidus and erector spinae of one side be clearly
            smaller and fattier; otherwise that befalls some patients by chance.
    """
    heavy = float(patient.bmi[0]) - BMI_MEAN
    male = bool(patient.male[0])
    lean = 1.0 if male else 1.25  # women carry more fat under the skin
    share = float(patient.multifidus_fat[0]) / 100
    multifidus, erector, psoas = (_sizes(name, patient, rng) for name in LOSS_PER_YEAR)
    quadratus = _sides(float(rng.normal(1.0, SIZE_SD)), float(rng.normal(0, SIDE_SD)))
    waste = _wasting(asymmetric, rng)
    multifidus, erector = _times(multifidus, waste), _times(erector, np.sqrt(waste))
    uneven = float(np.clip(rng.normal(0, FAT_SIDE_SD), -0.04, 0.04))
    if asymmetric:
        uneven = float(np.sign(waste[0] - waste[1])) * ASKED_FAT_SHIFT
    below = float(np.clip(lean * (18 + 1.6 * heavy) + rng.normal(0, 3), 6, 55))
    waist = (1.0 if male else WOMEN_WAIST) * WAIST_MM + WAIST_PER_BMI * heavy
    return SoftTissue(
        multifidus_fat=_fat_sides(share, multifidus, uneven),
        erector_fat=(ERECTOR_SHARE * share, ERECTOR_SHARE * share),
        psoas_fat=_both(_drawn(PSOAS_FAT, rng)),
        quadratus_fat=_both(_drawn(QUADRATUS_FAT, rng)),
        multifidus=multifidus,
        erector=erector,
        psoas=psoas,
        quadratus=quadratus,
        fat_above=float(np.clip(lean * (8 + 0.6 * heavy) + rng.normal(0, 1.5), 3, 25)),
        fat_below=below,
        fat_side=0.8 * below,
        fat_front=0.9 * below,
        waist=float(np.clip(waist + rng.normal(0, 40), 700, 1500)),
        streaks=_streaks(rng),
        septa=_waves(SEPTUM_WAVES, (14, 40), rng),
        haze=_waves(HAZE_WAVES, (22, 75), rng),
        organs=_organs(rng),
        aorta_aside=float(np.clip(rng.normal(*AORTA_ASIDE_MM), -14, 4)),
    )


def _sizes(muscle: str, patient: Patients, rng: np.random.Generator) -> Sides:
    """Size left and right: less with age, and in women."""
    older = float(patient.age[0]) - AGE_MEAN
    mean = 1.0 if patient.male[0] else WOMEN_SIZE[muscle]
    size = mean * (1 - LOSS_PER_YEAR[muscle] * older) * rng.normal(1.0, SIZE_SD)
    return _sides(float(np.clip(size, 0.5, 1.4)), float(rng.normal(0, SIDE_SD)))


def _wasting(
    asymmetric: bool, rng: np.random.Generator
) -> Float[np.ndarray, "sides=2"]:
    """What is left of the muscles of either side: less of one in some patients."""
    by_chance, side = rng.random() < SHARE_UNEVEN, int(rng.integers(2))
    lost, asked = float(rng.uniform(*UNEVEN_SIDES)), float(rng.uniform(*ASKED_UNEVEN))
    kept = np.ones(2)
    if asymmetric:
        kept[side] -= asked
    elif by_chance:
        kept[side] -= lost
    return kept


def _times(sizes: Sides, factors: Float[np.ndarray, "sides=2"]) -> Sides:
    return float(sizes[0] * factors[0]), float(sizes[1] * factors[1])


def _fat_sides(share: float, sizes: Sides, uneven: float) -> Sides:
    """Fat shares left and right that together make the patient's share exactly."""
    shift = 4 * share * (1 - share) * uneven
    both = sum(sizes)
    return share - 2 * shift * sizes[1] / both, share + 2 * shift * sizes[0] / both


def _streaks(rng: np.random.Generator) -> tuple[float, float, float]:
    """Where the pattern of fat begins across, along and up the muscle [mm]."""
    across, along, up = rng.uniform(0, STREAKS_BEGIN_MM, 3)
    return float(across), float(along), float(up)


def _waves(
    count: int, lengths: tuple[float, float], rng: np.random.Generator
) -> Float[np.ndarray, "waves 4"]:
    """Waves in all directions, with lengths between two limits [mm]."""
    direction = rng.standard_normal((count, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    length = 2 * np.pi / rng.uniform(*lengths, count)
    phase = rng.uniform(0, 2 * np.pi, count)
    return np.column_stack([direction * length[:, None], phase])


def _organs(rng: np.random.Generator) -> Float[np.ndarray, "organs 6"]:
    """Loops of bowel in front of the spine: centre and half axes [mm]."""
    clusters = LOOPS // IN_CLUSTER
    middle = np.column_stack(
        [
            rng.uniform(-110, 110, clusters),
            90 * rng.uniform(0, 1, clusters) ** 1.4,  # in front of the great vessels
            rng.uniform(-170, 110, clusters),
        ]
    )
    centre = np.repeat(middle, IN_CLUSTER, axis=0)
    centre += rng.normal(0, 1, (LOOPS, 3)) * np.array([17.0, 8.0, 17.0])
    half = rng.uniform(7, 17, (LOOPS, 3)) * np.array([1.4, 0.9, 1.4])
    return np.hstack([centre, half])


def _drawn(normal: tuple[float, float], rng: np.random.Generator) -> float:
    return float(np.clip(rng.normal(*normal), 0.01, 0.15))


def _sides(size: float, uneven: float) -> Sides:
    return size * (1 - uneven), size * (1 + uneven)


def _both(value: float) -> Sides:
    return float(value), float(value)
