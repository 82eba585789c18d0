"""The truth names every finding, with grades that follow from the shapes."""

from dataclasses import replace

import numpy as np
import pytest

from lbp_outcome.anatomy import Disc
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.simulate.body.discs import Herniation
from lbp_outcome.simulate.truth import true_findings, true_measurements
from lbp_outcome.simulate.truth.discs import meyerding


@pytest.fixture(scope="module")
def anatomy(twin, anatomy_of):
    return anatomy_of(twin())


@pytest.fixture
def found(anatomy):
    return {(f.name, f.level, f.side): f.value for f in true_findings(anatomy)}


def test_true_values_have_the_names_and_units_of_the_shelf(anatomy):
    for item in true_measurements(anatomy, anatomy.vertebrae):
        assert item.unit is MEASUREMENTS[item.name].unit


def test_no_finding_is_told_twice(anatomy):
    places = [(f.name, f.level, f.side) for f in true_findings(anatomy)]
    assert len(set(places)) == len(places)


def test_findings_repeat_what_the_shapes_are(anatomy, found):
    for disc in anatomy.discs[-5:]:
        assert found["pfirrmann_grade", disc.name, None] == disc.grade
    for joint in anatomy.joints:
        assert found["facet_angle_deg", joint.disc, joint.side] == joint.angle
    for bone in anatomy.vertebrae:
        assert found["genant_grade", bone.name, None] == bone.fracture


def test_a_herniation_is_told_with_its_place(anatomy):
    level = anatomy.operated_level
    herniated = Herniation(kind="extrusion", angle=30.0, depth=6.0, base=4.0)
    discs = tuple(
        replace(disc, herniation=herniated if disc.name == level else None)
        for disc in anatomy.discs
    )
    told = {
        (f.name, f.level): f.value for f in true_findings(replace(anatomy, discs=discs))
    }
    assert told["herniation_grade", level] == 2
    assert told["herniation_depth_mm", level] == 6.0
    assert told["herniation_angle_deg", level] == 30.0
    assert ("herniation_depth_mm", Disc.parse("L1-L2")) not in told


@pytest.mark.parametrize(
    ("share", "grade"), [(0.0, 0), (0.2, 1), (0.249, 1), (0.26, 2), (0.6, 3), (1.1, 5)]
)
def test_slips_are_graded_by_quarters_as_meyerding_did(anatomy, share, grade):
    disc = anatomy.disc(anatomy.operated_level)
    lower = disc.lower
    home = lower.corner(front=False, top=True) - disc.upper.corner(
        front=False, top=False
    )
    slip = share * lower.size.depth * disc.frame.anterior
    frame = disc.upper.frame
    moved = replace(frame, origin=frame.origin + home + slip)
    # level endplates: the slip is then along the disc, and nothing else
    slipped = replace(disc, upper=replace(disc.upper, frame=moved))
    along = float(np.dot(slip, disc.frame.anterior)) / lower.size.depth
    assert along == pytest.approx(share)
    assert meyerding(slipped) == grade
