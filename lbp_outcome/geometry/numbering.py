"""What the shapes of a spine say about the names of its vertebrae, and how surely.

Shapes tell lumbar from sacral vertebrae well, and neighbours in the lumbar spine
poorly. The number of lumbar vertebrae cannot be told without ribs: beside a visible
sacrum it rests on how rare anomalies are, on the transverse processes where the scan is
wide enough, and on the end of the spinal cord, which varies by a level. A T13 cannot be
told from a T12 at all unless somebody has counted from C2 down (`top`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lbp_outcome.anatomy import Process, Side, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.frame import rough_frame
from lbp_outcome.geometry.level_sequence import (
    likelihood_ratio,
    likely_names,
    probability_of,
)
from lbp_outcome.geometry.once import once
from lbp_outcome.geometry.taper import taper
from lbp_outcome.geometry.vertebra_cues import Cues, vertebra_cues
from lbp_outcome.spine import Numbering, Spine, column

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
        contradiction=likelihood_ratio(said, names, cues),
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
