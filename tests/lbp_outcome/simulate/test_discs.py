"""Discs bulge, herniate and look worn as they were drawn."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from lbp_outcome.simulate.body.discs import Herniation
from lbp_outcome.simulate.body.footprint import edge_behind, to_footprint
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.disc import paint_disc
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.tissues import T1, T2
from lbp_outcome.simulate.paint.vertebra import paint_vertebra


def test_the_outline_is_hollow_behind_and_meets_its_back_edge():
    right = np.linspace(-20, 20, 41)
    back = edge_behind(right, 23.0, 17.0, 2.5)
    on_edge = to_footprint(right, -back, 23.0, 17.0, 2.5)
    np.testing.assert_allclose(on_edge, 0, atol=0.35)
    assert back[20] == pytest.approx(17.0)
    assert back.max() > 17.5


def test_a_disc_without_bulge_does_not_reach_behind_the_midline(one_disc):
    assert one_disc().reach_behind(0.0) == pytest.approx(0.0)


def test_a_bulge_stands_out_by_itself(one_disc):
    assert one_disc(bulge=2.4).reach_behind(0.0) == pytest.approx(2.4)


@pytest.mark.parametrize("kind", ["protrusion", "extrusion"])
@pytest.mark.parametrize("bulge", [0.0, 1.5])
def test_a_herniation_stands_out_by_its_depth(kind, bulge, one_disc):
    found = Herniation(kind=kind, angle=0.0, depth=5.0, base=12.0)
    disc = one_disc(bulge=bulge, herniation=found)
    assert disc.reach_behind(0.0) == pytest.approx(5.0 + bulge)
    beside = one_disc(bulge=bulge).reach_behind(6.5)
    assert disc.reach_behind(6.5) == pytest.approx(beside)


def test_a_herniation_on_the_right_lies_on_the_right(one_disc):
    found = Herniation(kind="protrusion", angle=30.0, depth=4.0, base=12.0)
    disc = one_disc(herniation=found)
    assert disc.herniation_place > 5
    assert disc.reach_behind(disc.herniation_place) > 3
    assert disc.reach_behind(-disc.herniation_place) < 1


def test_migrated_tissue_lies_beside_the_body_that_it_moved_to(one_disc):
    found = Herniation(kind="extrusion", angle=0.0, depth=5.0, base=7.0, migration=-7.0)
    disc = one_disc(herniation=found)
    assert disc.reach_behind(0.0, -7.0) > 2
    assert disc.reach_behind(0.0, 7.0) == 0


@pytest.mark.parametrize("kind", ["none", "protrusion", "extrusion"])
def test_painted_discs_reach_as_far_back_as_they_say(kind, one_disc):
    found = (
        None
        if kind == "none"
        else Herniation(kind=kind, angle=0.0, depth=5.0, base=9.0)
    )
    disc = one_disc(bulge=1.0, herniation=found)
    canvas = fine_canvas()
    paint_disc(canvas, disc)
    block = canvas.block(Frame.patient(), (-1, -40, -0.3), (1, 40, 0.3))
    painted = canvas.part[block.place] == Part.DISC + disc.number
    behind = -block.anterior[painted].min() - disc.half_depth
    assert behind == pytest.approx(float(disc.reach_behind(0.0)), abs=0.6)


def test_endplates_are_labelled_where_disc_meets_bone(one_disc):
    disc = one_disc()
    canvas = fine_canvas()
    paint_disc(canvas, disc)
    for bone in (disc.upper, disc.lower):
        paint_vertebra(canvas, bone)
    middle = canvas.block(Frame.patient(), (-1, -1, -30), (1, 1, 30))
    column = canvas.part[middle.place][0, :, 0]
    order = [int(part) for part, _ in zip(*runs_of(column), strict=True)]
    facing = [Part.BOTTOM_PLATE + 4, Part.DISC + 4, Part.TOP_PLATE + 3]
    start = order.index(facing[0])
    assert order[start : start + 3] == facing
    thick = dict(zip(*runs_of(column), strict=True))[facing[0]] * 0.5
    assert thick == pytest.approx(1.2, abs=0.5)


def fine_canvas():
    """Return an empty canvas of 0.5 mm around the patient's origin, rows downwards."""
    axes = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
    affine = np.eye(4)
    affine[:3, :3] = 0.5 * axes
    affine[:3, 3] = [-2.0, 35.0, 35.0]
    return Canvas(affine, (140, 140, 9), {"t1": T1, "t2": T2}, sheets=1)


def runs_of(values):
    """Return the values of runs of equal elements, and their lengths."""
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    return values[starts], np.diff(np.r_[starts, len(values)])


def midline_of(disc):
    """Return T2 along a line through the middle of a disc, forwards, and the places."""
    canvas = fine_canvas()
    paint_disc(canvas, disc)
    block = canvas.block(Frame.patient(), (-0.3, -40, -0.3), (0.3, 40, 0.3))
    row = block.superior.shape[1] // 2
    bright = canvas.values["t2"][block.place][block.superior.shape[0] // 2, row]
    return bright, block.anterior[0, row]


def test_the_outermost_fibres_of_a_sound_disc_are_its_darkest(one_disc):
    bright, place = midline_of(replace(one_disc(), grade=1))
    front = np.abs(place - place[bright > 0].max())
    middle = bright[np.abs(place) < 6].mean()
    assert bright[(front < 1) & (bright > 0)].mean() < 0.4 * middle


def test_no_two_clefts_of_ageing_discs_are_alike(one_disc):
    drawn = replace(one_disc(), grade=2)
    clefts = []
    for number in range(3, 7):
        bright, place = midline_of(replace(drawn, number=number))
        clefts.append(bright[np.abs(place) < 8])
    assert all(cleft.min() < 0.95 * cleft.max() for cleft in clefts)
    apart = [np.abs(a - b).mean() for a, b in pairwise(clefts)]
    assert min(apart) > 0.01
