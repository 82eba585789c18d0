"""What the shapes of a spine say about the names of its vertebrae, and how surely.

The vertebrae are read as a sequence: from T9 to S1, with a missing T12, a T13, four or
six lumbar vertebrae as rarer ways. Each name expects certain shapes; the most likely
sequence is found with the Viterbi algorithm, its probability with the forward one.

Shapes tell lumbar from sacral vertebrae well, and neighbours in the lumbar spine
poorly. The number of lumbar vertebrae cannot be told without ribs: beside a visible
sacrum it rests on how rare anomalies are, on the transverse processes where the scan is
wide enough, and on the end of the spinal cord, which varies by a level. A T13 cannot be
told from a T12 at all unless somebody has counted from C2 down (`top`).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Process, Side, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.endplate import End, bony_endplate
from lbp_outcome.geometry.frame import Frame, rough_frame, upright
from lbp_outcome.geometry.once import once
from lbp_outcome.geometry.taper import taper
from lbp_outcome.spine import Numbering, Spine, column

Cues = Mapping[str, float]
"""What was measured at one vertebra, by name of the cue; no entry where it was not."""

Table = Float[np.ndarray, "vertebra state"]

CUES = (
    "wedge_deg",
    "step_deg",
    "width",
    "height",
    "taper",
    "spinous",
    "tilt_deg",
    "span",
)
"""Wedge shape; lean against the vertebra above; logarithms of width and height against
that one; depth below over above; logarithm of the spinous process's volume against that
of the vertebra above; lean in the scan, of the lowest vertebra only [deg]; logarithm of
the distance between the tips of the transverse processes against the vertebra above,
where the scan is wide enough: below the last rib they are suddenly long."""

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

FARTHEST = 3.0
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
"""How often vertebrae are one fewer or one more. Uncertain; see domain sheet 2.8."""

LOWEST_SEEN = {Vertebra.L5: 0.55, Vertebra.L6: 1.0, Vertebra.S1: 0.35}
"""Which vertebra is the lowest one of a lumbar mask. Uncertain."""

LOWEST_ELSE = 0.02

CONTRADICTED = 0.01
"""Stated names are contradicted if the shapes are this much less likely under them than
under the best names. How rare an anomaly is does not count here: who states a T13 may
have seen ribs."""

LEAST_CONFIDENCE = 0.8
"""Names are contradicted only by an opinion at least this sure."""

WING_RATIO = 1.4
"""The transverse processes of a transitional vertebra are this many times as large as
those above. In 36 simulated patients 0.5 to 1.0 without a transition and 1.5 to 3.5
with one; uncertain in real ones, whose L5 has stout processes anyway."""

BETWEEN_TAPERS = (0.78, 0.9)
"""A lowest vertebra that tapers to this share is neither lumbar nor sacral."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberingOpinion:
    """What shapes say about the names of the vertebrae of a mask.

    Attributes:
        stated: Names as the mask has them, from the head down.
        names: Names that suit the shapes best, in the same order.
        confidence: Probability of these names, given the shapes.
        stated_probability: Probability of the stated names.
        contradiction: Likelihood of the shapes under the stated names, as a share of
            that under the best ones, whatever is rare; 1 where they agree.
        flags: Findings in words: transitional, mis-numbered, extra or missing ones.
    """

    stated: tuple[Vertebra, ...]
    names: tuple[Vertebra, ...]
    confidence: float
    stated_probability: float
    contradiction: float
    flags: tuple[str, ...]


@once
def numbering(spine: Spine, top: Vertebra | None = None) -> NumberingOpinion:
    """Return the names that suit the shapes of the vertebrae best, and how surely.

    Args:
        spine: The segmented spine.
        top: Name of its highest vertebra, if it was counted from C2 down.

    Raises:
        NotMeasurable: No vertebra is segmented, or the header is doubtful.
    """
    rough_frame(spine)
    stated = tuple(sorted(spine.vertebrae, key=lambda name: name.order))
    if not stated:
        raise NotMeasurable("no vertebra is segmented, so that none can be numbered")
    levels = column(stated)
    places = [levels.index(name) - levels.index(stated[0]) for name in stated]
    cues: list[Cues] = [{} for _ in range(places[-1] + 1)]
    for place, found in zip(places, vertebra_cues(spine), strict=True):
        cues[place] = found
    sacrum = _sacrum_is_labelled(spine)
    names, confidence = likely_names(cues, sacrum, top=top)
    said = _filled(stated, levels)
    opinion = NumberingOpinion(
        stated=stated,
        names=tuple(names[place] for place in places),
        confidence=confidence,
        stated_probability=probability_of(said, cues, sacrum),
        contradiction=_likelihood_ratio(said, names, cues),
        flags=(),
    )
    flags = (*_misnumbered(opinion), *_counts(opinion), *_transitional(spine, opinion))
    return replace(opinion, flags=flags)


def _filled(stated: Sequence[Vertebra], levels: Sequence[Vertebra]) -> list[Vertebra]:
    """The stated names, with those between them that are not labelled."""
    return list(levels[levels.index(stated[0]) : levels.index(stated[-1]) + 1])


def _sacrum_is_labelled(spine: Spine) -> bool:
    """Whether the scheme has a label of its own for the sacrum, and it is there."""
    counted = spine.numbering is not Numbering.ANATOMICAL and spine.scheme == "spider"
    return Vertebra.S1 in spine.vertebrae and not counted


# ------------------------------------------------------------- the sequence of names


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


def _likelihood_ratio(
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


# --------------------------------------------------------------------- what is seen


@once
def vertebra_cues(spine: Spine) -> tuple[Cues, ...]:
    """Return what each labelled vertebra looks like, from the head down."""
    stated = sorted(spine.vertebrae, key=lambda name: name.order)
    shapes = [_shape(spine, name) for name in stated]
    levels = column(tuple(stated))
    found: list[dict[str, float]] = [_own_cues(spine, name) for name in stated]
    for place in range(1, len(stated)):
        one_level = levels.index(stated[place]) - levels.index(stated[place - 1]) == 1
        if one_level:
            found[place] |= _against(shapes[place - 1], shapes[place])
            found[place] |= _spinous(spine, stated[place - 1], stated[place])
            found[place] |= _span(spine, stated[place - 1], stated[place])
    if shapes and "tilt" in shapes[-1]:
        found[-1]["tilt_deg"] = shapes[-1]["tilt"]
    conus = _conus(spine, stated)
    if conus is not None:
        found[conus]["conus"] = 1.0
    return tuple(found)


def _shape(spine: Spine, vertebra: Vertebra) -> dict[str, float]:
    """Size and lean of one body; nothing where it cannot be measured."""
    try:
        bone = body(spine, vertebra)
        upper = bony_endplate(spine, vertebra, End.UPPER).plane
    except NotMeasurable:
        return {}
    try:
        lower = bony_endplate(spine, vertebra, End.LOWER).plane
    except NotMeasurable:
        return {"tilt": _lean_deg(upper.normal)} if vertebra is Vertebra.S1 else {}
    frame = upright(upper.centre, upper.normal, rough_frame(spine).posterior)
    across = (bone.points - upper.centre) @ frame.left
    low, high = np.quantile(across, [0.02, 0.98])
    return {
        "tilt": _lean_deg(upper.normal + lower.normal),
        "width": float(high - low),
        "height": float(np.linalg.norm(upper.centre - lower.centre)),
        "wedge": _wedge_deg(frame, upper.normal, lower.normal),
    }


def _lean_deg(normal: np.ndarray) -> float:
    """How far a normal leans to the front in the scan [deg]."""
    return float(np.degrees(np.arctan2(normal[1], normal[2])))


def _wedge_deg(frame: Frame, upper: np.ndarray, lower: np.ndarray) -> float:
    """Angle between the endplates, positive where the front is higher [deg]."""
    return frame.sagittal_deg(upper) - frame.sagittal_deg(lower)


def _own_cues(spine: Spine, vertebra: Vertebra) -> dict[str, float]:
    shape = _shape(spine, vertebra)
    found = {"wedge_deg": shape["wedge"]} if "wedge" in shape else {}
    with suppress(NotMeasurable):
        found["taper"] = taper(spine, vertebra)
    return found


def _against(above: Mapping[str, float], below: Mapping[str, float]) -> Cues:
    """A vertebra against the one above it."""
    found = {}
    if "tilt" in above and "tilt" in below:
        found["step_deg"] = below["tilt"] - above["tilt"]
    for size in ("width", "height"):
        if above.get(size, 0) > 0 and below.get(size, 0) > 0:
            found[size] = float(np.log(below[size] / above[size]))
    return found


def _spinous(spine: Spine, above: Vertebra, below: Vertebra) -> Cues:
    """The spinous process of L5 is small."""
    parts = [spine.processes.get((v, Process.SPINOUS, None)) for v in (above, below)]
    whole = [p.volume_mm3 for p in parts if p is not None and not p.at_edge.any()]
    if len(whole) < 2 or min(whole) <= 0:
        return {}
    return {"spinous": float(np.log(whole[1] / whole[0]))}


def _span(spine: Spine, above: Vertebra, below: Vertebra) -> Cues:
    """Transverse processes from tip to tip."""
    upper, lower = _span_mm(spine, above), _span_mm(spine, below)
    if not upper or not lower or min(upper, lower) <= 0:
        return {}
    return {"span": float(np.log(lower / upper))}


def _span_mm(spine: Spine, vertebra: Vertebra) -> float | None:
    tips = []
    for side in Side:
        part = spine.processes.get((vertebra, Process.TRANSVERSE, side))
        if part is None or part.at_edge.any():
            return None
        tips.append(part.points @ rough_frame(spine).left)
    return float(tips[0].max() - tips[1].min())


def _conus(spine: Spine, stated: Sequence[Vertebra]) -> int | None:
    """Which vertebra lies beside the lower end of the cord, if that is in the scan."""
    if spine.cord is None or spine.canal is None:
        return None
    ends = float(spine.cord.points[:, 2].min())
    heights = np.array([spine.vertebrae[name].centroid[2] for name in stated])
    goes_on = float(spine.canal.points[:, 2].min()) < ends - 20.0
    if not goes_on or len(heights) < 3 or ends > heights.max() + 15.0:
        return None
    return int(np.abs(heights - ends).argmin())


# ------------------------------------------------------------------- what it amounts to


def _misnumbered(opinion: NumberingOpinion) -> list[str]:
    sure = opinion.confidence >= LEAST_CONFIDENCE
    if not sure or opinion.contradiction > CONTRADICTED:
        return []
    named, looks = opinion.stated[-1], opinion.names[-1]
    if named is looks:
        named, looks = opinion.stated[0], opinion.names[0]
    place = "lowest" if named is opinion.stated[-1] else "highest"
    return [
        f"mis-numbered: the {place} vertebra is named {named} but looks like {looks} "
        f"(probability {opinion.confidence:.2f}); check the names of the levels"
    ]


def _counts(opinion: NumberingOpinion) -> list[str]:
    """One vertebra more or fewer, as stated."""
    said = set(opinion.stated)
    flags = []
    if Vertebra.T13 in said:
        flags.append("extra vertebra: a T13 is labelled")
    if Vertebra.L6 in said:
        flags.append("extra vertebra: an L6 is labelled")
    missing = Vertebra.L5 not in said and {Vertebra.L4, Vertebra.S1} <= said
    if missing:
        flags.append("missing vertebra: S1 is labelled next below L4")
    return flags


def _transitional(spine: Spine, opinion: NumberingOpinion) -> list[str]:
    """Signs that the lowest lumbar vertebra joins the sacrum."""
    presacral = [name for name in opinion.stated if name is not Vertebra.S1]
    if not presacral:
        return []
    last = presacral[-1]
    signs = []
    wings = [_wings_mm3(spine, name) for name in presacral]
    others = [size for size in wings[:-1] if size > 0]
    if len(others) >= 2 and wings[-1] > WING_RATIO * float(np.median(others)):
        share = wings[-1] / float(np.median(others))
        signs.append(
            f"its transverse processes are {share:.1f} times as large as those above"
        )
    if _between_tapers(spine, last):
        signs.append("its body tapers downwards more than a lumbar one")
    return [f"transitional: {last} may join the sacrum; {', '.join(signs)}"] * bool(
        signs
    )


def _wings_mm3(spine: Spine, vertebra: Vertebra) -> float:
    parts = [spine.processes.get((vertebra, Process.TRANSVERSE, side)) for side in Side]
    return sum(part.volume_mm3 for part in parts if part is not None)


def _between_tapers(spine: Spine, vertebra: Vertebra) -> bool:
    try:
        share = taper(spine, vertebra)
    except NotMeasurable:
        return False
    return BETWEEN_TAPERS[0] <= share <= BETWEEN_TAPERS[1]
