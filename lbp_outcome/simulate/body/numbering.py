"""How many vertebrae a patient has, and whether the lowest joins the sacrum."""

from dataclasses import dataclass

import numpy as np

from lbp_outcome.anatomy import Disc, Vertebra

SHARE_TRANSITIONAL = 0.181
"""Share of people with a lumbosacral transition (radiographs of a cohort, sheet 2.8).
"""

CASTELLVI_SHARES = (0.419, 0.415, 0.114, 0.052)
"""Types I to IV among them: 41.7, 41.4, 11.5 and 5.2 % as published, scaled to 1."""

SHARE_SIX_LUMBAR = 0.22
"""Share of transitions in which a sixth lumbar vertebra joins the sacrum.

Uncertain: 4 % of all people have an L6 then; no rate was found that fits the other."""

SHARE_THIRTEENTH = 0.02
"""Share of people with a whole T13. Uncertain: published are 11.2 % with any
thoracolumbar anomaly, of which most are small ribs."""

LOWER_DISC_LEFT = {0: 1.0, 1: 1.0, 2: 0.85, 3: 0.6, 4: 0.45}
"""Height of the disc below a transitional vertebra as a share, by Castellvi type."""

REGULAR = tuple(
    Vertebra(name)
    for name in ["T9", "T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1"]
)


@dataclass(frozen=True, kw_only=True)
class Numbering:
    """The vertebrae of one patient by name.

    Attributes:
        vertebrae: From T9 or T10 down to S1.
        castellvi: Type of the transition of the lowest one above S1, 0 for none.
    """

    vertebrae: tuple[Vertebra, ...]
    castellvi: int

    @property
    def discs(self) -> tuple[Disc, ...]:
        """The discs between them, from above."""
        pairs = zip(self.vertebrae[:-1], self.vertebrae[1:], strict=True)
        return tuple(Disc(upper, lower) for upper, lower in pairs)


def draw_numbering(rng: np.random.Generator) -> Numbering:
    """Draw transition, sixth lumbar and thirteenth thoracic vertebra."""
    chance, six, thirteen, kind = rng.random(4)
    transitional = chance < SHARE_TRANSITIONAL
    castellvi = 1 + int(np.searchsorted(np.cumsum(CASTELLVI_SHARES[:-1]), kind))
    return number_vertebrae(
        six_lumbar=bool(transitional and six < SHARE_SIX_LUMBAR),
        thirteen_thoracic=bool(thirteen < SHARE_THIRTEENTH),
        castellvi=castellvi if transitional else 0,
    )


def number_vertebrae(
    *, six_lumbar: bool = False, thirteen_thoracic: bool = False, castellvi: int = 0
) -> Numbering:
    """Name the vertebrae; a tenth one above the sacrum takes the place of T9."""
    names = list(REGULAR)
    if thirteen_thoracic:
        names.insert(names.index(Vertebra.L1), Vertebra.T13)
    if six_lumbar:
        names.insert(names.index(Vertebra.S1), Vertebra.L6)
    if len(names) > len(REGULAR):
        names.remove(Vertebra.T9)
    return Numbering(vertebrae=tuple(names), castellvi=castellvi)
