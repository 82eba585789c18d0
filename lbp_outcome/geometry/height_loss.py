"""How much height a vertebral body has lost, judged by its neighbours."""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.body_heights import BodyHeights, body_heights
from lbp_outcome.geometry.once import once
from lbp_outcome.spine import Spine, column

NEIGHBOURS = 4
"""So many of the nearest vertebrae say what height to expect."""

FEWEST = 2
FEWEST_FOR_TREND = 3
"""With fewer neighbours their median is expected; with more, their trend along the
spine, as healthy bodies grow by some 3 % from one to the next."""


@dataclass(frozen=True, slots=True)
class HeightLoss:
    """Where a body lacks most height.

    Attributes:
        percent: Share of the expected height that is missing there; negative for a body
            taller than its neighbours.
        where: `in front`, `in the middle` or `behind`.
        neighbours: How many vertebrae said what to expect.
    """

    percent: float
    where: str
    neighbours: int

    def __str__(self) -> str:
        """Read like a line of a report."""
        amount = (
            f"{abs(self.percent):.0f} % {'lower' if self.percent > 0 else 'higher'}"
        )
        return f"{amount} {self.where} than {self.neighbours} vertebrae near it"


@once
def height_loss(spine: Spine, vertebra: Vertebra) -> HeightLoss:
    """Return the largest loss of height in front, in the middle or behind.

    Each height is compared with what the same height of the four nearest vertebrae lets
    expect: the line through the median of their slopes (Theil and Sen), which forgives
    one neighbour that has collapsed itself. Neighbours carry the level's own shape,
    which a fixed ratio does not: L5 is a wedge, and T12 the reverse, in healthy people.

    Raises:
        NotMeasurable: The body is not visible, or no two others that are near.
    """
    own = _three(body_heights(spine, vertebra))
    others = _neighbours(spine, vertebra)
    if len(others) < FEWEST:
        raise NotMeasurable(
            f"fewer than two neighbours of {vertebra} show their height"
        )
    away = np.array(list(others), float)
    heights = np.array([_three(found) for found in others.values()])
    expected = np.array([_expected(away, these) for these in heights.T])
    lost = 100 * (1 - own / expected)
    most = int(lost.argmax())
    where = ("in front", "in the middle", "behind")[most]
    return HeightLoss(float(lost[most]), where, len(others))


def _neighbours(spine: Spine, vertebra: Vertebra) -> dict[int, BodyHeights]:
    """Heights of the nearest vertebrae, by how many levels further down they lie."""
    names = column(spine.named)[:-1]  # the sacrum has another shape
    own = names.index(vertebra)
    found: dict[int, BodyHeights] = {}
    for place in sorted(range(len(names)), key=lambda place: abs(place - own)):
        if place == own or len(found) == NEIGHBOURS or abs(place - own) > NEIGHBOURS:
            continue
        with suppress(NotMeasurable):
            found[place - own] = body_heights(spine, names[place])
    return found


def _expected(away: Float[np.ndarray, " n"], heights: Float[np.ndarray, " n"]) -> float:
    """Height to expect where `away` is zero [mm]."""
    if len(away) < FEWEST_FOR_TREND:
        return float(np.median(heights))
    run, rise = np.subtract.outer(away, away), np.subtract.outer(heights, heights)
    slope = np.median(rise[run > 0] / run[run > 0])
    return float(np.median(heights - slope * away))


def _three(heights: BodyHeights) -> Float[np.ndarray, "3"]:
    return np.array([heights.anterior_mm, heights.middle_mm, heights.posterior_mm])
