"""The facet joints of one patient."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from lbp_outcome.anatomy import Side
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.joints import HALF_LENGTH, FacetJoint, place_behind
from lbp_outcome.simulate.people.patients import Patients

ANGLES = {1: 51.0, 2: 49.0, 3: 41.0, 4: 34.0, 5: 28.0, 6: 26.0}
"""Mean angle by the disc's count from below: sagittal above, oblique below [deg]."""

THORACIC_ANGLE = 68.0
ANGLE_SD = 5.0
TROPISM_SD = 15.0 / 1.559
"""SD of left minus right [deg]: 15 degrees or more in 11.9 % (NORDSTEN, sheet 1.3)."""

WORN_PERCENT = {20: 4, 30: 9, 40: 18, 50: 32, 60: 50, 70: 69, 80: 83}
"""Share with worn facet joints by age (Brinjikji 2015, sheet 1.1) [%]."""

WEAR_BY_COUNT = {1: -0.1, 2: 0.0, 3: -0.4, 4: -0.8, 5: -1.2, 6: -1.6}
"""The lower, the more worn; plausible, not a norm."""

THORACIC_WEAR = -2.0
WORN_SPACE, WORN_GROWTH = 0.55, 0.16
"""How much a joint narrows [mm] and its processes thicken per step of wear."""

FLUID_SHARE, FLUID_SHARE_SLIPPED = 0.12, 0.30
"""Share of joints with 1.5 mm of fluid or more; it is commoner beside a slip."""

FLUID_MM = 1.5
SLIP_MM = 3.0
RECESS_BY_COUNT, RECESS_ABOVE = {1: 5.3, 2: 5.3, 3: 5.8}, 6.2
RECESS_SD, RECESS_LEAST = 0.8, 1.5
"""Depth of a sound lateral recess by the disc's count from below; 5 mm or more is
normal, and the lower recesses are the shallower ones [mm]."""

TIP_MM = 1.5
"""The joint's front end reaches so far into the width of the canal [mm]."""

RECESS_LOST = 4.5
"""Recess lost when the processes double in thickness [mm]."""


@dataclass(frozen=True)
class _Pair:
    """What both joints of a level share: mean angle [deg], wear, fluid."""

    angle: float
    wear: float
    wet: float


def fit_joints(
    patient: Patients, discs: tuple[DiscShape, ...], rng: np.random.Generator
) -> tuple[FacetJoint, ...]:
    """Return both joints behind every disc; they wear with age and with their disc."""
    turned, worn = rng.normal(0, ANGLE_SD), rng.normal()
    age_worn = np.interp(
        patient.age[0], list(WORN_PERCENT), list(WORN_PERCENT.values())
    )
    joints = []
    for disc in discs:
        wear = ndtri(age_worn / 100) + worn + WEAR_BY_COUNT.get(disc.number, -2.0)
        wear += 0.35 * (disc.grade - 3.5) + rng.normal(0, 0.5)
        angle = ANGLES.get(disc.number, THORACIC_ANGLE) + turned + rng.normal(0, 3)
        tropism, wet = rng.normal(0, TROPISM_SD), rng.normal()
        for side, share in zip(Side, (0.5, -0.5), strict=True):
            pair = _Pair(_within(angle, 22, 68) + share * tropism, wear, wet)
            joints.append(_joint(disc, side, pair, rng))
    return tuple(joints)


def _joint(
    disc: DiscShape, side: Side, pair: _Pair, rng: np.random.Generator
) -> FacetJoint:
    wear = max(pair.wear + rng.normal(0, 0.3), 0.0)
    growth = _within(1 + WORN_GROWTH * wear + 0.02 * abs(rng.normal()), 1.0, 1.8)
    space = _within(rng.normal(3.1, 0.35) - WORN_SPACE * wear, 0.8, 4.0)
    fluid = _fluid(disc, pair, rng)
    wide = max(space, fluid + 1.0) if fluid >= FLUID_MM else space
    fluid = min(fluid, wide - 0.4)
    sound = RECESS_BY_COUNT.get(disc.number, RECESS_ABOVE)
    recess = rng.normal(sound, RECESS_SD) - RECESS_LOST * (growth - 1)
    recess = max(float(recess), RECESS_LEAST)
    width = (disc.upper.size.canal_width + disc.lower.size.canal_width) / 4
    return FacetJoint(
        disc=disc.name,
        side=side,
        angle=pair.angle,
        space=float(wide),
        fluid=float(fluid),
        growth=growth,
        number=disc.number,
        wall=_back_wall(disc),
        aside=float(width + HALF_LENGTH * np.sin(np.radians(pair.angle)) - TIP_MM),
        behind=place_behind(recess, pair.angle, float(wide), growth),
        recess=recess,
        canal=(width - 1.0, (disc.upper.size.canal_depth + 1.0) / 2),
    )


def _fluid(disc: DiscShape, pair: _Pair, rng: np.random.Generator) -> float:
    """Draw the width of the fluid [mm]; both sides tend to be alike."""
    alike, drawn = 0.8 * pair.wet + 0.6 * rng.normal(), rng.random()
    share = FLUID_SHARE_SLIPPED if disc.slip > SLIP_MM else FLUID_SHARE
    if disc.number not in ANGLES:
        return 0.3
    if alike > ndtri(1 - share):
        return float(FLUID_MM + 1.5 * drawn)
    return float(drawn)


def _back_wall(disc: DiscShape) -> Frame:
    """Axes of the disc from the back of the endplate below it, at mid-disc height."""
    corner = disc.lower.corner(front=False, top=True)
    return Frame(corner, disc.frame.axes).moved(superior=disc.rim_height / 2)


def _within(value: float, least: float, most: float) -> float:
    return float(np.clip(value, least, most))
