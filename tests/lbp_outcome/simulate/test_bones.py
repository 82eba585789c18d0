"""Bones carry the fractures, pits and osteophytes that were drawn, at their size."""

from dataclasses import replace

import numpy as np
import pytest

from lbp_outcome.simulate.body.bones import Endplate, Pit
from lbp_outcome.simulate.body.endplates import draw_endplates
from lbp_outcome.simulate.body.footprint import to_footprint
from lbp_outcome.simulate.body.fractures import (
    LOSS_BY_GRADE,
    Fracture,
    broken,
    middle_height,
)
from lbp_outcome.simulate.body.numbering import number_vertebrae
from lbp_outcome.simulate.paint.arch import arch_solids
from lbp_outcome.simulate.paint.body import body_solid
from lbp_outcome.simulate.paint.canvas import Axis, Block
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.truth import true_disc_height


@pytest.mark.parametrize("grade", [1, 2, 3])
@pytest.mark.parametrize("kind", ["wedge", "biconcave", "crush"])
def test_a_fracture_takes_the_height_of_its_genant_grade(kind, grade, one_bone):
    intact = one_bone("L1")
    least, most = LOSS_BY_GRADE[grade]
    fracture = Fracture(kind=kind, grade=grade, loss=(least + most) / 2)
    bone = broken(intact, fracture)
    lost = {
        "wedge": 1 - bone.size.front / intact.size.front,
        "biconcave": 1 - middle_height(bone) / middle_height(intact),
        "crush": 1 - bone.size.back / intact.size.back,
    }[kind]
    assert least <= lost <= most
    assert lost == pytest.approx(bone.height_loss)
    assert bone.fracture == grade


def test_a_wedge_fracture_tilts_the_endplates_and_spares_the_back(one_bone):
    intact = one_bone("L1")
    bone = broken(intact, Fracture(kind="wedge", grade=2, loss=0.3))
    assert bone.size.back > 0.9 * intact.size.back
    assert bone.half_wedge_deg < intact.half_wedge_deg - 3


def test_a_pit_is_as_deep_as_it_was_made(one_bone):
    pit = Pit(right=3.0, anterior=-2.0, radius=6.0, depth=4.0)
    dented, plain = one_bone(pits=(pit,)), one_bone()
    at, away = np.array([3.0]), np.array([3.0 + 6.0])
    front = np.array([-2.0])
    drop = plain.upper_endplate(at, front) - dented.upper_endplate(at, front)
    assert drop == pytest.approx(4.0)
    beside = plain.upper_endplate(away, front) - dented.upper_endplate(away, front)
    assert beside == pytest.approx(0.0)


def test_a_pit_adds_its_volume_over_the_endplate_to_the_disc_height(one_disc):
    """A dent d (1 - r^2 / R^2)^2 holds a third of the cylinder around it."""
    pit = Pit(right=0.0, anterior=0.0, radius=7.8, depth=6.0)
    disc = one_disc()
    added = true_disc_height(one_disc(pits=(pit,))) - true_disc_height(disc)
    size, ticks = disc.lower.size, np.arange(-30.0, 30.0, 0.1)
    right, anterior = np.meshgrid(ticks, ticks)
    half = size.width / 2, size.depth / 2
    outline = to_footprint(right, anterior, *half, disc.lower.lobes)
    central = 0.8 * np.count_nonzero(outline < 0) * 0.1**2
    expected = np.pi * pit.radius**2 * pit.depth / 3 / central
    assert added == pytest.approx(expected, rel=0.03)


def test_walls_of_pits_are_gentle_enough_for_the_truth():
    """The rays that measure a disc's height settle where walls are less steep than 1.2.

    The steepest place of d (1 - r^2 / R^2)^2 is 1.54 d / R.
    """
    rng = np.random.default_rng(0)
    discs = number_vertebrae().discs
    plates = [
        plate
        for _ in range(200)
        for pair in draw_endplates(discs, [5] * len(discs), rng)
        for plate in pair
    ]
    steepest = [1.54 * pit.depth / pit.radius for e in plates for pit in e.pits]
    assert len(steepest) > 100
    assert max(steepest) < 1.2


@pytest.mark.parametrize(
    ("spurs", "direction"),
    [((4.0, 0.0, 0.0), (0, 1)), ((0.0, 4.0, 0.0), (-1, 0)), ((0.0, 0.0, 4.0), (1, 0))],
)
def test_osteophytes_stand_out_in_front_and_at_the_sides_but_not_behind(
    spurs, direction, one_bone
):
    front, left, right = spurs
    end = Endplate(hollow=1.5, spur=front, side_spurs=(left, right))
    plain = one_bone()
    bony = replace(plain, top=end)
    just_below = plain.height / 2 - 2.0
    for aside, ahead in ((0, 1), (-1, 0), (1, 0), (0, -1)):
        place = (
            aside * (plain.size.width / 2 + 1.5),
            ahead * (plain.size.depth / 2 + 1.5),
            just_below,
        )
        assert is_bone_at(bony, place) == ((aside, ahead) == direction)
        assert not is_bone_at(plain, place)


def is_bone_at(bone, place):
    """Whether the body of a vertebra covers a point given in its axes."""
    axes = [
        Axis(np.full((1, 1), value, np.float32), np.zeros(1, np.float32))
        for value in place
    ]
    block = Block((slice(0, 1), slice(0, 1), slice(0, 1)), tuple(axes))
    return body_solid(bone).distance(block).item() < 0


def test_a_spinous_process_is_thicker_at_its_lower_edge(one_bone):
    """Seen from behind it is a teardrop, not a box."""
    bone = one_bone()
    part, solid = arch_solids(bone)[0]
    assert part == Part.SPINOUS
    thick = {}
    for superior in np.arange(solid.lower[2], solid.upper[2], 0.5):
        behind = np.arange(solid.lower[1], solid.upper[1], 0.5)
        right = np.arange(-8.0, 8.0, 0.1)
        inside = solid.distance(plane(right, behind, superior)) < 0
        thick[float(superior)] = inside.sum(axis=-1).max() * 0.1
    there = np.array([width for _, width in sorted(thick.items()) if width > 0])
    third = len(there) // 3
    assert there[:third].mean() > 1.4 * there[-third:].mean()
    assert there.max() > 1.5 * there[[0, -1]].max()


def plane(right, anterior, superior):
    """Return the points of a level plane in the axes of a bone."""
    still = np.zeros((1, len(anterior)), dtype=np.float32)
    columns = np.zeros(len(right), dtype=np.float32)
    return Block(
        (slice(0, 1), slice(0, len(anterior)), slice(0, len(right))),
        (
            Axis(still, right.astype(np.float32)),
            Axis(still + anterior.astype(np.float32), columns),
            Axis(still + np.float32(superior), columns),
        ),
    )
