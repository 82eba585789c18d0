"""The level encoder reads a level as it is, and only with the weights it was given."""

import hashlib
import json
import shutil

import numpy as np
import pytest
import torch
from jsonargparse import ArgumentParser
from safetensors.torch import load_file, save_file
from torch.nn import functional

from lbp_outcome.cli import add_arguments, pretrain
from lbp_outcome.errors import InvalidChoice, UnreadableFile
from lbp_outcome.view import CROP_SHAPE
from models._levels.augmentation import augmented
from models._levels.calibration import calibrated
from models._levels.encoder import (
    ARCHITECTURE,
    CHANNELS,
    POOLED,
    LevelEncoder,
    canal_texture,
    over_levels,
)
from models._levels.gradings import BY_NAME, GRADINGS, NAMES
from models._levels.losses import amount, loss_of, on_scale, split
from models._levels.texture import maps_of, texture
from models._levels.threads_first import threads_first
from models._levels.training import (
    CHECKPOINT,
    Graded,
    TrainingSettings,
    train_encoder,
)
from models._levels.weights import (
    FILE,
    MANIFEST,
    WEIGHTS,
    read_encoder,
    read_manifest,
)

TEN_MB = 10_000_000
BRIEFLY = TrainingSettings(epochs=2, patients_at_once=2)


def spines(count, levels=1, seed=0):
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

    def test_come_with_the_command_that_makes_them(self):
        parser = ArgumentParser(exit_on_error=False)
        add_arguments(parser, pretrain)
        for entry in read_manifest(WEIGHTS / MANIFEST):
            program, name, *options = entry["command"].split()
            assert (program, name) == ("lbp", pretrain.__name__)
            parsed = parser.parse_args(options)  # an option that is not there raises
            assert ("xray" in entry["file"]) == (parsed.network == "xray")

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

    def test_pooled_maps_are_of_one_size_and_show_what_no_grading_asks_for(self):
        plain = torch.full((1, CHANNELS, *CROP_SHAPE), 0.5)
        chequered = plain.clone()
        chequered[..., ::8, ::8] = 0.9
        encoder = fresh().eval()
        with torch.inference_mode():
            one, other = encoder(plain).pooled, encoder(chequered).pooled
        assert one.shape == (1, POOLED)
        assert (one - other).abs().max() > 0.01


LEFT, DEEP, HIGH = torch.meshgrid(
    *(torch.arange(float(size)) for size in (2, 48, 64)), indexing="ij"
)


def threads(loops=0.0):
    """Threads 6 voxels apart that run up the canal, each looping by so many voxels."""
    way = loops * torch.sin(2 * torch.pi * HIGH / 25 + DEEP / 5)
    return (1 + 0.2 * torch.cos(2 * torch.pi * (DEEP + way) / 6))[None]


class TestTexture:
    def test_has_so_many_maps_of_blocks(self):
        assert texture(threads(), scales=2).shape == (1, maps_of(2), 2, 12, 16)

    def test_of_straight_threads_has_energy_across_only(self):
        maps = texture(threads(), scales=1)[0, :, :, 3:9, 3:13]
        _, across, along, cosine, sine = maps.mean(dim=(1, 2, 3)).tolist()
        assert across - along > 2
        assert cosine > 1  # across means front to back
        assert sine == pytest.approx(0.0, abs=0.1)

    def test_of_looping_threads_has_energy_along_too(self):
        straight, looping = (
            texture(threads(loops), scales=1)[0, 2].mean() for loops in (0.0, 2.5)
        )
        assert looping - straight > 0.5

    def test_does_not_depend_on_how_bright_the_image_is(self):
        dark, bright = (texture(gain * threads(2.0), scales=2) for gain in (0.5, 3.0))
        torch.testing.assert_close(dark[:, 1:], bright[:, 1:], rtol=1e-3, atol=1e-4)

    def test_of_nothing_is_the_least_there_is(self):
        empty = torch.zeros(1, 2, 16, 16, requires_grad=True)
        maps = texture(empty, scales=2)
        assert maps[:, 1:3].amax() < -2
        maps.sum().backward()
        assert empty.grad is not None
        assert empty.grad.isfinite().all()


class TestThreadsFirst:
    def test_learns_whether_threads_loop_and_changes_nothing_else(self):
        looping = np.arange(8) % 2
        crops = np.full((8, 1, CHANNELS, *CROP_SHAPE), 0.3, np.float16)
        for row, loops in enumerate(looping):
            shown = threads(2.5 * loops) * (1 + 0.02 * row)
            crops[row, 0, 0, 5:7, 46:94] = shown[0].numpy()
        truth = np.full((8, 1, len(NAMES)), np.nan)
        truth[:, 0, NAMES.index("looping_roots")] = looping
        encoder, before = fresh(), fresh().state_dict()
        taught = [Graded(crops=c, truth=t) for c, t in zip(crops, truth, strict=True)]
        threads_first(encoder, taught, TrainingSettings(), passes=30)
        seen = torch.from_numpy(crops[:, 0].astype("f4"))
        with torch.inference_mode():
            raw, _ = encoder.eval().from_threads(canal_texture(seen))
        found = {g.name: part for g, part in split(raw)}["looping_roots"][:, 0]
        assert found[looping == 1].min() > found[looping == 0].max()
        after = encoder.state_dict()
        changed = {n.split(".")[0] for n in before if (before[n] != after[n]).any()}
        assert changed <= {"threads", "embed_threads", "heads", "attention"}


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

    def test_a_rare_type_counts_more_than_a_common_one(self):
        grading = BY_NAME["modic_type"]
        raw, truth = torch.eye(4)[:2], torch.tensor([0.0, 3.0])
        each = functional.cross_entropy(raw, truth.long(), reduction="none")
        common, rare = grading.type_weights[0], grading.type_weights[3]
        expected = (common * each[0] + rare * each[1]) / (common + rare)
        assert rare > common
        assert loss_of(grading, raw, truth) == pytest.approx(expected.item())

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
        bright = np.arange(4) % 2
        crops = np.full((4, 1, CHANNELS, *CROP_SHAPE), 0.2, np.float16)
        crops[bright == 1, :, :, 4:8, 40:80, 20:40] = 1.0
        truth = np.full((4, 1, len(NAMES)), np.nan)
        truth[:, 0, NAMES.index("herniation")] = bright
        shown = [Graded(crops=c, truth=t) for c, t in zip(crops, truth, strict=True)]
        settings = TrainingSettings(epochs=15, patients_at_once=4)
        encoder = train_encoder(fresh(), shown, settings)
        with torch.inference_mode():
            raw = encoder(torch.from_numpy(crops[:, 0].astype("f4"))).raw
        found = {g.name: part for g, part in split(raw)}["herniation"][:, 0]
        assert found[bright == 1].min() > found[bright == 0].max()
