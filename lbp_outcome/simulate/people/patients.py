"""Who comes for surgery: covariates, and the causes that the images will show."""

from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import ndtri

from lbp_outcome.anatomy import Disc

AGE_MEAN, AGE_SD = 65.5, 9.1
BMI_MEAN, BMI_SD = 27.9, 4.3
SHARE_MALE = 0.52
SHARE_DEGENERATE = 0.581
SHARE_REDUNDANT = 0.40
SHARE_WITHOUT_FAT = 0.30
SEVERE_FAT_PERCENT = 50.0
"""Multifidus fat from which it is called severe (Wesselink, FELIX cohort)."""

OPERATED_LEVELS = {"L2-L3": 0.05, "L3-L4": 0.25, "L4-L5": 0.70}
SITES = {"A": 0.5, "B": 0.3, "C": 0.2}
"""Share of patients per simulated hospital; hospitals do not differ in outcome."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Patients:
    """Simulated patients before surgery, one array element each.

    Attributes:
        age: Age [a].
        male: Whether male.
        bmi: Body mass index [kg/m2].
        smoker: Whether smoking.
        depression: Whether depressed.
        symptom_duration: Duration of symptoms, started months counted whole [mo].
        comorbidity: Whether any relevant comorbidity.
        operated_level: Position in `OPERATED_LEVELS` of the disc operated on.
        site: Position in `SITES` of the hospital.
        sac_area: Cross-section of the dural sac at the operated level [mm2].
        multifidus_fat: Fat in the multifidus muscle [%].
        degenerate: Whether the operated disc is of Pfirrmann grade 4 or 5.
        redundant_roots: Whether the cauda equina is tortuous above the stenosis.
        without_fat: Whether the posterior epidural fat is absent at that level.
    """

    age: Float[np.ndarray, " patients"]
    male: Bool[np.ndarray, " patients"]
    bmi: Float[np.ndarray, " patients"]
    smoker: Bool[np.ndarray, " patients"]
    depression: Bool[np.ndarray, " patients"]
    symptom_duration: Float[np.ndarray, " patients"]
    comorbidity: Bool[np.ndarray, " patients"]
    operated_level: Int[np.ndarray, " patients"]
    site: Int[np.ndarray, " patients"]
    sac_area: Float[np.ndarray, " patients"]
    multifidus_fat: Float[np.ndarray, " patients"]
    degenerate: Bool[np.ndarray, " patients"]
    redundant_roots: Bool[np.ndarray, " patients"]
    without_fat: Bool[np.ndarray, " patients"]

    def __len__(self) -> int:
        return len(self.age)

    @property
    def severe_fat(self) -> Bool[np.ndarray, " patients"]:
        """Whether half of the multifidus or more is fat."""
        severe: np.ndarray = self.multifidus_fat >= SEVERE_FAT_PERCENT
        return severe

    def only(self, row: int) -> "Patients":
        """Return the patient in this row, alone."""
        return Patients(
            **{field.name: getattr(self, field.name)[[row]] for field in fields(self)}
        )

    def level_of(self, row: int) -> Disc:
        """Return the disc that this patient is operated on."""
        return Disc.parse(list(OPERATED_LEVELS)[self.operated_level[row]])


def draw_patients(patients: int, rng: np.random.Generator) -> Patients:
    """Draw patients with the covariates and causes of the published cohorts.

    Distributions follow the calibrated recipe (docs/simulated_cohort.md).
    Values are rounded as they will be recorded, so that what is written is what acts.
    """

    def normal() -> Float[np.ndarray, " patients"]:
        return rng.standard_normal(patients)

    def chance(share: float) -> Bool[np.ndarray, " patients"]:
        return rng.random(patients) < share

    age = np.clip(AGE_MEAN + AGE_SD * normal(), 40, 85).round()
    male = chance(SHARE_MALE)
    bmi = np.clip(BMI_MEAN + BMI_SD * normal(), 16, 50).round(1)
    z_age, z_bmi = (age - AGE_MEAN) / AGE_SD, (bmi - BMI_MEAN) / BMI_SD
    narrow = normal()  # standard score of the log of the dural sac's area
    fat = 0.35 * z_age - 0.30 * (male - SHARE_MALE) + 0.25 * z_bmi + 0.80 * normal()
    return Patients(
        age=age,
        male=male,
        bmi=bmi,
        smoker=chance(0.20),
        depression=chance(0.18),
        symptom_duration=np.maximum(np.ceil(np.exp(np.log(14) + 0.95 * normal())), 3),
        comorbidity=chance(0.45),
        operated_level=_choose(OPERATED_LEVELS, patients, rng),
        site=_choose(SITES, patients, rng),
        sac_area=np.exp(np.log(50) + 0.38 * narrow),
        multifidus_fat=np.clip(48 + 16 * fat, 3, 95),
        degenerate=_tied_to(z_age, 0.4, SHARE_DEGENERATE, normal()),
        redundant_roots=_tied_to(narrow, -0.5, SHARE_REDUNDANT, normal()),
        without_fat=_tied_to(narrow, -0.6, SHARE_WITHOUT_FAT, normal()),
    )


def _tied_to(
    cause: Float[np.ndarray, " patients"],
    correlation: float,
    share: float,
    noise: Float[np.ndarray, " patients"],
) -> Bool[np.ndarray, " patients"]:
    """Whether a trait is present whose propensity correlates with a standard score."""
    propensity = correlation * cause + np.sqrt(1 - correlation**2) * noise
    present: np.ndarray = propensity > ndtri(1 - share)
    return present


def _choose(
    shares: dict[str, float], patients: int, rng: np.random.Generator
) -> Int[np.ndarray, " patients"]:
    return rng.choice(len(shares), size=patients, p=list(shares.values()))
