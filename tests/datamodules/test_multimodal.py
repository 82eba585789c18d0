from dataclasses import replace

import numpy as np
import pytest
import torch

from datamodules.multimodal import MultimodalData
from lbp_outcome.batch import to_batch
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.simulate.planted_views import planted_spot, planted_table

TRAIN, NEW = planted_spot(20, seed=0), planted_spot(6, seed=1)


class DecodedAfresh(dict):
    """Images that are read from disk, so to speak, whenever somebody asks."""

    def __getitem__(self, patient):
        return replace(super().__getitem__(patient))


def epoch(data):
    batches = list(data.train_dataloader())
    return torch.cat([b.crops for b in batches]), torch.cat([b.table for b in batches])


def test_decodes_a_patient_once_however_often_one_is_asked_for():
    afresh = DecodedAfresh(TRAIN.images)
    data = MultimodalData(replace(TRAIN, images=afresh), NEW, 0)
    for patient in TRAIN.patients:
        assert afresh[patient] is not afresh[patient]
        assert data.train.images[patient] is data.train.images[patient]


def test_sets_aside_the_same_share_of_either_outcome_from_training_only():
    table = planted_table(100, seed=0, weights=(2.0,))
    data = MultimodalData(table, planted_table(5, seed=1, weights=(2.0,)), 0)
    aside = table.outcome[data.set_aside]
    for value in (0.0, 1.0):
        count = (table.outcome == value).sum()
        assert abs((aside == value).sum() - 0.2 * count) <= 0.5
    learned = torch.cat([batch.table for batch in data.train_dataloader()])
    watched = torch.cat([batch.table for batch in data.val_dataloader()])
    both = torch.cat([learned, watched]).sort(dim=0).values
    np.testing.assert_array_equal(both, np.sort(table.table.astype("f4"), axis=0))


@pytest.mark.parametrize("patients", [0, 6])
def test_sets_nobody_aside_when_there_are_too_few(patients):
    data = MultimodalData(TRAIN.take(range(patients)), NEW, 0)
    assert list(data.val_dataloader()) == []


def test_offers_the_held_out_in_order_and_without_outcome():
    batches = list(MultimodalData(TRAIN, NEW, 0).predict_dataloader())
    table = torch.cat([batch.table for batch in batches])
    np.testing.assert_array_equal(table, NEW.table.astype("f4"))
    assert all(batch.outcome is None for batch in batches)


def test_shuffles_and_augments_alike_with_the_same_seed_only():
    first, again = (epoch(MultimodalData(TRAIN, NEW, 3)) for _ in range(2))
    torch.testing.assert_close(first, again, rtol=0, atol=0)
    other = epoch(MultimodalData(TRAIN, NEW, 4))
    assert not torch.equal(first[0], other[0])


def test_changes_crops_from_epoch_to_epoch():
    loader = MultimodalData(TRAIN, NEW, 0).train_dataloader()
    one, two = (torch.cat([batch.crops for batch in loader]) for _ in range(2))
    totals = [crops.flatten(1).sum(dim=1).sort().values for crops in (one, two)]
    assert not torch.equal(*totals)


def test_does_not_change_what_decides_when_to_stop():
    data = MultimodalData(TRAIN, NEW, 0)
    seen = torch.cat([batch.crops for batch in data.val_dataloader()])
    torch.testing.assert_close(seen, to_batch(TRAIN, data.set_aside.tolist()).crops)


@pytest.mark.parametrize("augment_on", [None, "cpu"])
def test_gives_the_same_batches_with_two_worker_processes(augment_on):
    alone = epoch(MultimodalData(TRAIN, NEW, 0, augment_on=augment_on))
    helped = MultimodalData(TRAIN, NEW, 0, num_workers=2, augment_on=augment_on)
    torch.testing.assert_close(alone, epoch(helped), rtol=0, atol=0)


def test_augments_whole_batches_where_it_is_told_to():
    together = epoch(MultimodalData(TRAIN, NEW, 0, augment_on="cpu"))
    one_by_one = epoch(MultimodalData(TRAIN, NEW, 0))
    torch.testing.assert_close(together[1], one_by_one[1])
    assert not torch.equal(together[0], one_by_one[0])
    plain = epoch(MultimodalData(TRAIN, NEW, 0, augment_on="cpu", augment=False))
    torch.testing.assert_close(
        plain, epoch(MultimodalData(TRAIN, NEW, 0, augment=False)), rtol=0, atol=0
    )


def test_refuses_extra_processes_that_would_share_a_gpu():
    with pytest.raises(InvalidChoice, match=r"augment_on='cuda' needs num_workers=0"):
        MultimodalData(TRAIN, NEW, 0, num_workers=2, augment_on="cuda")


def spoilt(**changes):
    """The same patients, the first level of one of them changed."""
    images = dict(TRAIN.images)
    last = TRAIN.patients[-1]
    level, crop = next(iter(images[last].levels.items()))
    levels = {**images[last].levels, level: replace(crop, **changes)}
    images[last] = replace(images[last], levels=levels)
    return replace(TRAIN, images=images)


SHAPE = next(iter(TRAIN.images[TRAIN.patients[0]].levels.values())).values.shape


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"values": np.full(SHAPE, np.nan, "f4")}, "A T2 crop of .* holds NaN"),
        ({"values": np.ones(SHAPE, "f4")}, "A T2 crop of .* of one value throughout"),
        ({"t1": np.zeros(SHAPE, "f4")}, "A T1 crop of .* of one value throughout"),
    ],
)
def test_refuses_bad_crops_by_name_without_naming_the_patient(changes, says):
    with pytest.raises(InvalidChoice, match=says) as refusal:
        epoch(MultimodalData(spoilt(**changes), NEW, 0, validation_share=0))
    assert not any(patient in str(refusal.value) for patient in TRAIN.patients)


def test_mixes_patients_with_and_without_a_radiograph():
    film = np.random.default_rng(0).normal(size=(40, 30)).astype("f4")
    some = {
        patient: replace(TRAIN.images[patient], radiograph=film)
        for patient in TRAIN.patients[::3]
    }
    data = MultimodalData(replace(TRAIN, images=some), NEW, 0)
    batches = list(data.train_dataloader())
    present = torch.cat([batch.radiograph_present for batch in batches])
    assert 0 < present.sum() < len(present)
