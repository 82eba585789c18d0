"""A training survives being killed, can be shared out, and leaves nothing behind."""

import importlib.util
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import distributed

from datamodules._visits import InOrder, Shuffled
from lbp_outcome.errors import InvalidChoice, UnreadableFile
from lbp_outcome.simulate.planted_views import planted_spot
from lbp_outcome.study.fitting.refit import Refit, refit
from lbp_outcome.study.plan import ModelPlan
from models._fusion.training import FusionTraining
from models._training import checkpoint
from models._training.state_file import StateFile

SCRIPT = Path(__file__).with_name("small_training.py")


def _small_training():
    spec = importlib.util.spec_from_file_location("small_training", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


SMALL = _small_training()
TWICE = SMALL.Briefly(epochs=2)


class PowerCut(RuntimeError):
    pass


def interrupted(epoch):
    """A module whose training breaks off in the middle of an epoch."""
    module = SMALL.small_module()
    step = module.training_step

    def breaking(batch, batch_idx):
        if (module.current_epoch, batch_idx) == (epoch, 1):
            raise PowerCut
        return step(batch, batch_idx)

    module.training_step = breaking
    return module


def same(one, other):
    return one.keys() == other.keys() and all(
        torch.equal(one[name], other[name]) for name in one
    )


def run_script(*options):
    command = [sys.executable, SCRIPT, *map(str, options)]
    environment = os.environ | {"PYTHONPATH": str(SCRIPT.parents[2])}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def every_epoch(monkeypatch):
    monkeypatch.setattr(checkpoint, "SECONDS", 0.0)


@pytest.mark.parametrize("patients", [40, 8], ids=["watched", "nobody-set-aside"])
@pytest.mark.parametrize("epoch", [1, 4])
@pytest.mark.usefixtures("every_epoch")
def test_goes_on_where_it_broke_off_and_ends_with_the_same_weights(
    tmp_path, epoch, patients
):
    data = SMALL.small_data(patients, tmp_path)
    with pytest.raises(PowerCut):
        SMALL.train(interrupted(epoch), data)
    module = SMALL.small_module()
    resumed = SMALL.train(module, data)
    assert module.seen == list(range(epoch, 6))
    whole = SMALL.train(SMALL.small_module(), SMALL.small_data(patients))
    assert same(resumed, whole)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("every_epoch")
def test_stops_as_early_as_if_it_had_not_broken_off(tmp_path):
    hardly = SMALL.Briefly(epochs=60, patience=1)
    whole = SMALL.small_module()
    weights = SMALL.train(whole, SMALL.small_data(), hardly)
    last = whole.seen[-1]
    assert last < 59
    data = SMALL.small_data(checkpoints=tmp_path)
    with pytest.raises(PowerCut):
        SMALL.train(interrupted(last), data, hardly)
    resumed = SMALL.small_module()
    assert same(SMALL.train(resumed, data, hardly), weights)
    assert resumed.seen == [last]


def test_goes_on_after_kill_9_and_ends_with_the_same_weights(tmp_path):
    folder = tmp_path / "state"
    killed = run_script(tmp_path / "never", "--checkpoints", folder, "--killed-in", 3)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert [path.suffix for path in folder.iterdir()] == [".safetensors"]
    module = SMALL.small_module()
    resumed = SMALL.train(module, SMALL.small_data(checkpoints=folder))
    assert module.seen == [3, 4, 5]
    assert same(resumed, SMALL.train(SMALL.small_module(), SMALL.small_data()))
    assert list(folder.iterdir()) == []


def test_drops_out_whatever_mode_the_module_came_in():
    asleep = SMALL.small_module().eval()
    weights = SMALL.train(asleep, SMALL.small_data(), TWICE)
    awake = SMALL.train(SMALL.small_module().train(), SMALL.small_data(), TWICE)
    without = SMALL.train(SMALL.small_module(dropout=0), SMALL.small_data(), TWICE)
    assert same(weights, awake)
    assert not same(weights, without)
    assert not asleep.training


def test_writes_nothing_where_it_is_short_or_not_told_where(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    SMALL.train(SMALL.small_module(), SMALL.small_data())
    with pytest.raises(PowerCut):
        SMALL.train(interrupted(4), SMALL.small_data(checkpoints=tmp_path / "state"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("every_epoch")
def test_another_seed_or_another_effort_begins_a_file_of_its_own(tmp_path):
    data = SMALL.small_data(checkpoints=tmp_path)
    with pytest.raises(PowerCut):
        SMALL.train(interrupted(2), data)
    other = SMALL.small_module()
    SMALL.train(other, data, seed=1)
    assert other.seen[0] == 0
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.usefixtures("every_epoch")
def test_refuses_the_state_of_another_training_by_name(tmp_path):
    data = SMALL.small_data(checkpoints=tmp_path)
    for seed in (0, 1):
        with pytest.raises(PowerCut):
            SMALL.train(interrupted(2), data, seed=seed)
    first, second = sorted(tmp_path.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    first.replace(second)
    with pytest.raises(
        UnreadableFile, match=r"another training \(small .* this is small"
    ):
        SMALL.train(SMALL.small_module(), data, seed=1)


STATE = {
    "epoch": 3,
    "lr": 0.1 + 0.2,
    "worst": float("inf"),
    "betas": (0.9, 0.999),
    "nothing": None,
    "moments": {0: {"step": torch.tensor(7.0)}, 1: [torch.arange(4)[::2]]},
}


def test_a_study_goes_on_in_the_middle_of_a_fit(tmp_path, monkeypatch, every_epoch):
    view = planted_spot(24, seed=0)
    work = Refit(
        key="fresh/fold-0",
        model=ModelPlan(
            name="fresh",
            method="fusion",
            reads=("clinical", "images"),
            settings={"encoder": "fresh", "epochs": 2, "penalty": 300.0},
        ),
        train=np.arange(20),
        predict=np.arange(20, 24),
        inner=(),
        seed=3,
    )
    whole = refit(work, view, tmp_path / "whole").predicted
    step, seen = FusionTraining.training_step, []

    def breaking(self, batch, batch_idx):
        seen.append(self.current_epoch)
        if seen == [0, 0, 0, 0, 1, 1]:
            raise PowerCut
        return step(self, batch, batch_idx)

    monkeypatch.setattr(FusionTraining, "training_step", breaking)
    with pytest.raises(PowerCut):
        refit(work, view, tmp_path / "cut")
    (state,) = (tmp_path / "cut").rglob("*.safetensors")
    assert state.parent == tmp_path / "cut" / "fresh" / "fold-0.training"
    np.testing.assert_array_equal(refit(work, view, tmp_path / "cut").predicted, whole)
    assert seen[6:] == [1] * 4
    assert not state.parent.exists()


class TestStateFile:
    def file(self, tmp_path, **changes):
        whole = StateFile(path=tmp_path / "s", architecture="small", fingerprint="ab")
        return replace(whole, **changes)

    def test_reads_back_what_it_wrote(self, tmp_path):
        file = self.file(tmp_path)
        file.write(STATE)
        found = file.read()
        moments = found.pop("moments")
        assert found == {k: v for k, v in STATE.items() if k != "moments"}
        assert torch.equal(moments[0]["step"], torch.tensor(7.0))
        assert torch.equal(moments[1][0], torch.tensor([0, 2]))

    @pytest.mark.parametrize(
        "changes", [{"architecture": "large"}, {"fingerprint": "cd"}]
    )
    def test_is_of_one_training_only(self, tmp_path, changes):
        self.file(tmp_path).write(STATE)
        with pytest.raises(UnreadableFile, match="another training"):
            self.file(tmp_path, **changes).read()

    @pytest.mark.parametrize("content", [b"", b"\x80\x04K\x01.", b"\x02" + bytes(99)])
    def test_says_that_it_is_damaged(self, tmp_path, content):
        (tmp_path / "s").write_bytes(content)
        with pytest.raises(UnreadableFile, match="damaged"):
            self.file(tmp_path).read()

    def test_keeps_the_last_state_where_the_next_cannot_be_written(self, tmp_path):
        file = self.file(tmp_path)
        file.write(STATE)
        with pytest.raises(TypeError):
            file.write({"epoch": object()})
        assert file.read()["epoch"] == 3
        assert [path.name for path in tmp_path.iterdir()] == ["s"]


class TestVisits:
    ROWS = np.arange(11)

    def epochs(self, visits, *numbers):
        found = []
        for number in numbers:
            visits.set_epoch(number)
            found.append(list(visits))
        return found

    def test_an_epoch_follows_from_its_number_alone(self):
        one, other = (Shuffled(self.ROWS, 4, 7, augment=True) for _ in range(2))
        first, second, third = self.epochs(one, 0, 1, 2)
        assert self.epochs(other, 2) == [third]
        assert first != second != third

    def test_goes_to_the_next_epoch_by_itself(self):
        visits = Shuffled(self.ROWS, 4, 7, augment=True)
        told = self.epochs(Shuffled(self.ROWS, 4, 7, augment=True), 0, 1)
        assert [list(visits), list(visits)] == told

    @pytest.mark.parametrize("processes", [1, 2, 3, 4])
    def test_processes_share_each_batch_and_visit_nobody_twice(
        self, monkeypatch, processes
    ):
        alone = list(Shuffled(self.ROWS, 4, 7, augment=True))
        shares = self.shares(monkeypatch, processes)
        assert len({len(share) for share in shares}) == 1
        for whole, *parts in zip(alone, *shares, strict=False):
            assert len({len(part) for part in parts}) == 1
            together = [visit for part in parts for visit in part]
            assert set(together) <= set(whole)
            assert len(together) == len(set(together)) > len(whole) - processes

    def shares(self, monkeypatch, processes, batch_size=4):
        monkeypatch.setattr(distributed, "is_initialized", lambda: True)
        monkeypatch.setattr(distributed, "get_world_size", lambda: processes)
        found = []
        for rank in range(processes):
            monkeypatch.setattr(distributed, "get_rank", lambda rank=rank: rank)
            visits = Shuffled(self.ROWS, batch_size, 7, augment=True)
            found.append(list(visits))
            assert len(visits) == len(found[-1])
        return found

    def test_refuses_more_processes_than_patients_in_a_batch(self, monkeypatch):
        with pytest.raises(InvalidChoice, match="5 processes cannot share"):
            self.shares(monkeypatch, 5)

    def test_goes_through_those_set_aside_in_order_and_unchanged(self):
        visits = InOrder(self.ROWS, 4)
        rows = [row for batch in visits for row, _ in batch]
        assert rows == self.ROWS.tolist()
        assert len(visits) == len(list(visits)) == 3


def test_two_processes_find_the_weights_of_one(monkeypatch):
    if not distributed.is_available() or not distributed.is_gloo_available():
        pytest.skip("this torch was built without gloo")
    alone = SMALL.train(SMALL.small_module(dropout=0), SMALL.small_data(), TWICE)
    monkeypatch.syspath_prepend(SCRIPT.parent)  # where the processes find the module
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setenv("LBP_DEVICES", "2")
    shared = SMALL.train(SMALL.small_module(dropout=0), SMALL.small_data(), TWICE)
    assert alone.keys() == shared.keys()
    for name, weights in alone.items():
        torch.testing.assert_close(shared[name], weights, rtol=0, atol=1e-6)


@pytest.mark.parametrize("asked", ["0", "two", "-1"])
def test_refuses_a_number_of_devices_that_is_none(monkeypatch, asked):
    monkeypatch.setenv("LBP_DEVICES", asked)
    with pytest.raises(InvalidChoice, match="whole number above 0"):
        SMALL.train(SMALL.small_module(), SMALL.small_data())
