from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lbp_outcome.anatomy import Disc, Muscle, Side
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import MuscleScan
from lbp_outcome.geometry.muscle_range import muscle_range
from lbp_outcome.geometry.muscle_section import both_sides, muscle_section
from lbp_outcome.geometry.plane import Plane
from lbp_outcome.geometry.plane_cut import cut_by, points_near, without_border
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.phantoms import grid_around
from lbp_outcome.phantoms.muscles import MUSCLES, Cylinder, MusclePhantom
from lbp_outcome.spine import Structure

L45, LEFT = Disc.parse("L4-L5"), (Muscle.MULTIFIDUS, Side.LEFT)
AXIAL, DIXON, SAGITTAL = (0.8, 0.8, 4.0), (1.4, 1.4, 5.0), (4.4, 0.7, 0.7)
READ = LABEL_SCHEMES["musclemap"].read_muscles


def spine_of(anatomy):
    return LABEL_SCHEMES["spider"].read(anatomy.spine.mask(grid_around(anatomy)))


def scan_of(anatomy, spacing, *, turn=(0.0, 0.0, 0.0), keep=slice(None), dixon=False):
    """The muscles of a phantom on one grid, of which some layers are kept."""
    drawn = anatomy.draw(grid_around(anatomy, spacing, turn_deg=turn))
    image, muscles, water, fat = (
        cropped(drawn[name], keep) for name in ("axial", "muscles", "water", "fat")
    )
    if dixon:
        return MuscleScan(muscles=READ(muscles), water=water, fat=fat)
    return MuscleScan(muscles=READ(muscles), image=image)


def cropped(image, keep):
    affine = image.affine.copy()
    affine[:3, 3] += affine[:3, 2] * (keep.start or 0)
    return Image(np.ascontiguousarray(image.values[:, :, keep]), affine)


def stack_at(anatomy, disc, layers=3):
    """A few axial slices through a disc."""
    grid = grid_around(anatomy, AXIAL)
    frame = anatomy.spine.frames[anatomy.spine.discs.index(disc)]
    middle = round(float(grid.to_index(frame.centre[None])[0, 2]))
    first = middle - layers // 2
    return scan_of(anatomy, AXIAL, keep=slice(first, first + layers))


@pytest.fixture(scope="module")
def spine():
    return spine_of(MUSCLES)


@settings(max_examples=5, deadline=None)
@given(
    aside=st.floats(-25, 25),
    back=st.floats(-25, 25),
    spacing=st.sampled_from([AXIAL, DIXON, (1.0, 1.0, 1.0)]),
    turn=st.floats(-12, 12),
)
def test_a_leaning_cylinder_has_the_area_square_to_its_axis(aside, back, spacing, turn):
    muscle = replace(MUSCLES.cylinders[0], lean_deg=(aside, back))
    anatomy = MusclePhantom(cylinders=(muscle,))
    scan = scan_of(anatomy, spacing, turn=(turn, -turn / 2, turn))
    found = muscle_section(spine_of(anatomy), (scan,), L45, *LEFT)
    # of some 270 voxels of 1.4 mm a slice may gain or lose a dozen
    assert found.area_cm2 == pytest.approx(muscle.area_cm2, rel=0.045)


def test_an_oblique_plane_through_a_box_has_the_area_of_a_parallelogram():
    box = Structure.cut_out(
        np.pad(np.ones((20, 30, 25), bool), 2),
        Image(np.zeros((24, 34, 29)), np.diag([1.0, 1.0, 2.0, 1.0])),
    )
    lean = np.radians(30.0)
    plane = Plane(box.centroid, np.array([np.sin(lean), 0.0, np.cos(lean)]))
    assert cut_by(box, plane).area_mm2 == pytest.approx(600 / np.cos(lean), rel=1e-6)
    away = Plane(box.centroid + np.array([0.0, 0.0, 40.0]), plane.normal)
    assert cut_by(box, away) is None


def test_voxels_near_a_plane_are_those_that_a_slow_count_finds():
    rng = np.random.default_rng(3)
    grid = Image(np.zeros((12, 14, 9)), np.diag([1.0, 1.5, 3.0, 1.0]))
    part = Structure.cut_out(rng.random((12, 14, 9)) < 0.6, grid)
    plane = Plane(part.centroid, np.array([0.2, 0.1, np.sqrt(0.95)]))
    found = points_near(cut_by(part, plane), 4.0)
    slow = [p for p in part.points if abs((p - plane.centre) @ plane.normal) <= 4.0]
    np.testing.assert_allclose(found, slow)


def test_the_border_is_left_out_within_layers_only():
    inside = np.zeros((5, 6, 7), bool)
    inside[1:4, 1:5, 2:4] = True
    expected = np.zeros_like(inside)
    expected[2, 2:4, 2:4] = True
    np.testing.assert_array_equal(without_border(inside, 2), expected)


def test_axial_stacks_go_before_dixon_and_dixon_before_sagittal_series(spine):
    axial = stack_at(MUSCLES, L45)
    dixon, sagittal = scan_of(MUSCLES, DIXON, dixon=True), scan_of(MUSCLES, SAGITTAL)
    for scans, first in (
        ((sagittal, dixon, axial), "axial stack"),
        ((sagittal, dixon), "Dixon series"),
        ((sagittal,), "sagittal series"),
    ):
        found = muscle_section(spine, scans, L45, *LEFT)
        assert found.kind == first
        assert first in found.remark
        assert found.area_cm2 == pytest.approx(MUSCLES.cylinders[0].area_cm2, rel=0.05)


def test_a_stack_at_another_disc_is_not_taken(spine):
    other = stack_at(MUSCLES, Disc.parse("L3-L4"))
    with pytest.raises(NotMeasurable, match="no series shows the whole left multif"):
        muscle_section(spine, (other,), L45, *LEFT)
    both = (other, stack_at(MUSCLES, L45))
    assert muscle_section(spine, both, L45, *LEFT).scan is both[1]


def test_a_muscle_that_the_scan_cuts_off_is_not_measured(spine):
    mask = MUSCLES.draw(grid_around(MUSCLES, DIXON))["muscles"]
    middle = READ(mask)[LEFT].centroid
    at = int(np.rint(mask.to_index(middle[None]))[0, 0])
    narrow = Image(np.ascontiguousarray(mask.values[at:]), mask.affine)
    with pytest.raises(NotMeasurable, match="shows the whole"):
        muscle_section(spine, (MuscleScan(muscles=READ(narrow)),), L45, *LEFT)


def test_slices_that_are_not_level_with_the_disc_are_a_last_resort(spine):
    leaning = scan_of(MUSCLES, AXIAL, turn=(25.0, 0.0, 0.0))
    mask = next(iter(leaning.muscles.values())).mask
    at = int(np.rint(mask.to_index(spine.discs[L45].centroid[None]))[0, 2])
    few = {
        name: Structure.cut_box(
            part.mask.values[:, :, at - 1 : at + 2],
            (5, 5, 0),
            Image(np.zeros((200, 200, 3)), _moved(part.mask, (-5, -5, at - 1))),
        )
        for name, part in leaning.muscles.items()
    }
    found = muscle_section(spine, (MuscleScan(muscles=few),), L45, *LEFT)
    assert found.in_slice
    assert "a slice of the axial stack" in found.remark
    assert found.area_cm2 == pytest.approx(MUSCLES.cylinders[0].area_cm2, rel=0.06)


def _moved(mask, steps):
    affine = mask.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ np.array(steps)
    return affine


def test_both_sides_come_from_one_series(spine):
    whole = scan_of(MUSCLES, DIXON, dixon=True)
    one_sided = MuscleScan(muscles={LEFT: stack_at(MUSCLES, L45).muscles[LEFT]})
    assert muscle_section(spine, (one_sided, whole), L45, *LEFT).scan is one_sided
    left, right = both_sides(spine, (one_sided, whole), L45, Muscle.MULTIFIDUS)
    assert left.scan is right.scan is whole
    with pytest.raises(NotMeasurable, match="right multifidus is not segmented"):
        both_sides(spine, (one_sided,), L45, Muscle.MULTIFIDUS)


def test_sides_that_are_swapped_are_refused(spine):
    # 1 is the RIGHT multifidus in MuscleMap's old model, 5101 the LEFT one in the new.
    scan = scan_of(MUSCLES, DIXON)
    swapped = {
        (muscle, next(other for other in Side if other is not side)): part
        for (muscle, side), part in scan.muscles.items()
    }
    with pytest.raises(NotMeasurable, match="lies on the patient's right"):
        muscle_section(spine, (MuscleScan(muscles=swapped),), L45, *LEFT)
    with pytest.raises(NotMeasurable, match="lies on the patient's right"):
        muscle_range(spine, (MuscleScan(muscles=swapped),), *LEFT)


def test_the_range_needs_a_series_that_reaches_from_disc_to_disc(spine):
    whole = scan_of(MUSCLES, DIXON, dixon=True)
    short = scan_of(MUSCLES, DIXON, dixon=True, keep=slice(0, 12))
    with pytest.raises(NotMeasurable, match="between the discs L3-L4 and L5-S1"):
        muscle_range(spine, (short, stack_at(MUSCLES, L45)), *LEFT)
    found = muscle_range(spine, (short, stack_at(MUSCLES, L45), whole), *LEFT)
    assert found.scan is whole
    assert "L3-L4 and L5-S1" in found.remark


def test_cylinders_of_the_phantom_carry_the_numbers_of_musclemap():
    numbers = {Muscle.MULTIFIDUS: 5101, Muscle.PSOAS: 5121}
    for muscle, left in numbers.items():
        for side, label in ((Side.LEFT, left), (Side.RIGHT, left + 1)):
            made = Cylinder(muscle=muscle, side=side, half_mm=(9, 9), middle_mm=(0, 0))
            assert made.label == label
