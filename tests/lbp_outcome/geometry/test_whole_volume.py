import numpy as np
import pytest

from lbp_outcome.geometry.resampling import resampled
from lbp_outcome.geometry.whole_volume import VOXEL_MM, whole_volumes
from lbp_outcome.image import Image
from lbp_outcome.view import VOLUME_SHAPE

UPRIGHT = np.eye(3)


def scan(turned=UPRIGHT, spacing=(4.4, 0.8, 0.8), shape=(15, 100, 120)):
    """A bright ball towards the patient's left, back and head on a dim ground."""
    affine = np.eye(4)
    affine[:3, :3] = turned @ np.diag(spacing)
    middle = affine[:3, :3] @ (np.array(shape) - 1) / 2
    affine[:3, 3] = np.array([7.0, -20.0, 300.0]) - middle
    index = np.indices(shape).reshape(3, -1).T.astype(float)
    places = index @ affine[:3, :3].T + affine[:3, 3]
    away = np.linalg.norm(places - BALL, axis=1)
    values = (100 + 900 * (away < 12)).reshape(shape).astype(np.int16)
    return Image(values, affine)


BALL = np.array([7.0 - 12, -20.0 - 15, 300.0 + 20])
SIDE = np.array([[0, 0, -1.0], [0, 1, 0], [1, 0, 0]])
OBLIQUE = np.array([[1, 0, 0], [0, 0.96, -0.28], [0, 0.28, 0.96]])


@pytest.mark.parametrize(
    "image",
    [
        scan(),
        scan(-np.eye(3)),
        scan(SIDE, (0.8, 0.8, 4.4), (120, 100, 15)),
        scan(OBLIQUE),
        scan(spacing=(4.0, 1.5, 1.5), shape=(17, 60, 70)),
    ],
    ids=["plain", "flipped", "other axes", "oblique", "coarse"],
)
def test_the_patients_left_back_and_head_are_found_however_the_file_is_stored(image):
    found = whole_volumes(image, None)["t2"]
    assert found.values.shape == VOLUME_SHAPE
    bright = np.argwhere(found.values > 3)
    offset = (bright.mean(axis=0) - (np.array(VOLUME_SHAPE) - 1) / 2) * VOXEL_MM
    np.testing.assert_allclose(offset, (12, 15, 20), atol=0.8)
    placed = found.affine @ [*bright.mean(axis=0), 1]
    np.testing.assert_allclose(placed[:3], BALL, atol=0.8)


def test_t1_lies_on_the_grid_of_t2_however_it_was_scanned():
    found = whole_volumes(scan(), scan(OBLIQUE, (5, 1, 1), (11, 90, 90)))
    np.testing.assert_array_equal(found["t1"].affine, found["t2"].affine)
    middles = [np.argwhere(each.values > 3).mean(axis=0) for each in found.values()]
    np.testing.assert_allclose(*middles, atol=0.6)


def test_either_image_may_be_absent():
    assert list(whole_volumes(None, scan())) == ["t1"]
    assert whole_volumes(None, None) == {}


def test_outside_the_scan_is_zero_and_tissue_is_about_one():
    values = whole_volumes(scan(), None)["t2"].values
    assert not values[0].any()
    np.testing.assert_allclose(np.median(values[values > 0]), 1, rtol=1e-6)


def test_detail_finer_than_a_voxel_does_not_alias():
    stripes = np.zeros((4, 64, 64), np.float32)
    stripes[:, ::2] = 1
    coarse = np.diag([1.0, 4.0, 4.0, 1.0])
    coarse[1:3, 3] = 8
    found = resampled(Image(stripes, np.eye(4)), coarse, (4, 12, 12))
    np.testing.assert_allclose(found, 0.5, atol=1e-6)
