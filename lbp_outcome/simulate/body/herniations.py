"""Herniations, fissures and gas of a patient's discs."""

from dataclasses import dataclass

import numpy as np

from lbp_outcome.anatomy import Disc
from lbp_outcome.simulate.body.discs import Fissure, Herniation
from lbp_outcome.simulate.people.patients import AGE_MEAN, Patients

PROTRUSION_SHARE, PROTRUSION_PER_YEAR = 0.35, 0.0023
"""Share of patients with a protrusion at age 65, and its rise (sheet 1.1: 38 % at 60,
40 % at 70 without complaints)."""

EXTRUSION_SHARE = 0.04
FISSURE_SHARE = 0.26
LEVEL_SHARES = {
    "L1-L2": 0.05,
    "L2-L3": 0.12,
    "L3-L4": 0.21,
    "L4-L5": 0.36,
    "L5-S1": 0.26,
}
"""Where herniations and fissures lie."""

MIGRATED_SHARE = 0.6
MIGRATION_MOST = 8.0
VACUUM_SHARE = 0.35
"""Share of collapsed discs (grade 5) that hold gas."""


@dataclass(frozen=True, kw_only=True)
class Damage:
    """What is wrong with one disc beside its wear.

    Attributes:
        herniation: Protrusion or extrusion, or None.
        fissure: High-intensity zone, or None.
        vacuum: Share of its depth and width that a gas cleft fills.
    """

    herniation: Herniation | None = None
    fissure: Fissure | None = None
    vacuum: float = 0.0


def draw_damage(
    patient: Patients,
    discs: tuple[Disc, ...],
    grades: list[int],
    rng: np.random.Generator,
) -> list[Damage]:
    """Draw the damage of every disc; a herniation lies at one disc at most."""
    herniation = _draw_herniation(patient, rng)
    fissure = Fissure(
        right=float(rng.normal(0, 4.0)),
        up=float(rng.normal(0, 0.8)),
        length=float(rng.uniform(3.0, 5.0)),
    )
    torn = rng.random() < FISSURE_SHARE
    at_herniation, at_fissure = (_draw_level(discs, rng) for _ in range(2))
    gas, filled = rng.random(len(discs)), rng.uniform(0.3, 0.7, len(discs))
    return [
        Damage(
            herniation=herniation if disc == at_herniation else None,
            fissure=fissure if torn and disc == at_fissure else None,
            vacuum=float(share) if grade == 5 and chance < VACUUM_SHARE else 0.0,
        )
        for disc, grade, chance, share in zip(discs, grades, gas, filled, strict=True)
    ]


def _draw_herniation(patient: Patients, rng: np.random.Generator) -> Herniation | None:
    chance, moved = rng.random(2)
    angle = float(np.clip(rng.normal(0, 18.0), -42, 42))
    depth, wide = float(rng.uniform(2.0, 5.0)), float(rng.uniform(2.2, 4.0))
    far, narrow = float(rng.uniform(4.0, 7.0)), float(rng.uniform(0.7, 0.95))
    migration = float(rng.choice([-1, -1, 1]) * rng.uniform(4.0, MIGRATION_MOST))
    older = PROTRUSION_PER_YEAR * (float(patient.age[0]) - AGE_MEAN)
    if chance < EXTRUSION_SHARE:
        return Herniation(
            kind="extrusion",
            angle=angle,
            depth=far,
            base=far * narrow if moved >= MIGRATED_SHARE else far * 1.3,
            migration=migration if moved < MIGRATED_SHARE else 0.0,
        )
    if chance < EXTRUSION_SHARE + PROTRUSION_SHARE + older:
        base = min(depth * wide, 22.0)
        return Herniation(kind="protrusion", angle=angle, depth=depth, base=base)
    return None


def _draw_level(discs: tuple[Disc, ...], rng: np.random.Generator) -> Disc:
    """Draw a level; with six lumbar vertebrae the lowest disc stands for L5-S1."""
    names, shares = list(LEVEL_SHARES), list(LEVEL_SHARES.values())
    level = Disc.parse(names[int(rng.choice(len(names), p=shares))])
    return level if level in discs else discs[-1]
