"""How patients feel before surgery."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

LOWEST_HEALTH = -0.446
"""The worst state of the Dutch EQ-5D-5L tariff."""

SEVERITY_LOADING = 0.6
"""Correlation of each complaint with the patient's overall severity.

The recipe names the shared factor but not its weight; 0.6 reproduces its SD of the
latent benefit (1.826) and that without imaging (1.697).
"""

OVERALL_LOADING = 0.75
"""The same for disability and health, which ask about everything (uncertain)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Baseline:
    """Scores before surgery, one array element per patient.

    Attributes:
        symptoms: ZCQ symptom severity, 1 to 5, higher is worse.
        function: ZCQ physical function, 1 to 4, higher is worse.
        leg_pain: Leg pain [mm on a 0-100 scale].
        back_pain: Back pain [mm on a 0-100 scale].
        disability: Oswestry Disability Index [%].
        health: EQ-5D index; 1 is full health.
    """

    symptoms: Float[np.ndarray, " patients"]
    function: Float[np.ndarray, " patients"]
    leg_pain: Float[np.ndarray, " patients"]
    back_pain: Float[np.ndarray, " patients"]
    disability: Float[np.ndarray, " patients"]
    health: Float[np.ndarray, " patients"]


def draw_baseline(patients: int, rng: np.random.Generator) -> Baseline:
    """Draw the scores before surgery; severe patients are severe in all of them.

    Means and SDs: docs/simulated_cohort.md.
    """
    severity = rng.standard_normal(patients)
    apart = rng.spawn(1)[0]  # leaves the recipe's own draws as they are

    def score(mean: float, sd: float) -> Float[np.ndarray, " patients"]:
        return mean + sd * _tied(severity, SEVERITY_LOADING, rng)

    def overall(mean: float, sd: float) -> Float[np.ndarray, " patients"]:
        return mean + sd * _tied(severity, OVERALL_LOADING, apart)

    return Baseline(
        symptoms=np.clip(score(3.15, 0.55), 1, 5),
        function=np.clip(score(2.55, 0.50), 1, 4),
        leg_pain=np.clip(score(62, 25), 0, 100).round(),
        back_pain=np.clip(score(55, 27), 0, 100).round(),
        disability=np.clip(overall(40, 14.5), 0, 100),
        health=np.clip(overall(0.55, -0.20), LOWEST_HEALTH, 1),
    )


def _tied(
    severity: Float[np.ndarray, " patients"], loading: float, rng: np.random.Generator
) -> Float[np.ndarray, " patients"]:
    """Return standard scores of a complaint that go with the overall severity."""
    own = np.sqrt(1 - loading**2) * rng.standard_normal(len(severity))
    tied: np.ndarray = loading * severity + own
    return tied
