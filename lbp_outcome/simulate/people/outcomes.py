"""How patients feel one year after surgery."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.simulate.people.baseline import Baseline
from lbp_outcome.simulate.people.benefit import LUCK_SD
from lbp_outcome.simulate.scenario import Scenario

ENOUGH_CHANGE = 0.5
SATISFIED_BELOW = 2.5
SYMPTOMS_NOISE, FUNCTION_NOISE, SATISFACTION_NOISE, PAIN_NOISE = 0.38, 0.33, 0.40, 15.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """Scores twelve months after surgery, one array element per patient.

    Attributes:
        benefit: Latent benefit of surgery; no one can observe it.
        symptoms: ZCQ symptom severity, 1 to 5, higher is worse.
        function: ZCQ physical function, 1 to 4, higher is worse.
        satisfaction: ZCQ satisfaction, 1 to 4, higher is worse.
        leg_pain: Leg pain [mm].
        back_pain: Back pain [mm].
    """

    benefit: Float[np.ndarray, " patients"]
    symptoms: Float[np.ndarray, " patients"]
    function: Float[np.ndarray, " patients"]
    satisfaction: Float[np.ndarray, " patients"]
    leg_pain: Float[np.ndarray, " patients"]
    back_pain: Float[np.ndarray, " patients"]


def draw_outcome(
    known_benefit: Float[np.ndarray, " patients"],
    baseline: Baseline,
    scenario: Scenario,
    rng: np.random.Generator,
) -> Outcome:
    """Draw what becomes of patients whose foreseeable benefit is known.

    Coefficients: docs/simulated_cohort.md.
    """

    def noise(sd: float) -> Float[np.ndarray, " patients"]:
        return sd * rng.standard_normal(len(known_benefit))

    benefit = known_benefit + noise(LUCK_SD)
    z = (benefit - scenario.benefit_mean) / scenario.benefit_sd
    symptoms = baseline.symptoms - _symptoms_gain(baseline, z) + noise(SYMPTOMS_NOISE)
    function = baseline.function - _function_gain(baseline, z) + noise(FUNCTION_NOISE)
    leg, back = baseline.leg_pain, baseline.back_pain
    leg_after = leg - 33 - 0.45 * (leg - 62) - 18 * z + noise(PAIN_NOISE)
    back_after = back - 23 - 0.40 * (back - 55) - 17 * z + noise(PAIN_NOISE)
    return Outcome(
        benefit=benefit,
        symptoms=np.clip(symptoms, 1, 5),
        function=np.clip(function, 1, 4),
        satisfaction=np.clip(_satisfaction(z) + noise(SATISFACTION_NOISE), 1, 4),
        leg_pain=np.clip(leg_after, 0, 100).round(),
        back_pain=np.clip(back_after, 0, 100).round(),
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
