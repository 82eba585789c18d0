"""Sequences of vertebrae: which names suit a row of shapes best, and how surely.

The vertebrae are read as a sequence: from T9 to S1, with a missing T12, a T13, four or
six lumbar vertebrae as rarer ways. Each name expects certain shapes; the most likely
sequence is found with the Viterbi algorithm, its probability with the forward one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.geometry.vertebra_cues import CUES, Cues

Table = Float[np.ndarray, "vertebra state"]

NAN = float("nan")
PROFILE: dict[Vertebra, tuple[float, ...]] = {
    Vertebra.T9: (-3.0, -4.0, 0.06, 0.07, 1.02, 0.3, -6.0, -0.02),
    Vertebra.T10: (-3.0, -3.5, 0.06, 0.08, 1.02, 0.3, -8.0, -0.05),
    Vertebra.T11: (-3.0, -3.0, 0.06, 0.08, 1.02, 0.3, -9.0, -0.08),
    Vertebra.T12: (-3.0, -2.0, 0.06, 0.08, 1.01, 0.3, -10.0, -0.08),
    Vertebra.T13: (-2.5, -1.0, 0.07, 0.07, 1.01, 0.3, -10.0, 0.0),
    Vertebra.L1: (-2.0, -0.5, 0.09, 0.06, 1.02, 0.3, -10.0, 0.4),
    Vertebra.L2: (0.7, 2.5, 0.05, 0.02, 1.0, 0.1, -7.0, 0.07),
    Vertebra.L3: (2.0, 5.8, 0.04, 0.0, 1.0, 0.1, -2.0, 0.12),
    Vertebra.L4: (4.7, 10.0, 0.06, -0.01, 1.0, -0.3, 6.0, -0.08),
    Vertebra.L5: (11.0, 17.0, 0.05, -0.01, 0.98, -0.8, 23.0, 0.1),
    Vertebra.L6: (11.0, 17.0, 0.05, -0.01, 0.98, -0.8, 23.0, 0.1),
    Vertebra.S1: (NAN, 23.0, 0.0, NAN, 0.72, NAN, 48.0, NAN),
}
"""What each cue is on average: half way between five real MR examinations with one CT
(37 vertebrae) and 36 simulated patients. Few real ones, hence uncertain; the last cue
is from memory of anatomical tables, and more uncertain."""

SPREAD = (5.0, 4.5, 0.08, 0.05, 0.05, 0.35, 11.0, 0.15)
"""Standard deviation of each cue: that of the real examinations, widened by a third."""

SACRUM_SPREAD = (20.0, 9.0, 0.15, 0.2, 0.09, 0.8, 15.0, 0.5)
"""The same for S1, which is seen in part only."""

FARTHEST = 4.0
"""A cue counts at most like one this many standard deviations away: wedge fractures,
slips and scoliosis must not outvote everything else."""

CONUS = {
    Vertebra.T11: 0.02,
    Vertebra.T12: 0.2,
    Vertebra.T13: 0.3,
    Vertebra.L1: 0.5,
    Vertebra.L2: 0.25,
    Vertebra.L3: 0.03,
}
"""How often the cord ends beside each vertebra. Uncertain: round numbers."""

NO_CONUS = 0.01

RARE = {"T11 lowest": 0.01, "T13": 0.02, "L4 lowest": 0.02, "L6": 0.04}
"""How often vertebrae are one fewer or one more. Uncertain."""

LOWEST_SEEN = {Vertebra.L5: 0.55, Vertebra.L6: 1.0, Vertebra.S1: 0.35}
"""Which vertebra is the lowest one of a lumbar mask. Uncertain."""

LOWEST_ELSE = 0.02


@dataclass(frozen=True, slots=True)
class _State:
    """A name, and whether the column goes another way than usual below it."""

    name: Vertebra
    special: str = ""


STATES = (
    *(_State(name) for name in PROFILE),
    _State(Vertebra.T11, "T11 lowest"),
    _State(Vertebra.L4, "L4 lowest"),
    _State(Vertebra.L5, "L6"),
)


def likely_names(
    cues: Sequence[Cues],
    sacrum_is_last: bool = False,
    *,
    top: Vertebra | None = None,
    spread: float = 1.0,
) -> tuple[list[Vertebra], float]:
    """Return the most likely names of a sequence of vertebrae, and their probability.

    Args:
        cues: What was measured at each vertebra, from the head down.
        sacrum_is_last: Whether the last one is known to be the sacrum.
        top: Name of the first vertebra, if it was counted from C2 down.
        spread: How much cues vary, as a share of how they do between people.
    """
    fit = _fit(cues, sacrum_is_last, spread=spread)
    if top is not None:
        fit[0, [state.name is not top for state in STATES]] = -np.inf
    best = _viterbi(fit)
    names = [STATES[state].name for state in best]
    return names, float(np.exp(_forward(fit, names) - _forward(fit)))


def probability_of(
    names: Sequence[Vertebra], cues: Sequence[Cues], sacrum_is_last: bool = False
) -> float:
    """Return the probability of names that were stated, given the shapes."""
    fit = _fit(cues, sacrum_is_last)
    return float(np.exp(_forward(fit, names) - _forward(fit)))


def likelihood_ratio(
    said: Sequence[Vertebra], best: Sequence[Vertebra], cues: Sequence[Cues]
) -> float:
    """Likelihood of the shapes under the stated names against the best ones."""
    fit = _fit(cues, sacrum_is_last=False, prior=False)
    ways = np.where(np.isfinite(WAYS), 0.0, -np.inf)
    ratio = _forward(fit, said, ways) - _forward(fit, best, ways)
    return float(np.exp(min(ratio, 0.0)))


def _viterbi(fit: Table) -> list[int]:
    """The most likely path of states."""
    score, came_from = fit[0], []
    for row in fit[1:]:
        step = score[:, None] + WAYS
        came_from.append(step.argmax(axis=0))
        score = step.max(axis=0) + row
    path = [int(score.argmax())]
    for back in reversed(came_from):
        path.append(int(back[path[-1]]))
    return path[::-1]


def _forward(
    fit: Table, names: Sequence[Vertebra] | None = None, ways: np.ndarray | None = None
) -> float:
    """Logarithm of the probability of all paths, or of those with certain names."""
    steps = WAYS if ways is None else ways
    allowed = np.zeros_like(fit)
    for row, name in zip(allowed, names or (), strict=names is not None):
        row[[state.name is not name for state in STATES]] = -np.inf
    score = fit[0] + allowed[0]
    for row, mask in zip(fit[1:], allowed[1:], strict=True):
        score = _log_sum(score[:, None] + steps) + row + mask
    return float(_log_sum(score[:, None])[0])


def _log_sum(terms: np.ndarray) -> np.ndarray:
    top = np.maximum(terms.max(axis=0), -1e300)
    total: np.ndarray = top + np.log(
        np.maximum(np.exp(terms - top).sum(axis=0), 1e-300)
    )
    return total


def _ways() -> np.ndarray:
    """Logarithm of the probability to go from one state down to the next."""
    ways = np.zeros((len(STATES), len(STATES)))
    ordinary = [_State(name) for name in PROFILE]
    place = {state: index for index, state in enumerate(STATES)}
    for upper, lower in pairwise(n for n in ordinary if n.name not in DETOURS):
        ways[place[upper], place[lower]] = 1.0
    for upper, lower, share in _detours():
        for usual in np.flatnonzero(ways[place[upper]]) if share < 1 else ():
            ways[place[upper], usual] -= share
        ways[place[upper], place[lower]] = share
    with np.errstate(divide="ignore"):
        return np.log(ways)


DETOURS = (Vertebra.T13, Vertebra.L6)


def _detours() -> list[tuple[_State, _State, float]]:
    """Ways that few spines go: from, to, and how many."""
    last_rib, last_of_four = _State(Vertebra.T11, "T11 lowest"), "L4 lowest"
    four, above_six = _State(Vertebra.L4, last_of_four), _State(Vertebra.L5, "L6")
    return [
        (_State(Vertebra.T10), last_rib, RARE["T11 lowest"]),
        (last_rib, _State(Vertebra.L1), 1.0),
        (_State(Vertebra.T12), _State(Vertebra.T13), RARE["T13"]),
        (_State(Vertebra.T13), _State(Vertebra.L1), 1.0),
        (_State(Vertebra.L3), four, RARE["L4 lowest"]),
        (four, _State(Vertebra.S1), 1.0),
        (_State(Vertebra.L4), above_six, RARE["L6"]),
        (above_six, _State(Vertebra.L6), 1.0),
        (_State(Vertebra.L6), _State(Vertebra.S1), 1.0),
    ]


def _expected(state: _State) -> np.ndarray:
    """What the cues are in a state: the last lumbar one looks like L5, whatever."""
    if state.special == "L4 lowest":
        return np.array(PROFILE[Vertebra.L5])
    if state.special == "L6":  # one of six: between L4 and L5 in place
        return np.array(PROFILE[Vertebra.L4])
    if state.special == "T11 lowest":
        return np.array(PROFILE[Vertebra.T12])
    return np.array(PROFILE[state.name])


def _spread(state: _State) -> np.ndarray:
    return np.array(SACRUM_SPREAD if state.name is Vertebra.S1 else SPREAD)


WAYS = _ways()
EXPECTED = np.array([_expected(state) for state in STATES])
SPREADS = np.array([_spread(state) for state in STATES])


def _fit(
    cues: Sequence[Cues],
    sacrum_is_last: bool,
    prior: bool = True,
    spread: float = 1.0,
) -> Table:
    """How well each state explains each vertebra, as a logarithm."""
    measured = np.array([[found.get(cue, NAN) for cue in CUES] for found in cues])
    away = (measured[:, None] - EXPECTED) / (spread * SPREADS)
    terms = -0.5 * np.minimum(away**2, FARTHEST**2) - np.log(SPREADS)
    unexpected = -0.5 * FARTHEST**2 / 2 - np.log(SPREADS)
    terms = np.where(np.isnan(EXPECTED), unexpected, terms)
    fit: np.ndarray = np.where(np.isnan(measured[:, None]), 0.0, terms).sum(axis=2)
    for row, found in zip(fit, cues, strict=True):
        if "conus" in found:
            row += np.log([CONUS.get(state.name, NO_CONUS) for state in STATES])
    if prior:
        fit[0] += np.log([_may_start(state) for state in STATES])
        fit[-1] += np.log([_share_lowest(state) for state in STATES])
    if sacrum_is_last:
        fit[-1, [state.name is not Vertebra.S1 for state in STATES]] = -np.inf
        fit[:-1, [state.name is Vertebra.S1 for state in STATES]] = -np.inf
    return fit


def _may_start(state: _State) -> float:
    """A sequence starts anywhere; a rare one no more often than it occurs."""
    rare = state.special or (str(state.name) if state.name in DETOURS else "")
    return RARE.get(rare, 1.0)


def _share_lowest(state: _State) -> float:
    if state.special == "L4 lowest":
        return LOWEST_SEEN[Vertebra.L5]
    if state.special == "L6":
        return LOWEST_ELSE
    return LOWEST_SEEN.get(state.name, LOWEST_ELSE)
