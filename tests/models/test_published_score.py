"""The score says what publications say, and learns the intercept alone."""

import json
from dataclasses import replace

import numpy as np
import pytest

from datamodules import DATAMODULES
from lbp_outcome.errors import InvalidChoice, UnreadableFile
from lbp_outcome.simulate.planted_views import planted_table
from lbp_outcome.units import Unit
from lbp_outcome.view import CohortView, Predictor
from models import MODELS
from models._published_effects import EFFECTS

RECIPE = MODELS["published_score"]
NAMES = ("age", "bmi", "smoker", "leg_pain_baseline")


def patients(rows, outcome, names=NAMES):
    return CohortView(
        patients=tuple(f"sub-{number}" for number in range(len(rows))),
        predictors=tuple(Predictor(name=name, unit=Unit.RATIO) for name in names),
        table=np.array(rows, dtype=float),
        outcome=np.array(outcome, dtype=float),
    )


ROWS = [
    [60, 25, 0, 50],
    [80, 25, 0, 50],
    [80, 40, 0, 50],
    [60, 25, 1, 50],
    [60, 25, 0, 70],
    [np.nan, 25, 0, np.nan],
]
OUTCOME = [1, 0, 1, 1, 0, 1]


def fitted(view, **chosen):
    data = DATAMODULES["tabular"].build(view, view.take([]), 0)
    return RECIPE.fit(data, chosen, 0)


def log_odds(model, view):
    data = DATAMODULES["tabular"].build(view.take([]), view, 0)
    p = model.predict(data)
    return np.log(p / (1 - p))


def test_differences_are_the_published_log_odds_ratios():
    view = patients(ROWS, OUTCOME)
    found = log_odds(fitted(view), view)
    assert found[1] - found[0] == pytest.approx(-np.log(1.54))  # 75 years or older
    assert found[2] - found[1] == pytest.approx(-np.log(1.52))  # 35 kg/m2 or more
    assert found[3] == found[0]  # no odds ratio of smoking is at hand
    assert found[4] - found[0] == pytest.approx(-2 * np.log(1.10))  # 20 mm more pain


def test_a_missing_value_counts_as_the_average_patient():
    view = patients(ROWS, OUTCOME)
    model = fitted(view)
    data = DATAMODULES["tabular"].build(view.take([]), view, 0)
    assert model.terms(data)[5, [0, 3]].tolist() == [0.0, 0.0]


def test_the_intercept_makes_the_mean_prediction_right_and_nothing_else_is_learned():
    view = patients(ROWS, OUTCOME)
    other = replace(view, outcome=1 - view.outcome)
    first, second = fitted(view), fitted(other)
    data = DATAMODULES["tabular"].build(view.take([]), view, 0)
    assert first.predict(data).mean() == pytest.approx(np.mean(OUTCOME))
    np.testing.assert_array_equal(first.terms(data), second.terms(data))


def test_the_slope_on_request_stretches_the_score():
    chance = np.random.default_rng(0)
    pain = chance.uniform(0, 100, 4000)
    truth = 1 - 4 * np.log(1.10) * (pain - 50) / 10
    outcome = chance.random(4000) < 1 / (1 + np.exp(-truth))
    view = patients(pain[:, None], outcome, ("leg_pain_baseline",))
    assert fitted(view, slope=1).slope == pytest.approx(4.0, abs=0.5)
    assert fitted(view).slope == 1.0


def test_lists_what_it_uses_and_what_it_lacks():
    model = fitted(patients(ROWS, OUTCOME))
    assert model.selected == ("age", "bmi", "leg_pain_baseline")
    assert "odi_baseline" in model.lacking
    assert "age" not in model.lacking


def test_finds_a_measurement_wherever_it_is_taken():
    names = (
        "pfirrmann_proxy_grade.operated",
        "muscle_fat_gmm2_percent.multifidus.mean",
    )
    view = patients([[4.0, 20.0], [2.0, 60.0], [2.0, 20.0]], [0, 1, 1], names)
    model = fitted(view)
    found = log_odds(model, view)
    assert model.selected == names
    assert found[0] - found[2] == pytest.approx(np.log(0.54))
    assert found[1] - found[2] == pytest.approx(np.log(0.599 / 0.401 / (0.765 / 0.235)))


def test_takes_one_column_where_two_could_stand_for_the_same():
    names = ("pfirrmann_proxy_grade.operated", "pfirrmann_proxy_grade.max")
    view = patients([[4.0, 2.0], [2.0, 4.0], [2.0, 2.0]], [0, 1, 1], names)
    assert fitted(view).selected == ("pfirrmann_proxy_grade.max",)


def test_names_what_it_could_use_when_there_is_nothing():
    with pytest.raises(InvalidChoice, match="age, bmi, leg_pain_baseline"):
        fitted(planted_table(30, seed=1))


@pytest.mark.parametrize("slope", [2, 0.5])
def test_refuses_a_slope_that_is_neither_on_nor_off(slope):
    with pytest.raises(InvalidChoice, match="slope"):
        fitted(patients(ROWS, OUTCOME), slope=slope)


def test_refuses_to_learn_the_slope_of_a_score_that_is_the_same_for_all():
    view = patients([[60.0], [61.0], [62.0]], [0, 1, 1], ("age",))
    with pytest.raises(InvalidChoice, match="use slope = 0"):
        fitted(view, slope=1)


def test_does_not_open_a_score_made_of_other_odds_ratios(tmp_path):
    fitted(patients(ROWS, OUTCOME)).save(tmp_path)
    path = tmp_path / "model.json"
    card = json.loads(path.read_text())
    card["fitted"]["published"][0][0] = 2.0
    path.write_text(json.dumps(card))
    with pytest.raises(UnreadableFile, match="other odds ratios"):
        RECIPE.load(tmp_path)


def test_every_effect_says_where_it_was_published_and_what_it_said():
    for effect in EFFECTS:
        assert effect.reference.startswith("doi:10.")
        assert effect.published
        assert effect.odds_ratio > 0


def test_says_plainly_that_it_is_not_a_published_model():
    assert "not a published model" in RECIPE.reference
