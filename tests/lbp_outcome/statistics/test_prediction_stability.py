import numpy as np
import pytest

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.prediction_stability import (
    classification_instability,
    prediction_stability,
)

MODELS = np.array([[0.2, 0.5], [0.4, 0.5], [0.6, 0.8]])


def test_instability_is_the_mean_distance_from_the_original_model():
    found = prediction_stability(MODELS, original=np.array([0.5, 0.5]))
    assert found.instability == pytest.approx([0.5 / 3, 0.1])
    assert found.average == pytest.approx((0.5 / 3 + 0.1) / 2)
    assert found.worst == pytest.approx(0.5 / 3)


def test_without_an_original_model_the_mean_of_the_models_takes_its_place():
    found = prediction_stability(MODELS)
    assert found.centre == pytest.approx([0.4, 0.6])
    assert found.instability == pytest.approx([0.4 / 3, 0.4 / 3])


def test_normal_models_have_the_known_instability_and_range():
    chance = np.random.default_rng(0)
    models = 10 + 2 * chance.normal(size=(20_000, 3))
    found = prediction_stability(models, original=np.full(3, 10.0))
    assert found.instability == pytest.approx([2 * (2 / np.pi) ** 0.5] * 3, rel=0.02)
    assert found.low == pytest.approx([10 - 3.92] * 3, abs=0.1)
    assert found.high == pytest.approx([10 + 3.92] * 3, abs=0.1)


def test_models_that_agree_are_stable():
    found = prediction_stability(np.full((5, 4), 0.3))
    assert found.average == found.worst == 0


def test_a_patient_near_the_threshold_changes_sides_most():
    chance = np.random.default_rng(1)
    original = np.array([0.1, 0.49, 0.9])
    models = original + chance.normal(0, 0.1, (500, 3))
    found = classification_instability(models, original, 0.5)
    assert found[1] == pytest.approx(0.46, abs=0.06)
    assert found[0] == found[2] == 0


def test_one_model_is_refused():
    with pytest.raises(NotMeasurable, match="one model"):
        prediction_stability(np.full((1, 4), 0.3))


def test_a_missing_prediction_is_refused():
    with pytest.raises(InvalidChoice, match="missing or infinite"):
        prediction_stability(np.array([[0.1, np.nan], [0.2, 0.3]]))
