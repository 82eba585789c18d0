"""What becomes of the endplates beside a worn disc."""

from dataclasses import replace

import numpy as np

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.simulate.body.bones import Endplate, Modic, Pit

SPUR_BY_GRADE = {1: 0.1, 2: 0.2, 3: 0.8, 4: 1.8, 5: 3.0}
"""Mean length of an osteophyte in front by Pfirrmann grade [mm]; longest `SPUR_MOST`.
"""

SPUR_MOST = 7.0
SIDE_SPUR_SHARE = 0.8
SCLEROSIS_BY_GRADE = {1: 0.0, 2: 0.0, 3: 0.1, 4: 0.35, 5: 0.7}
MODIC_BY_GRADE = {1: 0.0, 2: 0.01, 3: 0.05, 4: 0.25, 5: 0.50}
"""Share of discs with changed marrow beside them."""

MODIC_TYPES = (0.25, 0.65, 0.10)
"""Shares of type I (oedema), II (fat) and III (sclerosis)."""

MODIC_BOTH_SIDES = 0.8
THORACIC_SHARE = 0.4
"""Modic changes above T12 relative to the lumbar discs."""

SCHMORL_SHARE = 0.13
"""Share of patients with Schmorl nodes."""

SCHMORL_ENDPLATES = 3
SCHMORL_LEVELS = ("T11-T12", "T12-T13", "T13-L1", "T12-L1", "L1-L2", "L2-L3")
RIM_DEFECT_BY_GRADE = {1: 0.0, 2: 0.0, 3: 0.02, 4: 0.10, 5: 0.22}
"""Share of endplates with a shallow defect near the rim."""

PIT_RADIUS_PER_DEPTH = 1.3
"""Walls of a pit are no steeper than this allows: the rays that measure a disc's
height then find its floor."""


def draw_endplates(
    discs: tuple[Disc, ...], grades: list[int], rng: np.random.Generator
) -> list[tuple[Endplate, Endplate]]:
    """Draw both endplates of every disc: of the vertebra above, then of that below.

    Every disc takes the same number of draws whatever its grade.
    """
    schmorl = rng.random() < SCHMORL_SHARE
    return [
        (
            _worn(grade, rng, (1.5, 2.8), schmorl and str(disc) in SCHMORL_LEVELS),
            _worn(
                grade, rng, _hollow_below(disc), schmorl and str(disc) in SCHMORL_LEVELS
            ),
        )
        for disc, grade in zip(discs, grades, strict=True)
    ]


def change_marrow(
    disc: Disc,
    grade: int,
    endplates: tuple[Endplate, Endplate],
    rng: np.random.Generator,
) -> tuple[Endplate, Endplate]:
    """Draw the Modic change beside one disc, mostly on both of its sides."""
    present, lone, which = rng.random(3)
    kind = 1 + int(np.searchsorted(np.cumsum(MODIC_TYPES[:-1]), rng.random()))
    forward = float(rng.uniform(-0.8, 0.9))
    changed = []
    for endplate in endplates:
        modic = Modic(
            type=kind,
            depth=float(rng.uniform(4.0, 12.0)),
            share=float(rng.uniform(0.25, 0.95)),
            forward=forward,
        )
        changed.append(replace(endplate, modic=modic))
    share = MODIC_BY_GRADE[grade]
    if disc.lower.startswith("T"):
        share *= THORACIC_SHARE
    if present >= share:
        return endplates
    if lone >= MODIC_BOTH_SIDES:
        kept = int(which < 0.5)
        changed[kept] = endplates[kept]
    return changed[0], changed[1]


def _hollow_below(disc: Disc) -> tuple[float, float]:
    """Least and largest hollow of the endplate below a disc [mm]."""
    return (0.8, 0.8) if disc.lower == Vertebra.S1 else (1.0, 2.2)


def _worn(
    grade: int, rng: np.random.Generator, hollow: tuple[float, float], node: bool
) -> Endplate:
    mean = SPUR_BY_GRADE[grade]
    lengths = np.minimum(mean * rng.standard_gamma(2.0, 3) / 2, SPUR_MOST)
    least, most = hollow
    depth = float(rng.uniform(least, most))
    dense = SCLEROSIS_BY_GRADE[grade] * float(rng.uniform(0.3, 1.4))
    # The nodes are drawn for every endplate, so that no draw depends on what is found.
    pits = (_node(rng), _rim_defect(rng))
    found = rng.random(2) < (0.5 if node else 0.0, RIM_DEFECT_BY_GRADE[grade])
    return Endplate(
        hollow=depth,
        spur=float(lengths[0]),
        side_spurs=(
            float(SIDE_SPUR_SHARE * lengths[1]),
            float(SIDE_SPUR_SHARE * lengths[2]),
        ),
        sclerosis=min(dense, 1.0),
        pits=tuple(pit for pit, there in zip(pits, found, strict=True) if there),
    )


def _node(rng: np.random.Generator) -> Pit:
    """A Schmorl node near the middle of the endplate."""
    depth = float(rng.uniform(3.0, 6.0))
    wide = PIT_RADIUS_PER_DEPTH * depth + float(rng.uniform(0.0, 1.5))
    return Pit(
        right=float(rng.normal(0, 5.0)),
        anterior=float(rng.normal(-1.5, 3.0)),
        radius=wide,
        depth=depth,
    )


def _rim_defect(rng: np.random.Generator) -> Pit:
    """A shallow defect near the front or the back rim."""
    depth = float(rng.uniform(1.2, 2.5))
    front = float(rng.choice([-1.0, 1.0]) * rng.uniform(8.0, 12.0))
    return Pit(
        right=float(rng.normal(0, 8.0)),
        anterior=front,
        radius=float(rng.uniform(3.5, 6.0)),
        depth=depth,
    )
