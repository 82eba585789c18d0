"""Who comes for surgery: covariates, and the causes that the images will show."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import ndtri

from lbp_outcome.anatomy import Disc
from lbp_outcome.simulate.people.rows import rows_of
from lbp_outcome.simulate.scenario import SCENARIOS, Scenario

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
"""Share of patients per simulated hospital."""

MONTHS = 3.0, 600.0
"""Shortest and longest duration of symptoms [mo]."""

SHARE_PLANTED = 0.5
OLDER_BY, NARROWER_BY = 5.0, 0.6
"""How the patients of a shifted hospital differ: age [a], and the log of the dural
sac's area [SD]."""


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
        planted: Whether the signal of the planted world is in the images.
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
    planted: Bool[np.ndarray, " patients"]

    def __len__(self) -> int:
        return len(self.age)

    @property
    def severe_fat(self) -> Bool[np.ndarray, " patients"]:
        """Whether half of the multifidus or more is fat."""
        severe: np.ndarray = self.multifidus_fat >= SEVERE_FAT_PERCENT
        return severe

    def only(self, row: int) -> "Patients":
        """Return the patient in this row, alone."""
        return rows_of(self, np.array([row]))

    def level_of(self, row: int) -> Disc:
        """Return the disc that this patient is operated on."""
        return Disc.parse(list(OPERATED_LEVELS)[self.operated_level[row]])


def draw_patients(
    patients: int, rng: np.random.Generator, scenario: Scenario = SCENARIOS["default"]
) -> Patients:
    """Draw patients with the covariates and causes of the published cohorts.

    Distributions follow the calibrated recipe (docs/simulated_cohort.md).
    Values are rounded as they will be recorded, so that what is written is what acts.
    """

    def normal() -> Float[np.ndarray, " patients"]:
        return rng.standard_normal(patients)

    def chance(share: float) -> Bool[np.ndarray, " patients"]:
        return rng.random(patients) < share

    years, male, mass = normal(), chance(SHARE_MALE), normal()
    wide, streaks = normal(), normal()
    smoker, depression, waited = chance(0.20), chance(0.18), normal()
    comorbidity = chance(0.45)
    level, site = _choose(OPERATED_LEVELS, patients, rng), _choose(SITES, patients, rng)
    apart = rng.spawn(1)[0]  # leaves the recipe's own draws as they are
    shifted = is_shifted(site, scenario)
    years = AGE_MEAN + AGE_SD * years + OLDER_BY * shifted
    wide = wide - NARROWER_BY * shifted  # standard score of the log of the sac's area
    age = np.clip(years, 40, 85).round()
    bmi = np.clip(BMI_MEAN + BMI_SD * mass, 16, 50).round(1)
    z_age, z_bmi = (age - AGE_MEAN) / AGE_SD, (bmi - BMI_MEAN) / BMI_SD
    fat = 0.35 * z_age - 0.30 * (male - SHARE_MALE) + 0.25 * z_bmi + 0.80 * streaks
    return Patients(
        age=age,
        male=male,
        bmi=bmi,
        smoker=smoker,
        depression=depression,
        symptom_duration=np.clip(np.ceil(14 * np.exp(0.95 * waited)), *MONTHS),
        comorbidity=comorbidity,
        operated_level=level,
        site=site,
        sac_area=np.exp(np.log(50) + 0.38 * wide),
        multifidus_fat=np.clip(48 + 16 * fat, 3, 95),
        degenerate=_tied_to(z_age, 0.4, SHARE_DEGENERATE, normal()),
        redundant_roots=_tied_to(wide, -0.5, SHARE_REDUNDANT, normal()),
        without_fat=_tied_to(wide, -0.6, SHARE_WITHOUT_FAT, normal()),
        planted=(apart.random(patients) < SHARE_PLANTED)
        & (scenario.planted_where is not None),
    )


def is_shifted(
    site: Int[np.ndarray, " patients"], scenario: Scenario
) -> Bool[np.ndarray, " patients"]:
    """Whether patients belong to the hospital that differs in this world."""
    shifted: np.ndarray = np.array(list(SITES))[site] == scenario.shifted_site
    return shifted


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
