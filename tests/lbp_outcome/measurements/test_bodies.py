"""Size, shape and signal of vertebral bodies."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.image import Image
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.measurements._genant import collapse_grade
from lbp_outcome.phantoms import examined, grid_around
from lbp_outcome.phantoms.vertebra import SIZE_MM, Body, BodyStack
from lbp_outcome.place import Place

THICK = (4.0, 0.8, 0.8)

HEALTHY = (  # from L5 up: a wedge at L5, the reverse at L1 and T12
    Body(front_mm=30.0, middle_mm=26.0, back_mm=26.0),
    Body(front_mm=29.0, middle_mm=26.0, back_mm=27.0),
    Body(front_mm=28.5, middle_mm=26.0, back_mm=28.0),
    Body(front_mm=28.0, middle_mm=26.0, back_mm=28.0),
    Body(front_mm=26.5, middle_mm=25.5, back_mm=28.0),
    Body(front_mm=25.0, middle_mm=24.5, back_mm=26.5),
)
L2 = 3


def scanned(bodies, spacing=THICK, shift=0.0):
    anatomy = BodyStack(bodies=tuple(bodies))
    grid = grid_around(anatomy, spacing, shift_mm=(shift, 0.0, 0.0))
    return examined(anatomy.draw(grid), anatomy.scheme)


def value(name, examination, vertebra=None):
    return MEASUREMENTS[name].value(examination, Place(vertebra=vertebra))


def grades(examination):
    """From the lowest vertebra up."""
    names = list(examination.spine.vertebrae)
    return [value("genant_grade", examination, name) for name in names]


@pytest.mark.parametrize(
    ("lost", "grade"),
    [(-5, 0), (19.9, 0), (20, 1), (25, 1), (25.1, 2), (40, 2), (40.1, 3)],
)
def test_collapses_are_graded_by_the_height_they_took(lost, grade):
    assert collapse_grade(lost) == grade


def test_the_natural_wedges_of_l5_and_t12_are_no_collapse():
    assert grades(scanned(HEALTHY)) == [0.0] * 6


@pytest.mark.parametrize(
    ("fallen", "where", "grade"),
    [
        ({"front_mm": 0.65, "middle_mm": 0.8}, "in front", 2.0),
        ({"middle_mm": 0.5}, "in the middle", 3.0),
        ({"front_mm": 0.775, "middle_mm": 0.775, "back_mm": 0.775}, "", 1.0),
    ],
    ids=["wedge", "biconcave", "crush"],
)
def test_each_kind_of_collapse_is_graded_and_its_neighbours_are_not(
    fallen, where, grade
):
    shrunk = {name: getattr(HEALTHY[L2], name) * kept for name, kept in fallen.items()}
    bodies = [*HEALTHY[:L2], replace(HEALTHY[L2], **shrunk), *HEALTHY[L2 + 1 :]]
    found = scanned(bodies)
    assert grades(found) == [grade if place == L2 else 0.0 for place in range(6)]
    remark = MEASUREMENTS["genant_grade"](found, Place(vertebra=Vertebra.L2)).remark
    assert where in remark
    assert "4 vertebrae near it" in remark


def test_a_lone_vertebra_has_heights_but_nothing_to_compare_them_with():
    found = scanned(HEALTHY[:1])
    assert value("body_height_anterior_mm", found, Vertebra.L5) == pytest.approx(
        30, 0.03
    )
    grade = MEASUREMENTS["genant_grade"](found, Place(vertebra=Vertebra.L5))
    assert grade.reason == "fewer than two neighbours of L5 show their height"
    crush = MEASUREMENTS["body_crush_ratio"](found, Place(vertebra=Vertebra.L5))
    assert crush.reason == "neither neighbour of L5 shows its height"


@given(shift=st.floats(0, 4))
@settings(max_examples=5, deadline=None, derandomize=True)
def test_thick_slices_may_lie_anywhere_between_the_sides_of_a_body(shift):
    """Counting the slices that show it would err by up to 4 mm."""
    found = scanned(HEALTHY[:2], shift=shift)
    width = value("body_width_mm", found, Vertebra.L4)
    assert width == pytest.approx(SIZE_MM[0], abs=1.2)


def test_bone_quality_is_taken_from_the_sequence_it_is_named_after():
    found = scanned([replace(body, t1=600.0, t2=250.0) for body in HEALTHY])
    assert value("vbq_t1_ratio", found) == pytest.approx(600 / 150, rel=0.02)
    assert value("vbq_t2_ratio", found) == pytest.approx(250 / 1000, rel=0.02)


def test_bone_quality_forgives_one_vertebra_that_is_unlike_the_others():
    odd = [*HEALTHY[:2], replace(HEALTHY[2], t1=1400.0), *HEALTHY[3:]]
    assert value("vbq_t1_ratio", scanned(odd)) == pytest.approx(500 / 150, rel=0.05)


def test_bone_quality_warns_of_a_clipped_image():
    found = scanned(HEALTHY)
    grain = np.random.default_rng(1).normal(0, 30, found.t2.values.shape)
    cut = Image(np.clip(found.t2.values + grain, 0, 900), found.t2.affine)
    clipped = replace(found, t2=cut)
    remark = MEASUREMENTS["vbq_t2_ratio"](clipped, Place()).remark
    assert "clipped" in remark
    assert MEASUREMENTS["vbq_t2_ratio"](found, Place()).remark == ""


def test_bone_quality_needs_most_of_the_bodies_it_is_defined_on():
    found = MEASUREMENTS["vbq_t1_ratio"](scanned(HEALTHY[:3]), Place())
    assert found.reason == "L1 is not segmented; L2 is not segmented"
