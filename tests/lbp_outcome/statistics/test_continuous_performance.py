import numpy as np
import pytest
from scipy.stats import linregress
from sklearn.metrics import mean_absolute_error, r2_score

from lbp_outcome.statistics.continuous_performance import (
    compare_continuous,
    continuous_performance,
)


@pytest.fixture(scope="module")
def pain():
    """Leg pain [mm] of 160 patients, predicted once."""
    chance = np.random.default_rng(0)
    outcome = chance.gamma(2, 15, 160)
    return {
        "outcome": outcome,
        "prediction": outcome + chance.normal(0, 8, 160),
        "mean": np.full(160, outcome.mean()),
        "design": {
            "fold": np.arange(160) % 5,
            "repeat": np.zeros(160, dtype=int),
            "patients": [f"sub-{i}" for i in range(160)],
        },
    }


def test_r2_and_error_agree_with_scikit_learn(pain):
    found = continuous_performance(
        pain["outcome"], pain["prediction"], **pain["design"]
    )
    given = pain["outcome"], pain["prediction"]
    assert found.r2.value == pytest.approx(r2_score(*given))
    assert found.mae.value == pytest.approx(mean_absolute_error(*given))
    assert found.r2.low < found.r2.value < found.r2.high
    assert found.mae.low < found.mae.value < found.mae.high


def test_the_calibration_slope_is_that_of_a_regression_and_undoes_a_stretch(pain):
    outcome, prediction = pain["outcome"], pain["prediction"]
    found = continuous_performance(outcome, prediction, **pain["design"])
    expected = linregress(prediction, outcome).slope
    assert found.calibration_slope.value == pytest.approx(expected, abs=1e-9)
    assert found.calibration_slope.low < expected < found.calibration_slope.high
    twice = continuous_performance(outcome, 2 * prediction - 7, **pain["design"])
    assert twice.calibration_slope.value == pytest.approx(expected / 2, abs=1e-9)


def test_a_mean_per_fold_has_no_slope(pain):
    by_fold = pain["outcome"].mean() + pain["design"]["fold"]
    found = continuous_performance(pain["outcome"], by_fold, **pain["design"])
    assert "same prediction" in found.calibration_slope.reason


def test_the_mean_explains_nothing(pain):
    found = continuous_performance(pain["outcome"], pain["mean"], **pain["design"])
    assert found.r2.value == pytest.approx(0, abs=1e-12)
    assert found.calibration_slope.value is None


def test_equal_outcomes_leave_nothing_to_explain(pain):
    found = continuous_performance(np.full(160, 3.0), pain["mean"], **pain["design"])
    assert found.r2.value is None
    assert found.r2.reason == "all patients have the same outcome"
    assert found.mae.value is not None


def test_models_are_compared_on_the_same_patients_and_folds(pain):
    models = {"mean": pain["mean"], "model": pain["prediction"]}
    repeats = 10
    chance = np.random.default_rng(1)
    design = {
        "fold": np.concatenate([chance.permutation(160) % 5 for _ in range(repeats)]),
        "repeat": np.repeat(np.arange(repeats), 160),
        "patients": pain["design"]["patients"] * repeats,
    }
    (found,) = compare_continuous(
        np.tile(pain["outcome"], repeats),
        {name: np.tile(predicted, repeats) for name, predicted in models.items()},
        reference="mean",
        **design,
    )
    assert found.model == "model"
    assert found.r2.low > 0
    error = np.abs(pain["prediction"] - pain["outcome"]).mean()
    no_model = np.abs(pain["mean"] - pain["outcome"]).mean()
    assert found.mae.value == pytest.approx(error - no_model)
    assert found.mae.high < 0
