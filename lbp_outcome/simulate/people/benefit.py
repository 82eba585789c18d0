"""How much a simulated patient stands to gain from surgery: the causal recipe."""

import numpy as np
from jaxtyping import Float

from lbp_outcome.simulate.people.baseline import Baseline, draw_baseline
from lbp_outcome.simulate.people.patients import (
    AGE_MEAN,
    AGE_SD,
    BMI_MEAN,
    BMI_SD,
    SHARE_DEGENERATE,
    SHARE_PLANTED,
    SHARE_REDUNDANT,
    SHARE_WITHOUT_FAT,
    Patients,
    draw_patients,
    is_shifted,
)
from lbp_outcome.simulate.scenario import Scenario

LUCK_SD = 1.6
"""SD of the part of the benefit that nothing before surgery foretells."""

LONG_DURATION_MONTHS = 24.0

SITE_EFFECT = -1.2
"""Benefit that surgery in a shifted hospital lacks, other things being equal."""


def clinical_benefit(
    patients: Patients, baseline: Baseline
) -> Float[np.ndarray, " patients"]:
    """Return the part of the latent benefit that the clinic can know.

    Coefficients: docs/simulated_cohort.md.
    """
    benefit: np.ndarray = (
        -0.51 * patients.smoker
        - 0.60 * patients.depression
        - 0.50 * (patients.symptom_duration > LONG_DURATION_MONTHS)
        - 0.25 * patients.comorbidity
        - 0.25 * (patients.age - AGE_MEAN) / AGE_SD
        - 0.15 * (patients.bmi - BMI_MEAN) / BMI_SD
        - 0.30 * (baseline.back_pain - baseline.leg_pain) / 30
    )
    return benefit


def imaging_benefit(
    patients: Patients, scenario: Scenario
) -> Float[np.ndarray, " patients"]:
    """Return the part of the latent benefit that the images can know.

    Coefficients: docs/simulated_cohort.md. The area of the dural sac has no effect
    of its own, as in FELIX and NORDSTEN: it acts only through what goes with it.
    """
    findings = (
        -0.70 * (patients.severe_fat - 0.45)
        - 0.60 * (patients.degenerate - SHARE_DEGENERATE)
        + 0.50 * (patients.redundant_roots - SHARE_REDUNDANT)
        + 0.40 * (patients.without_fat - SHARE_WITHOUT_FAT)
    )
    planted = patients.planted - SHARE_PLANTED
    benefit: np.ndarray = (
        scenario.imaging_effect * findings + scenario.planted_strength * planted
    )
    return benefit


def site_benefit(
    patients: Patients, scenario: Scenario
) -> Float[np.ndarray, " patients"]:
    """Return the part of the latent benefit that depends on the hospital alone."""
    return np.where(is_shifted(patients.site, scenario), SITE_EFFECT, 0.0)


def benefit_moments(
    scenario: Scenario, patients: int = 200_000, seed: int = 0
) -> tuple[float, float]:
    """Return mean and SD of the latent benefit in a world.

    These are the constants of a scenario; run it again after changing a coefficient.
    """
    rng = np.random.default_rng(seed)
    drawn = draw_patients(patients, rng, scenario)
    known = clinical_benefit(drawn, draw_baseline(patients, rng))
    known += imaging_benefit(drawn, scenario) + site_benefit(drawn, scenario)
    return float(known.mean()), float(np.sqrt(known.var() + LUCK_SD**2))
