from functools import cache

import numpy as np
import pytest
from scipy import ndimage

from lbp_outcome.anatomy import LUMBAR_DISCS, Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.level_crop import (
    DISC_AT,
    SHAPE,
    VOXEL_MM,
    level_crop,
    level_crops,
    paste_onto,
)
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around
from lbp_outcome.view import CROP_SHAPE

ANATOMY = AnalyticSpine(
    segments=(Segment(wedge_deg=10), Segment(wedge_deg=6, slip_mm=3), Segment()),
    tilt_deg=(14.0, 4.0, 5.0),
    arches=True,
)
L4_L5 = Disc.parse("L4-L5")


@cache
def drawn(axes="LPS", turn=(0.0, 0.0, 0.0), spacing=(4.0, 0.9, 0.9)):
    grid = grid_around(ANATOMY, spacing, axes=axes, turn_deg=turn, margin_mm=15)
    mask = ANATOMY.mask(grid)
    return LABEL_SCHEMES["spider"].read(mask), ANATOMY.t2(mask)


def test_a_crop_lies_in_the_frame_of_its_disc():
    crop = level_crop(drawn()[1], drawn()[0], L4_L5)
    truth = ANATOMY.frames[1]
    assert crop.values.shape == SHAPE == CROP_SHAPE
    np.testing.assert_allclose(np.linalg.norm(crop.affine[:3, :3], axis=0), VOXEL_MM)
    axes = crop.affine[:3, :3] / VOXEL_MM
    np.testing.assert_allclose(axes.T @ truth.axes, np.eye(3), atol=0.03)
    disc_at = crop.affine[:3, :3] @ DISC_AT + crop.affine[:3, 3]
    assert np.linalg.norm(disc_at - truth.centre) < 1.0


def test_disc_bone_and_canal_lie_where_they_belong():
    crop = level_crop(drawn()[1], drawn()[0], L4_L5).values
    middle = crop[5:7].mean(axis=0)
    disc, bone = middle[32, 31], middle[32, 51]
    canal = middle[64:72, 31].max()  # 27 mm behind the middle of the disc
    assert bone < disc < canal
    assert canal == pytest.approx(disc * 1000 / 400, rel=0.15)


@pytest.mark.parametrize(
    ("axes", "turn"), [("PIR", (0.0, 0.0, 0.0)), ("SAL", (7.0, -6.0, 9.0))]
)
def test_a_crop_does_not_depend_on_how_the_scan_was_stored(axes, turn):
    expected = level_crop(drawn()[1], drawn()[0], L4_L5).values
    spine, t2 = drawn(axes, turn)
    found = level_crop(t2, spine, L4_L5).values
    assert np.corrcoef(expected.ravel(), found.ravel())[0, 1] > 0.93


def test_intensities_are_scaled_by_the_patient_not_by_the_scanner():
    spine, t2 = drawn()
    louder = Image(t2.values * 37.5, t2.affine)
    shifted = Image(t2.values * 2.0 - 1000.0, t2.affine)  # as the public SPIDER files
    plain = level_crop(t2, spine, L4_L5).values
    np.testing.assert_allclose(
        level_crop(louder, spine, L4_L5).values, plain, rtol=1e-4
    )
    darkest = level_crop(shifted, spine, L4_L5).values
    assert darkest.min() == 0
    assert darkest.max() > 1


def test_every_voxel_averages_trilinear_samples():
    spine, t2 = drawn(spacing=(4.0, 0.5, 0.5))
    crop = level_crop(t2, spine, L4_L5)
    raw = crop.values * float(np.quantile(_around(spine, t2), 0.95))
    offsets = (np.arange(2) - 0.5) / 2  # 0.75 mm voxels hold two of 0.5 mm
    for index in ([5, 32, 30], [3, 60, 40], [8, 80, 10]):
        samples = [
            np.array(index) + np.array([left, back, up])
            for left in ([0.0] if crop_fits_slices(crop, t2) else offsets)
            for back in offsets
            for up in offsets
        ]
        places = np.array(samples) @ crop.affine[:3, :3].T + crop.affine[:3, 3]
        values = ndimage.map_coordinates(t2.values, t2.to_index(places).T, order=1)
        assert raw[tuple(index)] == pytest.approx(values.mean(), rel=0.02)


def crop_fits_slices(crop, t2):
    step = np.linalg.inv(t2.affine)[:3, :3] @ crop.affine[:3, 0]
    return np.abs(step).max() <= 1


def _around(spine, t2):
    points = np.concatenate([part.points for _, part in spine.head_first])
    low, high = points.min(axis=0), points.max(axis=0)
    corners = np.array(np.meshgrid(*np.stack([low, high], 1))).reshape(3, -1).T
    index = t2.to_index(corners)
    first = np.floor(index.min(axis=0)).clip(0).astype(int)
    last = np.ceil(index.max(axis=0)).astype(int) + 1
    return t2.values[tuple(slice(a, b) for a, b in zip(first, last, strict=True))]


def test_levels_that_cannot_be_located_are_left_out():
    spine, t2 = drawn()
    assert list(level_crops(t2, spine, LUMBAR_DISCS)) == list(ANATOMY.discs)[::-1]


def test_a_disc_outside_the_image_is_refused():
    spine, t2 = drawn()
    far = t2.affine.copy()
    far[:3, 3] += 500
    with pytest.raises(NotMeasurable, match="L4-L5 lies outside the image"):
        level_crop(Image(t2.values, far), spine, L4_L5)


def test_outside_the_scan_a_crop_is_zero():
    spine, t2 = drawn()
    back = int(t2.to_index(ANATOMY.frames[1].centre[None])[0, 1])
    front_only = Image(t2.values[:, : back + 5], t2.affine)
    crop = level_crop(front_only, spine, L4_L5).values
    assert (crop[:, 80:] == 0).all()
    assert (crop[4:8, 16:28, 28:36] > 0).all()


@pytest.mark.parametrize("index", [(5, 40, 20), (2, 100, 56), (9, 6, 32)])
def test_a_hot_spot_comes_back_to_its_place_in_the_patient(index):
    spine, t2 = drawn("PIR", (5.0, -4.0, 3.0))
    crops = level_crops(t2, spine, [L4_L5])
    heat = np.zeros(SHAPE)
    heat[index] = 1.0
    pasted = paste_onto({L4_L5: heat}, crops, t2)
    assert pasted.values.shape == t2.values.shape
    weight = pasted.values.astype(float)
    hot = np.argwhere(weight > 0).astype(float)
    weights = weight[weight > 0]
    centre = np.average(pasted.to_patient(hot), axis=0, weights=weights)
    truth = crops[L4_L5].affine @ [*index, 1]
    assert (np.abs((centre - truth[:3]) @ _axes(crops[L4_L5])) < VOXEL_MM).all()


def _axes(crop):
    return crop.affine[:3, :3] / VOXEL_MM


def test_a_pasted_crop_shows_the_image_it_was_cut_from():
    spine, t2 = drawn()
    crops = level_crops(t2, spine, [L4_L5])
    image = crops[L4_L5].values.astype(float)
    pasted = paste_onto({L4_L5: image}, crops, t2).values
    covered = pasted > 0
    assert np.corrcoef(pasted[covered], t2.values[covered])[0, 1] > 0.85


def test_where_crops_overlap_the_larger_value_is_kept():
    spine, t2 = drawn()
    crops = level_crops(t2, spine, ANATOMY.discs)
    maps = {
        disc: np.full(SHAPE, float(number))
        for number, disc in enumerate(ANATOMY.discs, start=1)
    }
    alone = {
        disc: paste_onto({disc: heat}, crops, t2).values for disc, heat in maps.items()
    }
    together = paste_onto(maps, crops, t2).values
    np.testing.assert_array_equal(together, np.maximum.reduce(list(alone.values())))
    assert set(np.unique(together.round(5))) == {0.0, 1.0, 2.0, 3.0}


def test_shows_the_t1_image_at_the_same_place_whatever_its_voxels():
    spine, t2 = drawn()
    fine = drawn(spacing=(2.0, 0.9, 0.9))[1]
    crop = level_crop(t2, spine, L4_L5, t1=fine)
    assert crop.t1 is not None
    assert np.corrcoef(crop.t1.ravel(), crop.values.ravel())[0, 1] > 0.95
    np.testing.assert_array_equal(crop.values, level_crop(t2, spine, L4_L5).values)


def test_a_t1_image_of_elsewhere_is_as_good_as_none():
    spine, t2 = drawn()
    far = t2.affine.copy()
    far[:3, 3] += 1000.0
    assert level_crop(t2, spine, L4_L5, t1=Image(t2.values, far)).t1 is None
    assert level_crop(t2, spine, L4_L5).t1 is None
