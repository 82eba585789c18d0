from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lbp_outcome.anatomy import Disc, Process, Side
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.facet import facet_joint
from lbp_outcome.geometry.midline_frame import midline_frame
from lbp_outcome.geometry.parting_line import parting_line
from lbp_outcome.phantoms import examined, grid_around
from lbp_outcome.phantoms.joints import JointedSpine

L4_L5 = Disc.parse("L4-L5")
SAGITTAL, AXIAL = (4.0, 0.7, 0.7), (0.7, 0.7, 4.0)


@cache
def spine(anatomy, spacing, turn=(0.0, 0.0, 0.0), shift=(0.0, 0.0, 0.0)):
    grid = grid_around(anatomy, spacing, turn_deg=turn, shift_mm=shift)
    return examined(anatomy.draw(grid), anatomy.scheme).spine


@given(
    angle=st.floats(38, 75),
    space=st.floats(1.5, 4.5),
    shift=st.floats(0, 4),
    spacing=st.sampled_from([SAGITTAL, AXIAL]),
)
@settings(max_examples=5, deadline=None, derandomize=True)
def test_angle_and_space_are_found_in_sagittal_and_in_axial_slices(
    angle, space, shift, spacing
):
    anatomy = JointedSpine(angle_deg=(angle, 50.0), space_mm=space, fluid_mm=0.5)
    drawn = spine(anatomy, spacing, shift=(shift, 0.3, 0.5 * shift))
    joint = facet_joint(drawn, L4_L5, Side.LEFT)
    assert joint.angle_deg == pytest.approx(angle, abs=6.0)
    assert joint.space_mm == pytest.approx(space, abs=0.7)


def test_axial_slices_show_even_a_sagittal_joint():
    anatomy = JointedSpine(angle_deg=(12.0, 20.0))
    for side, angle in zip(Side, anatomy.angle_deg, strict=True):
        joint = facet_joint(spine(anatomy, AXIAL), L4_L5, side)
        assert joint.angle_deg == pytest.approx(angle, abs=1.5)


def test_a_process_that_one_slice_shows_gives_no_angle():
    drawn = spine(JointedSpine(), SAGITTAL)
    key = (L4_L5.upper, Process.INFERIOR_ARTICULAR, Side.LEFT)
    whole = drawn.processes[key]
    axis = int(whole.mask.spacing_mm.argmax())
    one = np.zeros_like(whole.mask.values)
    np.moveaxis(one, axis, 0)[1] = np.moveaxis(whole.mask.values, axis, 0)[1]
    thin = {**drawn.processes, key: whole.with_voxels(one)}
    with pytest.raises(NotMeasurable, match="only one slice"):
        facet_joint(replace(drawn, processes=thin), L4_L5, Side.LEFT)


def test_both_sides_are_told_apart_and_mirrored():
    one, other = (
        JointedSpine(angle_deg=angles) for angles in [(40.0, 65.0), (65.0, 40.0)]
    )
    left, right = (
        [facet_joint(spine(body, AXIAL), L4_L5, side).angle_deg for side in Side]
        for body in (one, other)
    )
    assert left == pytest.approx(right[::-1], abs=3.0)


def test_a_scan_that_is_turned_about_the_long_axis_does_not_add_to_tropism():
    anatomy = JointedSpine(angle_deg=(52.0, 52.0))
    drawn = spine(anatomy, (0.8, 0.8, 3.0), turn=(0.0, 0.0, 15.0))
    left, right = (facet_joint(drawn, L4_L5, side).angle_deg for side in Side)
    assert left == pytest.approx(right, abs=2.0)


def test_the_midline_is_that_of_the_level():
    frame = midline_frame(spine(JointedSpine(), AXIAL), L4_L5)
    assert frame.left == pytest.approx([-1, 0, 0], abs=0.02)


def test_the_parting_line_is_that_of_an_exhaustive_search():
    rng = np.random.default_rng(3)
    turn = np.radians(37.0)
    along, across = (np.sin(turn), np.cos(turn)), (-np.cos(turn), np.sin(turn))
    place = rng.uniform([-7, 1.2], [7, 5], (300, 2))
    behind = place @ np.array([along, across])
    ahead = (place * (1, -1)) @ np.array([along, across])
    angle, offset = parting_line(behind, ahead)

    def overlap(degrees):
        normal = -np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        return (ahead @ normal).max() - (behind @ normal).min()

    widest = min(np.arange(0, 90, 0.25), key=overlap)
    assert angle == pytest.approx(widest, abs=1.5)
    assert offset == pytest.approx(0.0, abs=0.3)
