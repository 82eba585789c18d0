"""How patients feel at each visit after surgery."""

from collections.abc import Mapping

import numpy as np

from lbp_outcome.simulate.people.baseline import Baseline
from lbp_outcome.simulate.people.outcomes import Outcome, outcome_given

RECIPE_VISIT = "month_12"
"""The visit that the calibrated recipe describes."""

SHIFT = {"week_8": -0.04, "month_24": -0.11}
"""Mean benefit against one year [SD].

They give ZCQ success of 67 % at eight weeks (FELIX: 63 and 72 % in its two arms) and
65 % at two years, between FELIX at one year (66 and 69 %) and at five (68 and 56 %). No
figure of FELIX at two years is known to us: uncertain.
"""

SAME_BENEFIT, SAME_CHANCE = 0.9, 0.5
"""Correlation with month 12 of the benefit, and of what else acts on a score.

Scores of one patient at two visits then correlate by about 0.8.
"""


def draw_course(
    outcome: Outcome, baseline: Baseline, rng: np.random.Generator
) -> Mapping[str, Outcome]:
    """Draw the other visits of patients whose month 12 is known.

    Returns:
        The outcome by visit, month 12 as it was given, in the order of time.
    """
    return {
        "week_8": _draw_visit("week_8", outcome, baseline, rng),
        RECIPE_VISIT: outcome,
        "month_24": _draw_visit("month_24", outcome, baseline, rng),
    }


def _draw_visit(
    visit: str, outcome: Outcome, baseline: Baseline, rng: np.random.Generator
) -> Outcome:
    z = SHIFT[visit] + _much_like(outcome.z, SAME_BENEFIT, rng)
    chance = _much_like(outcome.chance, SAME_CHANCE, rng)
    return outcome_given(outcome.benefit, z, chance, baseline)


def _much_like(
    scores: np.ndarray, correlation: float, rng: np.random.Generator
) -> np.ndarray:
    """Return standard scores that correlate with those given."""
    other = rng.standard_normal(scores.shape)
    alike: np.ndarray = correlation * scores + np.sqrt(1 - correlation**2) * other
    return alike
