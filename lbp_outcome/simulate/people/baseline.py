"""How patients feel before surgery."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

SEVERITY_LOADING = 0.6
"""Correlation of each complaint with the patient's overall severity.

The recipe names the shared factor but not its weight; 0.6 reproduces its SD of the
latent benefit (1.826) and that without imaging (1.697).
"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Baseline:
    """Scores before surgery, one array element per patient.

    Attributes:
        symptoms: ZCQ symptom severity, 1 to 5, higher is worse.
        function: ZCQ physical function, 1 to 4, higher is worse.
        leg_pain: Leg pain [mm on a 0-100 scale].
        back_pain: Back pain [mm on a 0-100 scale].
    """

    symptoms: Float[np.ndarray, " patients"]
    function: Float[np.ndarray, " patients"]
    leg_pain: Float[np.ndarray, " patients"]
    back_pain: Float[np.ndarray, " patients"]


def draw_baseline(patients: int, rng: np.random.Generator) -> Baseline:
    """Draw the scores before surgery; severe patients are severe in all of them.

    Means and SDs: docs/simulated_cohort.md.
    """
    severity = rng.standard_normal(patients)
    own_share = np.sqrt(1 - SEVERITY_LOADING**2)

    def score(mean: float, sd: float) -> Float[np.ndarray, " patients"]:
        own = own_share * rng.standard_normal(patients)
        drawn: np.ndarray = mean + sd * (SEVERITY_LOADING * severity + own)
        return drawn

    return Baseline(
        symptoms=np.clip(score(3.15, 0.55), 1, 5),
        function=np.clip(score(2.55, 0.50), 1, 4),
        leg_pain=np.clip(score(62, 25), 0, 100).round(),
        back_pain=np.clip(score(55, 27), 0, 100).round(),
    )
