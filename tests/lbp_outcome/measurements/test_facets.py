from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from lbp_outcome.anatomy import Disc, Side
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.phantoms import examined, grid_around
from lbp_outcome.phantoms.joints import JointedSpine
from lbp_outcome.place import Place

LEFT = Place(disc=Disc.parse("L4-L5"), side=Side.LEFT)
SAGITTAL, AXIAL = (4.0, 0.7, 0.7), (0.7, 0.7, 4.0)


@cache
def drawing(anatomy, spacing=AXIAL):
    return anatomy.draw(grid_around(anatomy, spacing))


@cache
def examination(anatomy, spacing=AXIAL):
    return examined(drawing(anatomy, spacing), anatomy.scheme)


@pytest.mark.parametrize("fluid", [1.0, 2.0, 2.8])
def test_fluid_is_as_wide_as_it_was_drawn_and_an_effusion_from_1_5_mm(fluid):
    found = examination(
        JointedSpine(angle_deg=(52.0, 57.0), space_mm=3.6, fluid_mm=fluid)
    )
    width = MEASUREMENTS["facet_fluid_mm"].value(found, LEFT)
    assert width == pytest.approx(fluid, abs=0.4)
    assert MEASUREMENTS["facet_effusion"].value(found, LEFT) == (fluid >= 1.5)


def test_a_dry_joint_has_no_fluid():
    found = examination(JointedSpine(fluid_mm=0.0))
    assert MEASUREMENTS["facet_fluid_mm"].value(found, LEFT) == 0.0


def test_a_sagittal_image_stands_in_for_axial_ones_and_says_so():
    found = replace(examination(JointedSpine(), SAGITTAL), axial=())
    record = MEASUREMENTS["facet_fluid_mm"](found, LEFT)
    assert record.remark == "sagittal"
    assert record.value == pytest.approx(JointedSpine().fluid_mm, abs=0.9)


def test_the_axial_stack_that_shows_the_joint_is_taken():
    anatomy = JointedSpine()
    whole = drawing(anatomy)["axial"]
    high = Image(whole.values[:, :, -4:], whole.affine.copy())
    high.affine[:3, 3] += whole.affine[:3, 2] * (whole.values.shape[2] - 4)
    found = replace(examination(anatomy), axial=(high, whole), t2=None)
    record = MEASUREMENTS["facet_fluid_mm"](found, LEFT)
    assert record.value == pytest.approx(anatomy.fluid_mm, abs=0.25)


def test_without_a_t2_image_the_fluid_has_a_reason():
    found = replace(examination(JointedSpine()), axial=(), t2=None)
    assert "no T2 image" in MEASUREMENTS["facet_fluid_mm"](found, LEFT).reason


def test_thicker_processes_are_measured_as_thicker():
    thick = JointedSpine(thick_mm=(9.0, 10.0))
    found = MEASUREMENTS["facet_thickness_mm"].value(examination(thick), LEFT)
    assert found == pytest.approx(19.0, abs=0.8)


@pytest.mark.parametrize("depth", [18.0, 21.0])
def test_the_recess_is_as_deep_as_it_was_drawn(depth):
    found = examination(JointedSpine(recess_mm=depth), SAGITTAL)
    value = MEASUREMENTS["recess_depth_mm"].value(found, LEFT)
    assert value == pytest.approx(depth, abs=0.8)


def test_masks_without_processes_say_what_is_missing():
    mask = drawing(JointedSpine())["mask"]
    numbers = {24: 1, 23: 2, 123: 202}
    values = np.zeros_like(mask.values)
    for spineps, spider in numbers.items():
        values[mask.values == spineps] = spider
    spine = LABEL_SCHEMES["spider"].read(Image(values, mask.affine))
    found = replace(examination(JointedSpine()), spine=spine)
    reason = MEASUREMENTS["facet_angle_deg"](found, LEFT).reason
    assert reason == "the left inferior articular process of L4 is not segmented"


def test_without_signal_in_the_canal_the_fluid_of_a_joint_has_a_reason():
    found = examination(JointedSpine())
    black = [Image(np.zeros_like(i.values), i.affine) for i in (*found.axial, found.t2)]
    dark = replace(found, axial=tuple(black[:-1]), t2=black[-1])
    reason = MEASUREMENTS["facet_fluid_mm"](dark, LEFT).reason
    assert "the spinal canal is black" in reason
