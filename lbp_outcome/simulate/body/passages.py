"""The ways of the nerve roots out of the canal."""

import numpy as np

from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.body.joints import FacetJoint
from lbp_outcome.simulate.body.neural import NervePassage, is_lumbar
from lbp_outcome.simulate.people.patients import Patients

NARROW_BY_COUNT = {1: 0.55, 2: 0.20, 3: -0.35, 4: -0.8}
"""Foramina are narrow most often at L5-S1 and L4-L5; plausible, not a norm."""

NARROW_ABOVE = -1.2
NORMAL_HEIGHT = 9.0
"""A disc higher than this [mm] does not narrow its foramina."""

GRADE_FROM = (1.35, 1.95, 2.7)
"""Narrowness from which the grades 1, 2 and 3 (Lee 2010) are given."""


def narrow_passages(
    patient: Patients,
    discs: tuple[DiscShape, ...],
    joints: tuple[FacetJoint, ...],
    rng: np.random.Generator,
) -> tuple[NervePassage, ...]:
    """Return the recess and foramen of every lumbar disc and side.

    A foramen narrows as the disc sinks and bulges and as the joint behind it grows.
    """
    by_name = {disc.name: disc for disc in discs if is_lumbar(disc.name)}
    return tuple(
        NervePassage(
            disc=joint.disc,
            side=joint.side,
            recess_depth=joint.recess,
            foraminal_grade=_grade(by_name[joint.disc], joint, rng),
        )
        for joint in joints
        if joint.disc in by_name
    )


def _grade(disc: DiscShape, joint: FacetJoint, rng: np.random.Generator) -> int:
    sunk = max(NORMAL_HEIGHT - disc.rim_height, 0) / 4
    narrow = sunk + 0.25 * disc.bulge + 1.2 * (joint.growth - 1)
    narrow += 0.04 * abs(disc.slip) + NARROW_BY_COUNT.get(disc.number, NARROW_ABOVE)
    return int(np.searchsorted(GRADE_FROM, narrow + rng.normal(0, 0.4), side="right"))
