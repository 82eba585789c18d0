"""What a careless export would add: columns that only the future can know."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.simulate.people.outcomes import Outcome


@dataclass(frozen=True, kw_only=True, eq=False)
class Leaks:
    """Columns made from how patients feel one year after surgery.

    Attributes:
        analgesics: Use of painkillers, 0 to 10, recorded as if it were of before
            surgery: a tenth of the leg pain one year later, with noise.
        physiotherapy: Sessions in the year after surgery, recorded as such.
    """

    analgesics: Float[np.ndarray, " patients"]
    physiotherapy: Float[np.ndarray, " patients"]


def draw_leaks(outcome: Outcome, rng: np.random.Generator) -> Leaks:
    """Draw the columns from the outcome at one year."""
    patients = len(outcome.benefit)
    used = outcome.leg_pain / 10 + rng.standard_normal(patients)
    visited = 6 + outcome.disability / 5 + 3 * rng.standard_normal(patients)
    return Leaks(
        analgesics=np.clip(np.rint(used), 0, 10),
        physiotherapy=np.clip(np.rint(visited), 0, 40),
    )
