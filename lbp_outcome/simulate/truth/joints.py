"""What is true of the facet joints and of the ways of the roots beside them."""

from collections.abc import Iterator

import numpy as np

from lbp_outcome.anatomy import Disc
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.joints import HALF_LENGTH, FacetJoint
from lbp_outcome.simulate.paint.joints import HALF_HEIGHT, HOLLOW
from lbp_outcome.simulate.truth.value import true_value

EFFUSION_MM = 1.5
"""Fluid as wide as this or wider is an effusion [mm]."""

ALMOST_ALL = 0.95
"""A process is as thick as a block of which this share lies as near to the joint."""

TICKS = (33, 30, 15)
"""Places along, across and up one half of a process at which it is looked at."""


def of_joints(anatomy: Anatomy, disc: Disc) -> Iterator[Measurement]:
    """Yield what is true of both joints behind a disc and of both passages."""
    joints = [joint for joint in anatomy.joints if joint.disc == disc]
    if len(joints) == 2:
        left, right = joints
        yield true_value("facet_tropism_deg", abs(left.angle - right.angle), disc)
    for joint in joints:
        yield from of_joint(joint)
    for passage in anatomy.passages:
        if passage.disc == disc:
            side, grade = passage.side, passage.foraminal_grade
            yield true_value("recess_depth_mm", passage.recess_depth, disc, side=side)
            yield true_value("foraminal_stenosis_proxy_grade", grade, disc, side=side)


def of_joint(joint: FacetJoint) -> Iterator[Measurement]:
    """Yield what is true of one joint."""
    disc, side = joint.disc, joint.side
    thickness = _thickness(joint, front=True) + _thickness(joint, front=False)
    effusion = joint.fluid >= EFFUSION_MM
    yield true_value("facet_angle_deg", joint.angle, disc, side=side)
    yield true_value("facet_space_mm", joint.space, disc, side=side)
    yield true_value("facet_fluid_mm", joint.fluid, disc, side=side)
    yield true_value("facet_effusion", effusion, disc, side=side)
    yield true_value("facet_thickness_mm", thickness, disc, side=side)


def _thickness(joint: FacetJoint, *, front: bool) -> float:
    """Return the thickness of a process, square to its joint [mm].

    Processes are round and the canal and the recess cut them, so that few of their
    points lie as deep as they were drawn.
    """
    drawn = joint.front_thickness if front else joint.back_thickness
    half = HALF_LENGTH + 0.5, drawn, HALF_HEIGHT
    ticks = [np.linspace(-1, 1, TICKS[0]), *(np.linspace(0, 1, n) for n in TICKS[1:])]
    along, deep, up = (
        size * place for size, place in zip(half, np.meshgrid(*ticks), strict=True)
    )
    ahead = (1 if front else -1) * (deep + joint.space / 2) - HOLLOW * along**2
    inside = (along / half[0]) ** 2 + (deep / half[1]) ** 2 + (up / half[2]) ** 4 <= 1
    inside &= _is_free(joint, along, ahead, front=front)
    return float(np.quantile(deep[inside], ALMOST_ALL) / ALMOST_ALL)


def _is_free(
    joint: FacetJoint, along: np.ndarray, ahead: np.ndarray, *, front: bool
) -> np.ndarray:
    """Which places of a process lie neither in the canal nor in front of the recess."""
    sine, cosine = np.sin(np.radians(joint.angle)), np.cos(np.radians(joint.angle))
    aside = joint.aside + sine * along + cosine * ahead
    behind = joint.behind + cosine * along - sine * ahead
    wide, deep = joint.canal
    free = np.hypot(aside / wide, behind / deep - 1) > 1
    return np.asarray(free & (behind >= joint.recess) if front else free)
