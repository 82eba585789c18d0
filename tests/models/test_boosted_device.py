"""Boosted trees grow on the GPU where there is one and it is asked for."""

import json
import subprocess

import numpy as np
import pytest
import xgboost

from datamodules import DATAMODULES
from lbp_outcome.errors import InvalidChoice, UnknownName
from lbp_outcome.simulate.planted_views import planted_table
from models import MODELS

BOOSTED = MODELS["boosted"]
TRAIN, NEW = planted_table(80, seed=1), planted_table(30, seed=2)
DATA = DATAMODULES["tabular"].build(TRAIN, NEW, 0)


def has_gpu():
    try:
        seen = subprocess.run(["nvidia-smi", "-L"], capture_output=True, check=False)
    except FileNotFoundError:
        return False
    return seen.stdout.startswith(b"GPU") and xgboost.build_info()["USE_CUDA"]


needs_gpu = pytest.mark.skipif(not has_gpu(), reason="no CUDA device here")
without_gpu = pytest.mark.skipif(has_gpu(), reason="there is a CUDA device")


def predicted(device):
    return BOOSTED.fit(DATA, {"device": device}, 0).predict(DATA)


@without_gpu
@pytest.mark.parametrize("method", ["boosted", "boosted_regression"])
def test_cuda_that_is_absent_is_refused_in_one_line(method):
    with pytest.raises(InvalidChoice, match="there is no CUDA device") as caught:
        MODELS[method].fit(DATA, {"device": "cuda"}, 0)
    assert "\n" not in str(caught.value)


@without_gpu
def test_auto_without_cuda_is_the_cpu_and_says_nothing(capfd):
    np.testing.assert_array_equal(predicted("auto"), predicted("cpu"))
    assert capfd.readouterr() == ("", "")


@needs_gpu
def test_trees_of_the_gpu_say_nearly_the_same_and_load_anywhere(tmp_path):
    fitted = BOOSTED.fit(DATA, {"device": "cuda"}, 0)
    fitted.save(tmp_path)
    found = BOOSTED.load(tmp_path).predict(DATA)
    np.testing.assert_array_equal(found, fitted.predict(DATA))
    np.testing.assert_allclose(found, predicted("cpu"), atol=0.05)
    np.testing.assert_array_equal(predicted("auto"), predicted("cuda"))


@pytest.mark.parametrize("device", ["cpu", "auto"])
def test_predicts_on_the_cpu_wherever_it_was_grown(device):
    booster = BOOSTED.fit(DATA, {"device": device}, 0).booster
    config = json.loads(booster.save_config())
    assert config["learner"]["generic_param"]["device"] == "cpu"


def test_a_device_it_does_not_know_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match="cuda"):
        BOOSTED.fit(DATA, {"device": "cuda0"}, 0)
