from dataclasses import replace

import numpy as np
import pytest
import torch

from datamodules import DATAMODULES
from datamodules.volumes import VolumesData
from lbp_outcome.errors import InvalidChoice, UnknownName
from lbp_outcome.simulate.planted_views import planted_table
from lbp_outcome.view import (
    RADIOGRAPH_SHAPE,
    VOLUME_SHAPE,
    PatientImages,
    WholeVolume,
)
from lbp_outcome.whole_batch import to_whole_batch


def volume(seed):
    values = np.random.default_rng(seed).random(VOLUME_SHAPE).astype("f4")
    return WholeVolume(values=values, affine=np.eye(4))


def film(seed):
    return np.random.default_rng(seed).normal(size=RADIOGRAPH_SHAPE).astype("f4")


def patients(count, seed):
    """Patients of whom each lacks something else."""
    view = planted_table(count, seed=seed, weights=(1.0,))
    kinds = (
        PatientImages(volumes={"t2": volume(1), "t1": volume(2)}, radiograph=film(3)),
        PatientImages(volumes={"t1": volume(4)}, frontal=film(5)),
        PatientImages(radiograph=film(6), frontal=film(7)),
        PatientImages(),
    )
    images = {p: kinds[row % 4] for row, p in enumerate(view.patients)}
    return replace(view, images=images)


TRAIN, NEW = patients(10, 0), patients(5, 1)


def test_every_image_stands_in_its_place_and_what_is_absent_is_flagged():
    batch = to_whole_batch(NEW)
    assert batch.volume_present.tolist()[:4] == [[1, 1], [0, 1], [0, 0], [0, 0]]
    assert batch.film_present.tolist()[:4] == [[1, 0], [0, 1], [1, 1], [0, 0]]
    np.testing.assert_array_equal(batch.volumes[1, 1], volume(4).values)
    np.testing.assert_array_equal(batch.films[2, 1], film(7))
    assert not batch.volumes[~batch.volume_present].any()
    assert not batch.films[~batch.film_present].any()
    assert batch.to("cpu").volumes.equal(batch.volumes)


def test_a_patient_without_any_image_or_no_patient_at_all_is_a_batch_too():
    bare = replace(NEW, images={})
    assert not to_whole_batch(bare).volume_present.any()
    assert to_whole_batch(bare, []).volumes.shape == (0, 2, *VOLUME_SHAPE)


def damaged(**changes):
    view = planted_table(1, seed=0)
    return replace(view, images={view.patients[0]: PatientImages(**changes)})


def whole(values):
    return {"volumes": {"t2": WholeVolume(values=values, affine=np.eye(4))}}


BAD = {
    "NaN": (whole(np.full(VOLUME_SHAPE, np.nan, "f4")), "whole T2 image holds NaN"),
    "constant": (whole(np.ones(VOLUME_SHAPE, "f4")), "T2 image is of one value"),
    "axes": (whole(volume(0).values.T), "T2 image is .* check the order of its axes"),
    "film": ({"frontal": np.ones(RADIOGRAPH_SHAPE, "f4")}, "frontal X-ray is of one"),
    "size": ({"radiograph": film(0)[1:]}, "lateral X-ray is "),
}


@pytest.mark.parametrize(("given", "says"), BAD.values(), ids=list(BAD))
def test_refuses_bad_images_by_name_without_naming_the_patient(given, says):
    view = damaged(**given)
    with pytest.raises(InvalidChoice, match=says) as refusal:
        to_whole_batch(view)
    assert view.patients[0] not in str(refusal.value)


def test_refuses_names_that_are_no_modality():
    with pytest.raises(UnknownName, match=r"No modality is named 'xray'"):
        PatientImages(absent={"xray": "none"})
    with pytest.raises(UnknownName, match=r"No MR weighting .* Did you mean 't2'"):
        PatientImages(volumes={"t2w": volume(0)})


@pytest.mark.parametrize("workers", [0, 2])
def test_hands_out_the_same_batches_with_the_same_seed_and_any_workers(workers):
    alone = [*VolumesData(TRAIN, NEW, 3).train_dataloader()]
    again = [*VolumesData(TRAIN, NEW, 3, num_workers=workers).train_dataloader()]
    for one, other in zip(alone, again, strict=True):
        for name in ("volumes", "volume_present", "films", "film_present", "table"):
            assert torch.equal(getattr(one, name), getattr(other, name))
    other = [*VolumesData(TRAIN, NEW, 4).train_dataloader()]
    assert not torch.equal(alone[0].table, other[0].table)


def test_predicts_the_held_out_in_order_and_without_outcome():
    batches = [*DATAMODULES["volumes"].build(TRAIN, NEW, 0).predict_dataloader()]
    table = torch.cat([batch.table for batch in batches])
    np.testing.assert_array_equal(table, NEW.table.astype("f4"))
    assert all(batch.outcome is None for batch in batches)


def test_sets_aside_whom_the_crops_set_aside():
    view = patients(40, 0)
    crops = DATAMODULES["multimodal"].build(view, NEW, 5)
    data = VolumesData(view, NEW, 5)
    assert data.set_aside.tolist() == crops.set_aside.tolist()
    aside = torch.cat([batch.table for batch in data.val_dataloader()])
    assert len(aside) == len(data.set_aside) > 0
