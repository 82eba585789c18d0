"""The same patients give the same numbers as other packages' code."""

import json
from pathlib import Path

import numpy as np
import pytest

from lbp_outcome.statistics.calibration import calibration_intercept, calibration_slope
from lbp_outcome.statistics.discrimination import auc, delong_interval, delong_test
from lbp_outcome.statistics.kappa import quadratic_kappa
from lbp_outcome.statistics.net_benefit import net_benefit, net_benefit_of_everyone

GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.fixture(scope="module")
def golden():
    return json.loads((GOLDEN / "statistics_peers.json").read_text())


@pytest.fixture(scope="module")
def columns(golden):
    names = ("outcome", "first", "second", "reader_1", "reader_2")
    return {name: np.array(golden[name], dtype=float) for name in names}


@pytest.fixture(scope="module")
def markers():
    """Three markers of the same 113 patients, as scores in the order of the levels."""
    golden = json.loads((GOLDEN / "delong_asah_proc.json").read_text())
    scores = {
        name: np.array(ranks["cases"] + ranks["controls"], dtype=float)
        for name, ranks in golden["ranks"].items()
    }
    return golden, np.repeat([1.0, 0.0], [41, 72]), scores


def test_areas_and_delong_intervals_are_those_of_proc(markers):
    golden, outcome, scores = markers
    for name, printed in golden["auc"].items():
        assert auc(outcome, scores[name]) == pytest.approx(printed, abs=1e-12)
    for name, printed in golden["interval"].items():
        found = delong_interval(outcome, scores[name], logit_scale=False)
        digits = 1e-12 if name == "ndka" else 5e-8  # as many as are published
        assert (found.low, found.high) == pytest.approx(printed, abs=digits)


def test_paired_delong_tests_are_those_of_proc(markers):
    golden, outcome, scores = markers
    for printed in golden["test"]:
        pair = scores[printed["first"]], scores[printed["second"]]
        found = delong_test(outcome, *pair)
        assert found.z == pytest.approx(printed["z"], abs=1e-12)
        assert found.p == pytest.approx(printed["p"], abs=1e-12)


def test_delong_is_that_of_mlstatkit(golden, columns):
    models = columns["first"], columns["second"]
    found = delong_test(columns["outcome"], *models)
    printed = golden["mlstatkit"]
    assert (-found.z, found.p) == pytest.approx((printed["z"], printed["p"]), abs=1e-9)
    for model, area, bounds in zip(
        models, printed["auc"], printed["intervals"], strict=True
    ):
        interval = delong_interval(columns["outcome"], model, logit_scale=False)
        assert interval == pytest.approx((area, *bounds), abs=1e-9)


def test_delong_is_that_of_confidenceinterval(golden, columns):
    found = delong_interval(columns["outcome"], columns["first"], logit_scale=False)
    printed = golden["confidenceinterval"]
    # That package computes with single precision.
    assert found == pytest.approx((printed["auc"], *printed["interval"]), abs=1e-6)


def test_calibration_and_kappa_are_those_of_statsmodels(golden, columns):
    printed = golden["statsmodels"]
    given = columns["outcome"], columns["first"]
    assert calibration_slope(*given) == pytest.approx(
        printed["calibration_slope"], abs=1e-9
    )
    assert calibration_intercept(*given) == pytest.approx(
        printed["calibration_intercept"], abs=1e-9
    )
    agreement = quadratic_kappa(columns["reader_1"], columns["reader_2"])
    assert agreement == pytest.approx(printed["quadratic_kappa"], abs=1e-9)


def test_net_benefit_is_that_of_dcurves(golden, columns):
    thresholds = np.array(golden["dcurves"]["thresholds"])
    printed = golden["dcurves"]["net_benefit"]
    outcome = columns["outcome"]
    for name, model in (("a", "first"), ("b", "second")):
        found = net_benefit(outcome, columns[model], thresholds)
        assert found == pytest.approx(printed[name], abs=1e-9)
    everyone = net_benefit_of_everyone(outcome, thresholds)
    assert everyone == pytest.approx(printed["all"], abs=1e-9)
