"""The level encoder reads a level as it is, and only with the weights it was given."""

import hashlib
import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from lbp_outcome.errors import InvalidChoice, UnreadableFile
from models._levels.augmentation import augmented
from models._levels.calibration import calibrated
from models._levels.encoder import (
    ARCHITECTURE,
    CHANNELS,
    CROP_SHAPE,
    LevelEncoder,
    over_levels,
)
from models._levels.gradings import BY_NAME, GRADINGS, NAMES
from models._levels.losses import amount, loss_of, on_scale, split
from models._levels.training import (
    CHECKPOINT,
    Graded,
    TrainingSettings,
    train_encoder,
)
from models._levels.weights import FILE, MANIFEST, WEIGHTS, read_encoder

TEN_MB = 10_000_000
BRIEFLY = TrainingSettings(epochs=2, patients_at_once=2)


def spines(count, levels=2, seed=0):
    chance = np.random.default_rng(seed)
    size = (count, levels, CHANNELS, *CROP_SHAPE)
    crops = chance.random(size).astype(np.float16)
    truth = np.full((count, levels, len(NAMES)), np.nan)
    truth[..., NAMES.index("pfirrmann_grade")] = chance.integers(1, 6, (count, levels))
    truth[..., NAMES.index("redundant_roots")] = chance.integers(0, 2, (count, 1))
    return [Graded(crops=c, truth=t) for c, t in zip(crops, truth, strict=True)]


def fresh(seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LevelEncoder()


@pytest.fixture
def copy(tmp_path):
    """The shipped weights and their manifest, to be spoilt."""
    for name in (FILE, MANIFEST):
        shutil.copy(WEIGHTS / name, tmp_path / name)
    return tmp_path / FILE


def change_entry(path, **changes):
    manifest = path.parent / MANIFEST
    entries = json.loads(manifest.read_text())
    for entry in entries:
        if entry["file"] == path.name:
            entry.update(changes)
    manifest.write_text(json.dumps(entries))


class TestWeights:
    def test_fit_in_ten_megabytes_and_are_all_finite(self):
        assert (WEIGHTS / FILE).stat().st_size < TEN_MB
        weights = load_file(WEIGHTS / FILE)
        assert all(bool(values.isfinite().all()) for values in weights.values())

    def test_are_refused_when_one_bit_is_altered(self, copy):
        content = bytearray(copy.read_bytes())
        content[-1] ^= 1
        copy.write_bytes(content)
        with pytest.raises(UnreadableFile, match="SHA-256 sum is not the one"):
            read_encoder(copy)

    def test_of_another_architecture_are_refused_by_name(self, copy):
        change_entry(copy, architecture="resnet18")
        with pytest.raises(UnreadableFile, match=f"resnet18, this is a {ARCHITECTURE}"):
            read_encoder(copy)

    def test_that_do_not_fit_are_refused_even_if_they_are_vouched_for(self, copy):
        save_file({"something": torch.zeros(3)}, copy)
        change_entry(copy, sha256=hashlib.sha256(copy.read_bytes()).hexdigest())
        with pytest.raises(UnreadableFile, match="do not fit"):
            read_encoder(copy)

    @pytest.mark.parametrize("spoilt", ["{}", "[1]", "[", "[]"])
    def test_without_a_proper_manifest_are_refused(self, copy, spoilt):
        (copy.parent / MANIFEST).write_text(spoilt)
        with pytest.raises(UnreadableFile, match=MANIFEST):
            read_encoder(copy)

    def test_that_are_missing_are_named(self, copy):
        copy.unlink()
        with pytest.raises(UnreadableFile, match="no such file"):
            read_encoder(copy)


class TestNetwork:
    def test_sees_a_level_alike_whoever_stands_beside_it(self):
        encoder = fresh().eval()
        crops = torch.rand(3, CHANNELS, *CROP_SHAPE)
        with torch.inference_mode():
            together, alone = encoder(crops).raw[1], encoder(crops[1:2]).raw[0]
        torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)

    def test_pools_over_the_levels_that_there_are(self):
        values = torch.tensor([[[1.0], [5.0], [9.0]]])
        present = torch.tensor([[True, True, False]])
        pooled = over_levels(values, torch.zeros(1, 3), present)
        assert pooled.item() == pytest.approx(3.0)
        nobody = over_levels(values, torch.zeros(1, 3), torch.zeros_like(present))
        assert nobody.item() == 0.0

    def test_has_an_output_for_each_grading(self):
        raw = fresh()(torch.rand(2, CHANNELS, *CROP_SHAPE)).raw
        parts = list(split(raw))
        assert [grading.name for grading, _ in parts] == list(NAMES)
        assert sum(part.shape[1] for _, part in parts) == raw.shape[1]


class TestLosses:
    @pytest.mark.parametrize("grading", GRADINGS, ids=lambda item: item.name)
    def test_an_unknown_truth_teaches_nothing(self, grading):
        raw = torch.randn(3, grading.outputs, requires_grad=True)
        loss = loss_of(grading, raw, torch.full((3,), torch.nan))
        loss.backward()
        assert loss.item() == 0.0
        assert raw.grad is not None
        assert not raw.grad.any()

    def test_a_grade_is_a_row_of_steps(self):
        grading = BY_NAME["pfirrmann_grade"]
        raw = torch.tensor([[0.3, -0.2, 1.0, 0.0]])
        expected = functional.binary_cross_entropy_with_logits(
            raw, torch.tensor([[1.0, 1.0, 0.0, 0.0]])
        )
        assert loss_of(grading, raw, torch.tensor([3.0])) == pytest.approx(
            expected.item()
        )

    @pytest.mark.parametrize("name", ["sac_area_mm2", "multifidus_fat_percent"])
    def test_an_amount_comes_back_from_its_scale(self, name):
        truth = torch.tensor([37.0, 84.0])
        grading = BY_NAME[name]
        torch.testing.assert_close(amount(grading, on_scale(grading, truth)), truth)


class TestCalibration:
    def test_undoes_a_network_that_keeps_to_the_middle(self):
        encoder, shown = fresh().eval(), spines(12)
        place = NAMES.index("sac_area_mm2")
        grading = BY_NAME["sac_area_mm2"]
        for spine in shown:
            crops = torch.from_numpy(spine.crops.astype("f4"))
            with torch.inference_mode():
                raw = dict(zip(NAMES, split(encoder(crops).raw), strict=True))
            read = raw["sac_area_mm2"][1][:, 0]
            spine.truth[:, place] = amount(grading, 2 * read + 0.3).numpy()
        calibrated(encoder, shown)
        crops = torch.from_numpy(shown[0].crops.astype("f4"))
        with torch.inference_mode():
            raw = dict(zip(NAMES, split(encoder(crops).raw), strict=True))
        found = amount(grading, raw["sac_area_mm2"][1][:, 0]).numpy()
        np.testing.assert_allclose(found, shown[0].truth[:, place], rtol=1e-3)

    def test_leaves_alone_what_too_few_spines_know(self):
        encoder = fresh().eval()
        before = encoder.heads.weight.clone()
        calibrated(encoder, spines(3))
        assert torch.equal(before, encoder.heads.weight)


class TestAugmentation:
    def test_repeats_itself_and_changes_something(self):
        crops = torch.rand(2, CHANNELS, *CROP_SHAPE)
        one, same, other = (
            augmented(crops, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
        )
        assert torch.equal(one, same)
        assert not torch.equal(one, other)
        assert one.isfinite().all()

    def test_leaves_what_was_not_scanned_empty(self):
        empty = torch.zeros(1, CHANNELS, *CROP_SHAPE)
        assert not augmented(empty, torch.Generator().manual_seed(0)).any()


class TestTraining:
    def test_goes_on_where_it_stopped_and_ends_with_the_same_weights(self, tmp_path):
        def stop(epoch, loss):
            raise KeyboardInterrupt

        whole = train_encoder(fresh(), spines(3), BRIEFLY)
        with pytest.raises(KeyboardInterrupt):
            train_encoder(fresh(), spines(3), BRIEFLY, tmp_path, stop)
        resumed = train_encoder(fresh(seed=9), spines(3), BRIEFLY, tmp_path)
        for name, values in whole.state_dict().items():
            assert torch.equal(values, resumed.state_dict()[name]), name

    def test_refuses_the_state_of_another_training(self, tmp_path):
        train_encoder(fresh(), spines(2), BRIEFLY, tmp_path)
        longer = TrainingSettings(epochs=5, patients_at_once=1)
        with pytest.raises(UnreadableFile, match="another training"):
            train_encoder(fresh(), spines(2), longer, tmp_path)
        (tmp_path / CHECKPOINT).write_bytes(b"nonsense")
        with pytest.raises(UnreadableFile, match="damaged"):
            train_encoder(fresh(), spines(2), BRIEFLY, tmp_path)

    def test_refuses_to_learn_from_nobody(self):
        with pytest.raises(InvalidChoice, match="no graded spines"):
            train_encoder(fresh(), [], BRIEFLY)

    def test_learns_what_it_is_shown(self):
        bright = np.arange(8) % 2
        crops = np.full((8, 1, CHANNELS, *CROP_SHAPE), 0.2, np.float16)
        crops[bright == 1, :, :, 4:8, 20:40, 10:20] = 1.0
        truth = np.full((8, 1, len(NAMES)), np.nan)
        truth[:, 0, NAMES.index("herniation")] = bright
        shown = [Graded(crops=c, truth=t) for c, t in zip(crops, truth, strict=True)]
        settings = TrainingSettings(epochs=12, patients_at_once=4)
        encoder = train_encoder(fresh(), shown, settings)
        with torch.inference_mode():
            raw = encoder(torch.from_numpy(crops[:, 0].astype("f4"))).raw
        found = {g.name: part for g, part in split(raw)}["herniation"][:, 0]
        assert found[bright == 1].min() > found[bright == 0].max()
