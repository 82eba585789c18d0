"""Compression fractures of vertebral bodies, graded after Genant."""

from dataclasses import dataclass, replace

import numpy as np

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.people.patients import AGE_MEAN, Patients

LOSS_BY_GRADE = {1: (0.20, 0.25), 2: (0.25, 0.40), 3: (0.40, 0.55)}
"""Share of its height that a body has lost (Genant, sheet 3.7)."""

GRADE_SHARES = (0.55, 0.33, 0.12)
KINDS = ("wedge", "biconcave", "crush")
KIND_SHARES = (0.55, 0.33, 0.12)
LEVELS = tuple(Vertebra(name) for name in ("T11", "T12", "L1", "L2", "L3"))
LEVEL_SHARES = (0.16, 0.28, 0.30, 0.15, 0.11)

SHARE_OF_WOMEN, SHARE_OF_MEN = 0.06, 0.025
"""Share of patients with a fracture at age 65: fewer than in the open population, as
a fracture speaks against this surgery. Assumed; no rate for such cohorts was found."""

SHARE_PER_DECADE = 1.8
SHARE_TWO = 0.25
"""Risk grows by this factor in ten years; the share of patients who have two."""

BACK_SHARE = 0.2
"""A wedge fracture lowers the back by this share of what it takes from the front."""


@dataclass(frozen=True, kw_only=True)
class Fracture:
    """How a vertebral body has given way.

    Attributes:
        kind: `wedge` (front lower), `biconcave` (middle lower) or `crush` (all).
        grade: Genant grade, 1 to 3.
        loss: Share of height lost in front, in the middle, or throughout.
    """

    kind: str
    grade: int
    loss: float


def draw_fractures(
    patient: Patients, rng: np.random.Generator
) -> dict[Vertebra, Fracture]:
    """Draw the fractured vertebrae: mostly around T12 and L1, mostly in older women."""
    places = rng.choice(len(LEVELS), size=2, replace=False, p=LEVEL_SHARES)
    drawn = {LEVELS[int(place)]: _draw(rng) for place in places}
    chance, second = rng.random(2)
    share = SHARE_OF_MEN if patient.male[0] else SHARE_OF_WOMEN
    share *= SHARE_PER_DECADE ** ((float(patient.age[0]) - AGE_MEAN) / 10)
    count = int(chance < share) * (1 + int(second < SHARE_TWO))
    return dict(list(drawn.items())[:count])


def broken(shape: VertebraShape, fracture: Fracture) -> VertebraShape:
    """Return a vertebra after its body has given way."""
    kept = 1 - fracture.loss
    front = kept if fracture.kind in ("wedge", "crush") else 1.0
    back = {"wedge": 1 - BACK_SHARE * fracture.loss, "crush": kept}
    size = replace(
        shape.size,
        front=shape.size.front * front,
        back=shape.size.back * back.get(fracture.kind, 1.0),
    )
    deeper = 0.0
    if fracture.kind == "biconcave":
        deeper = fracture.loss * middle_height(shape) / 2
    return replace(
        shape,
        size=size,
        top=replace(shape.top, hollow=shape.top.hollow + deeper),
        bottom=replace(shape.bottom, hollow=shape.bottom.hollow + deeper),
        fracture=fracture.grade,
        fracture_kind=fracture.kind,
        height_loss=fracture.loss,
    )


def middle_height(shape: VertebraShape) -> float:
    """Return the height of a body in its middle, pits aside [mm]."""
    return shape.height - shape.top.hollow - shape.bottom.hollow


def _draw(rng: np.random.Generator) -> Fracture:
    grade = 1 + int(rng.choice(3, p=GRADE_SHARES))
    least, most = LOSS_BY_GRADE[grade]
    loss = float(rng.uniform(least, most))
    return Fracture(
        kind=KINDS[int(rng.choice(3, p=KIND_SHARES))], grade=grade, loss=loss
    )
