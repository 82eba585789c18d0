from dataclasses import replace

import numpy as np
import pytest
import torch

from lbp_outcome.anatomy import LUMBAR_DISCS
from lbp_outcome.batch import CROP_SHAPE, to_batch
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.simulate.planted_views import SMALL_CROP, planted_spot, planted_table
from lbp_outcome.view import RADIOGRAPH_SHAPE, LevelCrop, PatientImages

VIEW = planted_spot(3, seed=0)


def with_images(**by_row):
    images = {VIEW.patients[int(row[1:])]: found for row, found in by_row.items()}
    return replace(VIEW, images=images)


def test_puts_each_level_in_the_place_that_the_view_gives_it():
    batch = to_batch(VIEW)
    for row, patient in enumerate(VIEW.patients):
        for place, level in enumerate(VIEW.levels):
            np.testing.assert_array_equal(
                batch.crops[row, place, 0], VIEW.images[patient].levels[level].values
            )


def test_shows_t2_first_and_t1_second_and_no_t1_as_zero():
    patient, level = VIEW.patients[0], VIEW.levels[0]
    crop = VIEW.images[patient].levels[level]
    both = replace(crop, t1=crop.values + 1)
    batch = to_batch(with_images(_0=PatientImages(levels={level: both})), [0])
    np.testing.assert_array_equal(batch.crops[0, 0, 0], crop.values)
    np.testing.assert_array_equal(batch.crops[0, 0, 1], crop.values + 1)
    assert not to_batch(VIEW).crops[:, :, 1].any()


def test_flags_what_is_absent_and_leaves_it_zero():
    full = VIEW.images[VIEW.patients[0]]
    level = VIEW.levels[1]
    part = PatientImages(levels={level: full.levels[level]})
    batch = to_batch(with_images(_0=full, _1=part))
    assert batch.level_present.tolist() == [[True, True], [False, True], [False, False]]
    assert not batch.crops[~batch.level_present].any()
    assert not batch.radiograph_present.any()


def test_takes_rows_in_the_order_asked_for():
    batch = to_batch(VIEW, [2, 0])
    np.testing.assert_allclose(batch.table, VIEW.table[[2, 0]], rtol=1e-6)
    assert batch.outcome.tolist() == VIEW.outcome[[2, 0]].tolist()
    assert len(batch) == 2


def test_keeps_missing_values_as_nan_and_hides_an_unknown_outcome():
    table = VIEW.table.copy()
    table[1, 0] = np.nan
    batch = to_batch(replace(VIEW, table=table).without_outcome())
    assert batch.table.isnan().sum() == 1
    assert batch.outcome is None


def test_gives_a_table_without_images_the_usual_sizes():
    batch = to_batch(planted_table(2, seed=0))
    assert batch.crops.shape == (2, 0, 2, *CROP_SHAPE)
    assert batch.radiograph.shape == (2, 1, *RADIOGRAPH_SHAPE)


def test_refuses_images_of_different_sizes():
    crop = LevelCrop(values=np.zeros((4, 4, 4), "f4"), affine=np.eye(4))
    odd = PatientImages(levels={LUMBAR_DISCS[-1]: crop})
    with pytest.raises(InvalidChoice, match=r"level crops have different sizes"):
        to_batch(with_images(_0=VIEW.images[VIEW.patients[0]], _1=odd))
    films = {
        f"_{row}": PatientImages(radiograph=np.zeros((4, 4 + row), "f4"))
        for row in (0, 1)
    }
    with pytest.raises(InvalidChoice, match="radiographs have different sizes"):
        to_batch(with_images(**films))


def test_moves_to_another_device_as_a_whole():
    moved = to_batch(VIEW).to("meta")
    assert moved.crops.device == moved.outcome.device == torch.device("meta")
    assert moved.crops.shape[3:] == SMALL_CROP


def test_companions_follow_their_patients_and_are_hidden_with_the_outcome():
    pain = np.array([10.0, np.nan, 30.0])
    view = replace(VIEW, companions={"pain": pain})
    np.testing.assert_array_equal(view.take([2, 1]).companions["pain"], [30, np.nan])
    np.testing.assert_array_equal(view.drawn([0, 0]).companions["pain"], [10, 10])
    dealt = view.dealt(np.array([2, 0, 1])).companions["pain"]
    np.testing.assert_array_equal(dealt, [30, 10, np.nan])
    assert view.without_outcome().companions == {}
    assert to_batch(view, [2]).companions["pain"].tolist() == [30.0]
