"""Muscle and fat around the spine are where and as large as they are said to be."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import binary_dilation

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.back import lay_back
from lbp_outcome.simulate.body.courses import frame_scale, psoas, quadratus
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.muscles import grow_muscles
from lbp_outcome.simulate.body.outline import draw_outline
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.everything import paint_anatomy
from lbp_outcome.simulate.paint.fibres import POINTS, STEPS_MM, fibres_at
from lbp_outcome.simulate.paint.muscles import lower_back
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.tissues import FAT, T2, TRUNK_FAT

MULTIFIDUS = (Part.MULTIFIDUS_LEFT, Part.MULTIFIDUS_RIGHT)
ERECTOR = (Part.ERECTOR_LEFT, Part.ERECTOR_RIGHT)
PSOAS = (Part.PSOAS_LEFT, Part.PSOAS_RIGHT)
QUADRATUS = (Part.QUADRATUS_LEFT, Part.QUADRATUS_RIGHT)
FINE_MM = 1.0
LUMBAR = [Vertebra(name) for name in ("T12", "L4", "L5")]


def fat_of(tissue):
    """Show fat as 1 and muscle as 0."""
    return float(tissue == FAT)


def sliced(anatomy, frame, shape=(200, 160, 1), apart=4.0):
    """Paint slices through a frame: columns to the right, rows to the back."""
    affine = np.eye(4)
    affine[:3, :3] = (frame.axes * np.array([[1.0], [-1.0], [1.0]])).T
    affine[:3, :3] *= np.array([FINE_MM, FINE_MM, apart])
    middle = frame.at(anterior=-20.0)
    affine[:3, 3] = middle - affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    canvas = Canvas(affine, shape, {"fat": fat_of}, sheets=1)
    paint_anatomy(canvas, anatomy)
    return canvas


def area(canvas, part):
    """Return the cross-section of a structure in a slice [cm2]."""
    return float((canvas.part == part).sum()) * FINE_MM**2 / 100


def lower_slices(anatomy):
    """Paint upright slices from S1 to L3."""
    low, high = lower_back(anatomy)
    middle = anatomy.vertebra(Vertebra.L5).frame.origin.copy()
    middle[2] = (low + high) / 2
    count = int((high - low) / 3.0)
    return sliced(anatomy, Frame(middle, np.eye(3)), (160, 200, count), apart=3.0)


def normal(anatomy, **changed):
    """Return a patient whose muscles have exactly the size of the tables."""
    names = ("multifidus", "erector", "psoas", "quadratus")
    sizes = dict.fromkeys(names, (1.0, 1.0)) | changed
    return replace(anatomy, soft=replace(anatomy.soft, **sizes))


@pytest.mark.parametrize(
    ("level", "muscle", "men", "women"),
    [
        ("L4", MULTIFIDUS, (5.0, 9.0), (4.3, 9.0)),
        ("L3", ERECTOR, (15.0, 20.0), (12.5, 20.0)),
        ("L4", PSOAS, (10.0, 18.0), (7.0, 14.0)),
        ("L3", QUADRATUS, (4.3, 6.5), (3.5, 6.5)),
    ],
)
def test_cross_sections_are_those_published(
    twin, anatomy_of, level, muscle, men, women
):
    for male, (low, high) in ((True, men), (False, women)):
        anatomy = normal(anatomy_of(twin(male=male)))
        canvas = sliced(anatomy, anatomy.vertebra(Vertebra(level)).frame)
        for part in muscle:
            assert low < area(canvas, part) < high


def test_the_multifidus_grows_downwards_and_the_erector_gives_way(twin, anatomy_of):
    anatomy = normal(anatomy_of(twin()))
    discs = {str(disc.name): disc for disc in anatomy.discs}
    deep, outer = [], []
    for name in ("L1-L2", "L3-L4", "L5-S1"):
        canvas = sliced(anatomy, discs[name].frame)
        deep.append(area(canvas, Part.MULTIFIDUS_LEFT))
        outer.append(area(canvas, Part.ERECTOR_LEFT))
    assert deep[0] < deep[1] < deep[2]
    assert outer[2] < outer[1] / 2


def test_left_is_left_and_the_multifidus_lies_inside_the_erector(twin, anatomy_of):
    anatomy = anatomy_of(twin())
    frame = anatomy.vertebra(Vertebra.L3).frame
    canvas = sliced(anatomy, frame)
    block = canvas.block(Frame.patient(), (-500,) * 3, (500,) * 3)
    aside = block.right - frame.origin[0]
    for left, right in (MULTIFIDUS, ERECTOR, PSOAS, QUADRATUS):
        assert (
            aside[canvas.part == left].mean() < 0 < aside[canvas.part == right].mean()
        )
    for deep, outer in zip(MULTIFIDUS, ERECTOR, strict=True):
        inner, far = (np.abs(aside[canvas.part == part]) for part in (deep, outer))
        assert inner.mean() < far.mean()
        assert inner.max() < far.max()
    ahead = block.anterior
    for front, behind in zip(PSOAS, ERECTOR, strict=True):
        assert (
            ahead[canvas.part == front].min() > ahead[canvas.part == behind].max() - 9
        )


@pytest.mark.parametrize("percent", [5.0, 30.0, 55.0, 90.0])
def test_the_multifidus_holds_its_share_of_fat_on_upright_slices(
    twin, anatomy_of, percent
):
    anatomy = anatomy_of(twin(multifidus_fat=percent))
    canvas = lower_slices(anatomy)
    low, high = lower_back(anatomy)
    height = canvas.block(Frame.patient(), (-500,) * 3, (500,) * 3).superior
    between = (height > low) & (height < high)
    both = np.isin(canvas.part, MULTIFIDUS) & between
    assert canvas.values["fat"][both].mean() == pytest.approx(percent / 100, abs=0.012)
    for part, share in zip(MULTIFIDUS, anatomy.soft.multifidus_fat, strict=True):
        inside = (canvas.part == part) & between
        assert canvas.values["fat"][inside].mean() == pytest.approx(share, abs=0.015)


def test_fat_shares_of_left_and_right_make_the_patients_share(twin):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        soft = grow_muscles(twin(multifidus_fat=37.0), rng)
        weighted = np.dot(soft.multifidus_fat, soft.multifidus) / sum(soft.multifidus)
        assert weighted == pytest.approx(0.37, abs=1e-12)
        assert min(soft.multifidus_fat) > 0


def test_a_wasted_side_is_smaller_by_what_was_set(twin, anatomy_of):
    whole = anatomy_of(twin())
    canvas = [
        sliced(normal(whole, **sizes), whole.vertebra(Vertebra.L4).frame)
        for sizes in ({}, {"multifidus": (0.7, 1.0), "psoas": (1.0, 0.6)})
    ]
    before, after = canvas
    lost = area(after, Part.MULTIFIDUS_LEFT) / area(before, Part.MULTIFIDUS_LEFT)
    assert lost == pytest.approx(0.7, abs=0.08)
    lost = area(after, Part.PSOAS_RIGHT) / area(before, Part.PSOAS_RIGHT)
    assert lost == pytest.approx(0.6, abs=0.05)
    for same in (Part.MULTIFIDUS_RIGHT, Part.PSOAS_LEFT):
        assert area(after, same) == area(before, same)


def test_some_patients_have_a_notably_uneven_multifidus(twin):
    drawn = [grow_muscles(twin(), np.random.default_rng(seed)) for seed in range(300)]
    sizes = np.array([soft.multifidus for soft in drawn])
    uneven = np.abs(sizes[:, 0] - sizes[:, 1]) / sizes.max(axis=1)
    assert 0.12 < (uneven > 0.10).mean() < 0.35
    assert 0.01 < np.median(uneven) < 0.10


def test_one_side_is_clearly_worse_if_asked(twin):
    for seed in range(8):
        patient = twin(multifidus_fat=40.0)
        soft = grow_muscles(patient, np.random.default_rng(seed), asymmetric=True)
        plain = grow_muscles(patient, np.random.default_rng(seed))
        worse = int(np.argmin(soft.multifidus))
        assert soft.multifidus[worse] < 0.85 * soft.multifidus[1 - worse]
        assert soft.erector[worse] < soft.erector[1 - worse]
        assert soft.multifidus_fat[worse] > soft.multifidus_fat[1 - worse] + 0.1
        assert soft.psoas == plain.psoas
        np.testing.assert_array_equal(soft.organs, plain.organs)


def test_psoas_and_quadratus_lie_between_their_levels(twin, anatomy_of):
    anatomy = anatomy_of(twin())
    height = {name: anatomy.vertebra(name).frame.origin[2] for name in LUMBAR}
    rib_to_crest, brim = quadratus(anatomy, -1), psoas(anatomy, 1)
    assert rib_to_crest.top == pytest.approx(height[Vertebra.T12])
    assert height[Vertebra.L5] < rib_to_crest.bottom < height[Vertebra.L4]
    assert brim.top == pytest.approx(height[Vertebra.T12])
    assert brim.bottom < anatomy.sacrum.segments[1].frame.origin[2]
    largest = float(brim.half_depth(np.float32([height[Vertebra.L4]]))[0])
    assert largest == pytest.approx(
        23 * frame_scale(anatomy) * np.sqrt(anatomy.soft.psoas[1]), rel=0.02
    )


def test_twins_who_differ_in_fat_differ_in_nothing_else(twin, anatomy_of):
    lean, fat = (anatomy_of(twin(multifidus_fat=share)) for share in (15.0, 75.0))
    frame = lean.vertebra(Vertebra.L4).frame
    one, other = sliced(lean, frame), sliced(fat, frame)
    np.testing.assert_array_equal(one.part, other.part)
    elsewhere = ~np.isin(one.part, (*MULTIFIDUS, *ERECTOR))
    np.testing.assert_array_equal(
        one.values["fat"][elsewhere], other.values["fat"][elsewhere]
    )


def test_heavier_patients_have_wider_waists_and_thicker_fat(twin, anatomy_of):
    light, heavy = (anatomy_of(twin(bmi=bmi)) for bmi in (21.0, 37.0))
    assert heavy.soft.waist > light.soft.waist + 200
    for layer in ("fat_above", "fat_below", "fat_side", "fat_front"):
        assert getattr(heavy.soft, layer) > getattr(light.soft, layer)
    height = np.float32([light.vertebra(Vertebra.L3).frame.origin[2]])
    slim, wide = (draw_outline(a, lay_back(a)) for a in (light, heavy))
    assert wide.skin.half_width(height) > slim.skin.half_width(height) + 30
    for outline in (slim, wide):
        assert outline.cavity.half_width(height) < outline.wall.half_width(height)
        assert outline.wall.half_width(height) < outline.skin.half_width(height)


def test_fat_streaks_are_longer_than_wide_and_longest_along_the_fibres():
    places = np.meshgrid(*(np.arange(24.0) for _ in range(3)), indexing="ij")
    flat = [place.astype(np.float32).ravel() for place in places]
    pattern = fibres_at(*flat, (0.0, 0.0, 0.0)).reshape(places[0].shape)
    across, along, up = (
        np.abs(np.diff(pattern, axis=axis)).mean() for axis in range(3)
    )
    assert across > 1.4 * along > 1.4 * up


def test_the_pattern_of_fat_is_even_on_the_whole_and_has_no_seams():
    axes = [
        np.arange(count) * step for count, step in zip(POINTS, STEPS_MM, strict=True)
    ]
    places = np.meshgrid(*axes, indexing="ij")
    flat = [place.astype(np.float32).ravel() + 0.1 for place in places]
    pattern = fibres_at(*flat, (0.0, 0.0, 0.0))
    assert pattern.mean() == pytest.approx(0, abs=1e-3)
    assert pattern.std() == pytest.approx(1, abs=1e-3)
    period = POINTS[0] * STEPS_MM[0]
    np.testing.assert_array_equal(pattern, fibres_at(*flat, (period, 0.0, 0.0)))
    cube = pattern.reshape(POINTS)
    within, seam = np.abs(np.diff(cube, axis=0)), np.abs(cube[0] - cube[-1])
    assert seam.mean() < 1.3 * within.mean()


def test_fat_of_back_and_abdomen_meet_without_an_edge(twin, anatomy_of):
    anatomy = anatomy_of(twin(multifidus_fat=30.0))
    frame = anatomy.vertebra(Vertebra.L3).frame
    affine = np.diag([FINE_MM, FINE_MM, 1.0, 1.0])
    affine[:3, 3] = frame.origin + np.array([-90.0, -70.0, 0.0])
    canvas = Canvas(affine, (180, 75, 1), {"t2": T2}, sheets=1)
    paint_anatomy(canvas, anatomy)
    fat = np.isin(canvas.part, (Part.NOTHING, Part.TRUNK_FAT))[0]
    fat &= canvas.values["t2"][0] > 0.98 * T2(TRUNK_FAT)
    both = fat[1:] & fat[:-1]
    steps = np.where(both, np.diff(canvas.values["t2"][0], axis=0), 0).sum(axis=1)
    steps /= np.maximum(both.sum(axis=1), 1)
    assert (both.sum(axis=1) > 10).mean() > 0.9
    assert np.abs(steps).max() < 0.005 * T2(FAT)
    assert steps.sum() < -0.5 * (T2(FAT) - T2(TRUNK_FAT))


def test_multifidus_and_erector_touch_in_places_and_part_in_others(twin, anatomy_of):
    touching = []
    for seed in (2, 3, 4):
        anatomy = normal(anatomy_of(twin(), seed))
        canvas = sliced(anatomy, anatomy.vertebra(Vertebra.L4).frame)
        for deep, outer in zip(MULTIFIDUS, ERECTOR, strict=True):
            inside = canvas.part[0] == deep
            beyond = binary_dilation(inside, iterations=4) & (canvas.part[0] == outer)
            shared = binary_dilation(beyond, iterations=4) & inside
            close = binary_dilation(canvas.part[0] == outer) & inside
            touching.append(close.sum() / max(shared.sum() / 4, 1))
    assert 0.1 < np.mean(touching) < 0.95
