"""How patients feel after surgery."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.simulate.people.baseline import LOWEST_HEALTH, Baseline
from lbp_outcome.simulate.people.benefit import LUCK_SD
from lbp_outcome.simulate.scenario import Scenario

ENOUGH_CHANGE = 0.5
SATISFIED_BELOW = 2.5
SYMPTOMS_NOISE, FUNCTION_NOISE, SATISFACTION_NOISE, PAIN_NOISE = 0.38, 0.33, 0.40, 15.0
DISABILITY_NOISE, HEALTH_NOISE = 9.0, 0.10

RECIPE_SCORES, OTHER_SCORES = 5, 2
"""Scores of the calibrated recipe (ZCQ and pain), and those added to it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """Scores at one visit after surgery, one array element per patient.

    Attributes:
        benefit: Latent benefit of surgery; no one can observe it.
        z: The same as a standard score.
        chance: What else acts on each score, in standard deviations of its noise.
        symptoms: ZCQ symptom severity, 1 to 5, higher is worse.
        function: ZCQ physical function, 1 to 4, higher is worse.
        satisfaction: ZCQ satisfaction, 1 to 4, higher is worse.
        leg_pain: Leg pain [mm].
        back_pain: Back pain [mm].
        disability: Oswestry Disability Index [%].
        health: EQ-5D index; 1 is full health.
    """

    benefit: Float[np.ndarray, " patients"]
    z: Float[np.ndarray, " patients"]
    chance: Float[np.ndarray, "patients 7"]
    symptoms: Float[np.ndarray, " patients"]
    function: Float[np.ndarray, " patients"]
    satisfaction: Float[np.ndarray, " patients"]
    leg_pain: Float[np.ndarray, " patients"]
    back_pain: Float[np.ndarray, " patients"]
    disability: Float[np.ndarray, " patients"]
    health: Float[np.ndarray, " patients"]


def draw_outcome(
    known_benefit: Float[np.ndarray, " patients"],
    baseline: Baseline,
    scenario: Scenario,
    rng: np.random.Generator,
) -> Outcome:
    """Draw how patients whose foreseeable benefit is known feel after one year."""
    patients = len(known_benefit)
    apart = rng.spawn(1)[0]  # leaves the recipe's own draws as they are
    benefit = known_benefit + LUCK_SD * rng.standard_normal(patients)
    z = (benefit - scenario.benefit_mean) / scenario.benefit_sd
    chance = [
        rng.standard_normal((RECIPE_SCORES, patients)),
        apart.standard_normal((OTHER_SCORES, patients)),
    ]
    return outcome_given(benefit, z, np.vstack(chance).T, baseline)


def outcome_given(
    benefit: Float[np.ndarray, " patients"],
    z: Float[np.ndarray, " patients"],
    chance: Float[np.ndarray, "patients 7"],
    baseline: Baseline,
) -> Outcome:
    """Return the scores of patients whose benefit and luck are known.

    Coefficients: docs/simulated_cohort.md.
    """
    symptoms = baseline.symptoms - _symptoms_gain(baseline, z)
    function = baseline.function - _function_gain(baseline, z)
    leg, back = baseline.leg_pain, baseline.back_pain
    leg_after = leg - 33 - 0.45 * (leg - 62) - 18 * z + PAIN_NOISE * chance[:, 2]
    back_after = back - 23 - 0.40 * (back - 55) - 17 * z + PAIN_NOISE * chance[:, 3]
    satisfaction = _satisfaction(z) + SATISFACTION_NOISE * chance[:, 4]
    disability = _disability(baseline, z) + DISABILITY_NOISE * chance[:, 5]
    health = _health(baseline, z) + HEALTH_NOISE * chance[:, 6]
    return Outcome(
        benefit=benefit,
        z=z,
        chance=chance,
        symptoms=np.clip(symptoms + SYMPTOMS_NOISE * chance[:, 0], 1, 5),
        function=np.clip(function + FUNCTION_NOISE * chance[:, 1], 1, 4),
        satisfaction=np.clip(satisfaction, 1, 4),
        leg_pain=np.clip(leg_after, 0, 100).round(),
        back_pain=np.clip(back_after, 0, 100).round(),
        disability=np.clip(disability, 0, 100),
        health=np.clip(health, LOWEST_HEALTH, 1),
    )


def expected_change(
    baseline: Baseline, z: Float[np.ndarray, " patients"]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return expected gain in symptoms and function, and the expected satisfaction."""
    return _symptoms_gain(baseline, z), _function_gain(baseline, z), _satisfaction(z)


def succeeded(baseline: Baseline, outcome: Outcome) -> Bool[np.ndarray, " patients"]:
    """Whether at least two of the three ZCQ criteria of success are met.

    The criteria: symptoms and function each better by 0.5 or more, satisfaction below
    2.5. Uses the scores before they are cut into item answers.
    """
    met = (
        (baseline.symptoms - outcome.symptoms >= ENOUGH_CHANGE).astype(int)
        + (baseline.function - outcome.function >= ENOUGH_CHANGE)
        + (outcome.satisfaction < SATISFIED_BELOW)
    )
    success: np.ndarray = met >= 2
    return success


def _symptoms_gain(
    baseline: Baseline, z: Float[np.ndarray, " patients"]
) -> Float[np.ndarray, " patients"]:
    return 0.86 + 0.30 * (baseline.symptoms - 3.15) + 0.62 * z


def _function_gain(
    baseline: Baseline, z: Float[np.ndarray, " patients"]
) -> Float[np.ndarray, " patients"]:
    return 0.64 + 0.30 * (baseline.function - 2.55) + 0.47 * z


def _satisfaction(
    z: Float[np.ndarray, " patients"],
) -> Float[np.ndarray, " patients"]:
    return 2.02 - 0.62 * z


def _disability(
    baseline: Baseline, z: Float[np.ndarray, " patients"]
) -> Float[np.ndarray, " patients"]:
    before = baseline.disability
    after: np.ndarray = before - 20 - 0.35 * (before - 40) - 13 * z
    return after


def _health(
    baseline: Baseline, z: Float[np.ndarray, " patients"]
) -> Float[np.ndarray, " patients"]:
    before = baseline.health
    after: np.ndarray = before + 0.22 - 0.35 * (before - 0.55) + 0.12 * z
    return after
