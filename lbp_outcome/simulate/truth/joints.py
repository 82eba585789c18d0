"""What is true of the facet joints and of the ways of the roots beside them."""

from collections.abc import Iterator

from lbp_outcome.anatomy import Disc
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.joints import FacetJoint
from lbp_outcome.simulate.truth.value import true_value

EFFUSION_MM = 1.5
"""Fluid as wide as this or wider is an effusion [mm]."""


def of_joints(anatomy: Anatomy, disc: Disc) -> Iterator[Measurement]:
    """Yield what is true of both joints behind a disc and of both passages."""
    joints = [joint for joint in anatomy.joints if joint.disc == disc]
    if len(joints) == 2:
        left, right = joints
        yield true_value("facet_tropism_deg", abs(left.angle - right.angle), disc)
    for joint in joints:
        yield from _of_joint(joint)
    for passage in anatomy.passages:
        if passage.disc == disc:
            side, grade = passage.side, passage.foraminal_grade
            yield true_value("recess_depth_mm", passage.recess_depth, disc, side=side)
            yield true_value("foraminal_stenosis_proxy_grade", grade, disc, side=side)


def _of_joint(joint: FacetJoint) -> Iterator[Measurement]:
    disc, side = joint.disc, joint.side
    thickness = joint.front_thickness + joint.back_thickness
    effusion = joint.fluid >= EFFUSION_MM
    yield true_value("facet_angle_deg", joint.angle, disc, side=side)
    yield true_value("facet_space_mm", joint.space, disc, side=side)
    yield true_value("facet_fluid_mm", joint.fluid, disc, side=side)
    yield true_value("facet_effusion", effusion, disc, side=side)
    yield true_value("facet_thickness_mm", thickness, disc, side=side)
