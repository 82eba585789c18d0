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
SAGITTAL = (4.0, 0.7, 0.7)
SPIDER = {24: 1, 23: 2, 123: 202}


@cache
def examination(anatomy, spacing=SAGITTAL, shift=(0.0, 0.0, 0.0)):
    drawing = anatomy.draw(grid_around(anatomy, spacing, shift_mm=shift))
    return examined(drawing, anatomy.scheme)


def taken(name, found, place=LEFT):
    return MEASUREMENTS[name].value(found, place)


@pytest.mark.parametrize(
    ("deep", "tall", "shift"),
    [(4.0, 15.0, 0.0), (12.0, 16.0, 1.3), (6.0, 22.0, 2.1), (9.0, 18.0, 3.6)],
)
def test_a_rectangular_foramen_is_measured_wherever_the_slices_fall(deep, tall, shift):
    anatomy = JointedSpine(foramen_mm=(deep, tall))
    found = examination(anatomy, shift=(shift, 0.2, 0.1 * shift))
    for side in Side:
        place = replace(LEFT, side=side)
        height = taken("foramen_height_mm", found, place)
        width = taken("foramen_width_mm", found, place)
        area = taken("foramen_area_mm2", found, place)
        assert height == pytest.approx(tall, abs=1.0)
        assert width == pytest.approx(deep, abs=0.8)
        assert area == pytest.approx(deep * tall, abs=0.7 * (deep + tall))


def test_vertebrae_with_their_arches_suffice_without_a_mask_of_tissues():
    anatomy = JointedSpine()
    drawing = anatomy.draw(grid_around(anatomy, SAGITTAL))
    values = np.where(drawing["semantic"].values == 61, 100, 0)
    for spineps, spider in SPIDER.items():
        values[drawing["mask"].values == spineps] = spider
    mask = Image(values.astype(np.int16), drawing["mask"].affine)
    spine = LABEL_SCHEMES["spider"].read(mask)
    found = replace(examination(anatomy), spine=spine)
    assert taken("foramen_height_mm", found) == pytest.approx(18.0, abs=1.0)
    assert taken("foramen_width_mm", found) == pytest.approx(9.0, abs=0.8)


@pytest.mark.parametrize(
    ("fat", "tall", "grade"),
    [(0.8, 18.0, 0.0), (0.5, 18.0, 1.0), (0.5, 14.0, 2.0), (0.2, 14.0, 3.0)],
)
def test_the_proxy_grade_rises_as_fat_and_height_are_lost(fat, tall, grade):
    sound = JointedSpine(fat_share=fat, foramen_mm=(9.0, tall))
    found = examination(sound)
    assert taken("foraminal_fat_fraction", found) == pytest.approx(fat, abs=0.08)
    assert taken("foraminal_stenosis_proxy_grade", found) == grade


def test_fat_that_no_foramen_shows_is_no_reference():
    found = examination(JointedSpine())
    flat = Image(np.full_like(found.t1.values, 300.0), found.t1.affine)
    record = MEASUREMENTS["foraminal_fat_fraction"](replace(found, t1=flat), LEFT)
    assert record.reason == "no foramen shows fat on the T1 image"


def test_brightness_and_contrast_of_the_scanner_do_not_matter():
    found = examination(JointedSpine(fat_share=0.7))
    scaled = Image(found.t1.values * 3.7 + 90.0, found.t1.affine)
    values = [
        taken("foraminal_fat_fraction", item)
        for item in (found, replace(found, t1=scaled, spine=found.spine))
    ]
    assert values[0] == pytest.approx(values[1], abs=1e-6)


def test_without_pedicles_there_is_no_foramen():
    found = examination(JointedSpine())
    bodies = replace(found.spine, vertebrae=dict(found.spine.corpora))
    record = MEASUREMENTS["foramen_area_mm2"](replace(found, spine=bodies), LEFT)
    assert record.reason == "the left pedicle of L4 is not visible"
