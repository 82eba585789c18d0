"""Fluid, roots and fat in and behind the canal."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.image import Image
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.phantoms import examined, grid_around
from lbp_outcome.phantoms.cauda import CaudaSpine
from lbp_outcome.place import Place

SAGITTAL = (4.0, 0.7, 0.7)


@cache
def seen(anatomy, spacing=SAGITTAL):
    return examined(anatomy.draw(grid_around(anatomy, spacing)), anatomy.scheme)


def noisy(examination, share, seed=0):
    t2 = examination.t2
    noise = np.random.default_rng(seed).normal(0, share * 1000, t2.values.shape)
    return replace(examination, t2=Image(t2.values + noise, t2.affine))


def tortuosity(examination):
    return MEASUREMENTS["root_tortuosity_index"].value(examination, Place())


def at(name, examination, disc):
    return MEASUREMENTS[name](examination, Place(disc=disc))


def test_roots_that_swing_further_are_more_tortuous():
    found = [
        tortuosity(seen(CaudaSpine(roots="sheets", slack_mm=slack)))
        for slack in (0.0, 1.0, 2.0)
    ]
    expected = [
        CaudaSpine(roots="sheets", slack_mm=slack).root_slope for slack in (0, 1, 2)
    ]
    assert found == pytest.approx(expected, abs=0.05)


def test_moderate_noise_does_not_make_straight_roots_tortuous():
    winding = tortuosity(noisy(seen(CaudaSpine(roots="sheets")), 0.03))
    straight = tortuosity(noisy(seen(CaudaSpine(roots="sheets", slack_mm=0.0)), 0.03))
    assert straight < 0.2 < winding


def test_the_tightest_level_is_named():
    anatomy = CaudaSpine(roots="sheets")
    record = MEASUREMENTS["root_tortuosity_index"](seen(anatomy), Place())
    assert record.remark == "around L4-L5"


def test_fat_is_absent_where_ligament_fills_its_place_and_nowhere_else():
    anatomy = CaudaSpine()
    flags = [
        at("epidural_fat_absent", seen(anatomy), d).value for d in anatomy.spine.discs
    ]
    assert flags == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("given", ["t1", "t2"])
def test_fat_shows_on_either_image_alone_and_the_reader_is_told(given):
    anatomy = CaudaSpine()
    other = {"t1": "t2", "t2": "t1"}[given]
    alone = replace(seen(anatomy), **{other: None})
    both = at("epidural_fat_area_mm2", seen(anatomy), anatomy.healthy)
    found = at("epidural_fat_area_mm2", alone, anatomy.healthy)
    assert found.value == pytest.approx(both.value, rel=0.15)
    assert found.remark == f"from {given.upper()} alone"


def test_without_any_image_there_is_no_fat_to_see():
    anatomy = CaudaSpine()
    blind = replace(seen(anatomy), t1=None, t2=None)
    record = at("epidural_fat_area_mm2", blind, anatomy.healthy)
    assert "neither a T1 nor a T2 image" in record.reason


def test_bright_marrow_behind_the_sac_is_no_fat():
    anatomy = CaudaSpine(flavum_mm=0.5)
    examination = seen(anatomy)
    assert at("epidural_fat_area_mm2", examination, anatomy.narrow).value < 1.0


def test_an_unsegmented_bone_below_is_told():
    anatomy = CaudaSpine()
    lowest = anatomy.spine.discs[0]
    record = at("epidural_fat_area_mm2", seen(anatomy), lowest)
    assert "S1 is not segmented" in record.remark


@pytest.mark.parametrize("fading_per_mm", [-0.006, 0.006])
def test_a_coil_that_fades_along_the_spine_changes_little(fading_per_mm):
    anatomy = CaudaSpine()
    plain = seen(anatomy)
    faded = replace(
        plain, t1=shaded(plain.t1, fading_per_mm), t2=shaded(plain.t2, fading_per_mm)
    )
    for name, margin in (("csf_fraction", 0.06), ("epidural_fat_area_mm2", 8.0)):
        disc = anatomy.narrow if name == "csf_fraction" else anatomy.healthy
        expected = at(name, plain, disc).value
        assert at(name, faded, disc).value == pytest.approx(expected, abs=margin)


def shaded(image, per_mm):
    voxels = np.indices(image.values.shape).reshape(3, -1).T.astype(float)
    height = image.to_patient(voxels)[:, 2].reshape(image.values.shape)
    sensitivity = np.exp(per_mm * (height - height.mean()))
    return Image(image.values * sensitivity, image.affine)


def test_doubling_the_signal_changes_nothing():
    anatomy = CaudaSpine()
    plain = seen(anatomy)
    doubled = replace(plain, t2=Image(plain.t2.values * 2, plain.t2.affine))
    for name in ("csf_fraction", "csf_mean_ratio", "epidural_fat_area_mm2"):
        expected = at(name, plain, anatomy.narrow).value
        assert at(name, doubled, anatomy.narrow).value == pytest.approx(expected)


def test_an_image_that_does_not_show_the_canal_is_refused():
    anatomy = CaudaSpine()
    affine = seen(anatomy).t2.affine.copy()
    affine[2, 3] += 300
    away = replace(seen(anatomy), t2=Image(seen(anatomy).t2.values, affine))
    with pytest.raises(NotMeasurable, match="does not show the canal"):
        tortuosity(away)
