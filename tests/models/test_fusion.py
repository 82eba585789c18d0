"""The network copes with whatever there is, and is honest about what there is not."""

import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.special import expit

from datamodules import DATAMODULES
from lbp_outcome.anatomy import LUMBAR_DISCS
from lbp_outcome.batch import CROP_SHAPE, to_batch
from lbp_outcome.errors import InvalidChoice, UnreadableFile
from lbp_outcome.simulate.planted_views import planted_spot
from lbp_outcome.statistics.discrimination import auc
from lbp_outcome.view import PatientImages
from models import MODELS
from models._fusion.gated_attention import GatedAttention
from models._fusion.network import FusionNetwork
from models._fusion.settings import FusionSettings

FUSION = MODELS["fusion"]
BRIEFLY = {"epochs": 1}
FILM = np.random.default_rng(0).normal(size=(40, 32)).astype("f4")


def with_films(view):
    images = {p: replace(view.images[p], radiograph=FILM) for p in view.patients}
    return replace(view, images=images)


TRAIN, NEW = with_films(planted_spot(16, seed=0)), with_films(planted_spot(5, seed=1))


def fold(train=TRAIN, held_out=NEW):
    return DATAMODULES["multimodal"].build(train, held_out, 0)


@pytest.fixture(scope="module")
def fitted():
    return FUSION.fit(fold(), BRIEFLY, 0)


def without(view, *modalities):
    table = np.full_like(view.table, np.nan) if "table" in modalities else view.table
    images = {
        patient: PatientImages(
            levels={} if "mri" in modalities else found.levels,
            radiograph=None if "radiograph" in modalities else found.radiograph,
        )
        for patient, found in view.images.items()
    }
    return replace(view, table=table, images=images)


MODALITIES = ("mri", "radiograph", "table")
SUBSETS = [
    tuple(m for bit, m in enumerate(MODALITIES) if subset >> bit & 1)
    for subset in range(8)
]


@pytest.mark.parametrize("lost", SUBSETS, ids=lambda lost: "-".join(lost) or "nothing")
def test_predicts_from_any_subset_of_modalities(fitted, lost):
    found = fitted.predict(fold(held_out=without(NEW, *lost)))
    assert ((found > 0) & (found < 1)).all()


def test_predicts_its_bias_for_a_patient_of_whom_nothing_is_known(fitted):
    found = fitted.predict(fold(held_out=without(NEW, *MODALITIES)))
    np.testing.assert_array_equal(found, expit(fitted.network.bias.double().item()))


def test_starts_at_the_base_rate():
    train = replace(TRAIN, outcome=np.r_[np.ones(12), np.zeros(4)])
    fitted = FUSION.fit(fold(train), {"epochs": 1, "learning_rate": 0.0}, 0)
    found = fitted.predict(fold(held_out=without(NEW, *MODALITIES)))
    assert found == pytest.approx(0.75)


@pytest.mark.parametrize("lost", SUBSETS[1:], ids="-".join)
def test_ignores_for_ever_what_no_training_patient_had(lost):
    fitted = FUSION.fit(fold(without(TRAIN, *lost)), BRIEFLY, 0)
    full, part = (
        fitted.predict(fold(held_out=view)) for view in (NEW, without(NEW, *lost))
    )
    np.testing.assert_array_equal(full, part)


def test_pays_no_attention_to_what_is_flagged_absent(fitted):
    batch = to_batch(NEW)
    absent = replace(
        batch,
        level_present=torch.tensor([[True, False]] * len(NEW)),
        radiograph_present=torch.zeros(len(NEW), dtype=torch.bool),
    )
    crops = absent.crops.clone()
    crops[:, 1] = 99.0
    strange = replace(absent, crops=crops, radiograph=absent.radiograph + 99.0)
    with torch.inference_mode():
        torch.testing.assert_close(fitted.network(absent), fitted.network(strange))


def test_does_not_care_in_which_order_the_levels_come(fitted):
    turned = replace(NEW, levels=NEW.levels[::-1])
    np.testing.assert_allclose(
        fitted.predict(fold(held_out=turned)), fitted.predict(fold()), rtol=1e-5
    )


def test_predicts_from_levels_it_was_not_trained_on(fitted):
    other = replace(NEW, levels=LUMBAR_DISCS)
    np.testing.assert_allclose(
        fitted.predict(fold(held_out=other)), fitted.predict(fold()), rtol=1e-5
    )


def test_refuses_crops_of_another_size(fitted):
    other = planted_spot(2, seed=9, shape=(4, 16, 16))
    with pytest.raises(InvalidChoice, match=r"\(8, 32, 16\) voxels"):
        fitted.predict(fold(other.take([]), other))


def test_refuses_data_that_comes_in_no_batches():
    data = DATAMODULES["tabular"].build(TRAIN, NEW, 0)
    with pytest.raises(InvalidChoice, match="multimodal"):
        FUSION.fit(data, BRIEFLY, 0)


def test_gives_the_same_weights_for_the_same_seed_and_others_for_another():
    one, same, other = (FUSION.fit(fold(), BRIEFLY, seed) for seed in (0, 0, 1))
    weights = [model.network.state_dict() for model in (one, same, other)]
    for name, values in weights[0].items():
        assert torch.equal(values, weights[1][name]), name
    assert not torch.equal(weights[0]["heads.0.weight"], weights[2]["heads.0.weight"])


def test_leaves_no_file_no_print_and_no_random_state_behind(
    tmp_path, monkeypatch, capfd
):
    monkeypatch.chdir(tmp_path)
    before = torch.get_rng_state()
    FUSION.fit(fold(), BRIEFLY, 0)
    assert list(tmp_path.iterdir()) == []
    assert "".join(capfd.readouterr()) == ""
    assert torch.equal(before, torch.get_rng_state())


def test_refuses_weights_of_another_shape(fitted, tmp_path):
    fitted.save(tmp_path)
    path = tmp_path / "model.json"
    path.write_text(path.read_text().replace('"width": 32', '"width": 16'))
    with pytest.raises(UnreadableFile, match="does not fit the model's card"):
        FUSION.load(tmp_path)


def test_stays_at_chance_where_there_is_nothing_to_find():
    blank, more = (planted_spot(n, seed=n, brightness=0.0) for n in (40, 120))
    found = FUSION.fit(fold(blank, more), {"epochs": 8}, 0).predict(fold(blank, more))
    # SE of an AUC with 60 and 60 patients at chance is 0.053
    assert abs(auc(more.outcome, found) - 0.5) < 3 * 0.053


def test_predicts_one_patient_with_full_crops_in_half_a_second():
    view = planted_spot(1, seed=0, levels=LUMBAR_DISCS, shape=CROP_SHAPE)
    model = FUSION.fit(fold(), BRIEFLY, 0)
    network = FusionNetwork(2, FusionSettings(), CROP_SHAPE).eval()
    model = replace(model, network=network)
    data = fold(view.take([]), view)
    model.predict(data)
    start = time.process_time()
    model.predict(data)
    assert time.process_time() - start < 0.5


def test_is_small_and_normalises_no_batch():
    network = FusionNetwork(20, FusionSettings())
    count = sum(p.numel() for p in network.levels.parameters())
    assert 50_000 < count < 150_000
    assert not any("BatchNorm" in type(layer).__name__ for layer in network.modules())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_trains_on_a_gpu_and_predicts_on_the_cpu():
    fitted = FUSION.fit(fold(), BRIEFLY, 0)
    assert {p.device.type for p in fitted.network.parameters()} == {"cpu"}
    assert np.isfinite(fitted.predict(fold())).all()


def test_trains_in_half_precision_as_on_a_gpu():
    network = FusionNetwork(2, FusionSettings(), (8, 32, 16))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        network(to_batch(NEW)).sum().backward()
    grads = [p.grad for p in network.parameters() if p.grad is not None]
    assert all(grad.isfinite().all() for grad in grads)


class TestGatedAttention:
    TOKENS = torch.randn(3, 4, 8, generator=torch.Generator().manual_seed(0))

    def test_shares_add_up_to_one_among_those_present(self):
        present = torch.tensor([[True] * 4, [True, False, False, True], [False] * 4])
        weights = GatedAttention(8)(self.TOKENS, present)
        assert weights.sum(dim=1).tolist() == pytest.approx([1.0, 1.0, 0.0])
        assert not weights[~present].any()

    def test_follows_the_tokens_wherever_they_stand(self):
        attention, order = GatedAttention(8), torch.tensor([2, 0, 3, 1])
        present = torch.ones(3, 4, dtype=torch.bool)
        torch.testing.assert_close(
            attention(self.TOKENS, present)[:, order],
            attention(self.TOKENS[:, order], present),
        )
