"""An image and a mask that do not fit: the message says how they differ."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lbp_outcome.image import Image
from lbp_outcome.labels import why_not_same_grid

AFFINE = np.array(
    [
        [0.0, 0.0, -4.8, 30.0],
        [-0.7, 0.0, 0.0, 90.0],
        [0.0, -0.7, 0.0, 120.0],
        [0.0, 0.0, 0.0, 1.0],
    ]
)
"""A sagittal stack, stored P-I-L."""

IMAGE = Image(np.zeros((60, 80, 17), np.int16), AFFINE)


def moved(index):
    affine = AFFINE.copy()
    affine[:3, 3] += AFFINE[:3, :3] @ index
    return affine


def why(values_shape, affine):
    return why_not_same_grid(IMAGE, Image(np.zeros(values_shape, np.uint8), affine))


def test_the_same_voxels_differ_in_nothing():
    assert why((60, 80, 17), AFFINE) == ""
    assert why((60, 80, 17), AFFINE + 1e-4 * (np.arange(16).reshape(4, 4) < 12)) == ""


@pytest.mark.parametrize(
    ("shape", "start", "said"),
    [
        ((60, 80, 16), (0, 0, 0), "from right to left .* 1 missing at the left end"),
        ((60, 80, 16), (0, 0, 1), "1 missing at the right end"),
        ((60, 80, 18), (0, 0, -1), "1 too many at the right end"),
        ((59, 80, 17), (1, 0, 0), "from front to back .* 1 missing at the front end"),
        ((60, 80, 16), (0, 0, 0.5), "do not lie at the same places either"),
        ((50, 70, 17), (0, 0, 0), "different numbers of voxels .* one was cropped"),
    ],
)
def test_slices_too_few_or_too_many_are_counted(shape, start, said):
    assert re.search(said, why(shape, moved(start)))


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ((0, 0, 1), r"4.8 mm to the left \(1 slice from right to left\)"),
        ((0, 0, 0.5), "is shifted by 2.4 mm to the left; if it was drawn"),
        ((0, 3, 0), r"2.1 mm to the foot \(3 slices from head to foot\)"),
    ],
)
def test_a_shift_is_given_in_patient_directions(start, said):
    assert re.search(said, why((60, 80, 17), moved(start)))


def test_other_faults_are_told_apart():
    swapped = AFFINE[:, [1, 0, 2, 3]]
    assert "axes in different order (PIL and IPL)" in why((80, 60, 17), swapped)
    mirrored = AFFINE * [1, 1, -1, 1]
    assert "axes in different order (PIL and PIR)" in why((60, 80, 17), mirrored)
    finer = AFFINE @ np.diag([1, 1, 0.5, 1])
    assert "different voxels: 0.7 x 0.7 x 4.8 mm and 0.7" in why((60, 80, 34), finer)
    misplaced = AFFINE @ np.diag([4.8 / 0.7, 1, 0.7 / 4.8, 1])
    assert "stands on other axes" in why((60, 80, 17), misplaced)
    assert "has lost its geometry" in why((60, 80, 17), np.eye(4))
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(0.1), -np.sin(0.1)], [np.sin(0.1), np.cos(0.1)]]
    assert "turned against one another by 5.7" in why((60, 80, 17), turn @ AFFINE)


@settings(max_examples=30, deadline=None)
@given(
    st.tuples(*[st.integers(1, 9)] * 3),
    st.tuples(*[st.floats(-30, 30)] * 3),
    st.floats(0.2, 6),
)
def test_every_difference_is_said_in_one_line(shape, origin, spacing):
    affine = np.diag([spacing, 1.0, spacing, 1.0])
    affine[:3, 3] = origin
    other = Image(np.zeros(shape, np.uint8), affine)
    said = why_not_same_grid(IMAGE, other)
    assert said
    assert "\n" not in said
    assert why_not_same_grid(other, other) == ""
