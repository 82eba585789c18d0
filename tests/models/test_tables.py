"""What the models of a table promise beyond what every model does."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from datamodules import DATAMODULES
from lbp_outcome.errors import InvalidChoice, UnreadableFile
from lbp_outcome.simulate.planted_views import planted_table
from lbp_outcome.units import Unit
from lbp_outcome.view import Predictor
from models import MODELS
from models._predictors import expect
from models._preparation import TablePreparation
from models._ridge import ridge_logistic
from models._saved import SavedModel
from models._settings import read_settings
from models.logistic import LogisticSettings

TRAIN, NEW = planted_table(80, seed=1), planted_table(20, seed=2)


def fold(train=TRAIN, held_out=NEW):
    return DATAMODULES["tabular"].build(train, held_out, 0)


@pytest.mark.parametrize("strength", [0.01, 0.1, 1.0, 100.0])
def test_ridge_agrees_with_scikit_learn(strength):
    twin = LogisticRegression(C=strength, tol=1e-12, max_iter=10_000)
    twin.fit(TRAIN.table, TRAIN.outcome)
    intercept, *weights = ridge_logistic(TRAIN.table, TRAIN.outcome, [strength])[0]
    assert intercept == pytest.approx(twin.intercept_[0], abs=1e-5)
    np.testing.assert_allclose(weights, twin.coef_[0], atol=1e-5)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), strength=st.floats(1e-3, 1e3))
def test_ridge_is_at_the_minimum_of_what_it_minimises(seed, strength):
    chance = np.random.default_rng(seed)
    design = chance.normal(size=(30, 3))
    outcome = np.r_[0.0, 1.0, chance.integers(0, 2, 28)]
    intercept, *weights = ridge_logistic(design, outcome, [strength])[0]
    missed = outcome - expit(intercept + design @ weights)
    assert missed.sum() == pytest.approx(0, abs=1e-6)
    np.testing.assert_allclose(
        design.T @ missed, np.divide(weights, strength), atol=1e-6
    )


def test_ridge_finds_finite_weights_where_a_predictor_separates_everybody():
    design = np.r_[-np.ones(10), np.ones(10)][:, None]
    outcome = (design[:, 0] > 0).astype(float)
    assert 0 < ridge_logistic(design, outcome, [10.0])[0, 1] < 10


def test_preparation_learns_from_training_only():
    table = np.array([[1.0, 5.0], [3.0, np.nan], [np.nan, np.nan], [8.0, 7.0]])
    learned = TablePreparation.learn(table)
    np.testing.assert_allclose(learned.median, [3.0, 6.0])
    np.testing.assert_allclose(learned.gaps, [0.25, 0.5])
    standard = learned.standardise(table)
    np.testing.assert_allclose(standard.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(standard.std(axis=0), 1)
    np.testing.assert_allclose(learned.missing(table).mean(axis=0), 0, atol=1e-12)


def test_preparation_gives_no_indicator_to_what_was_complete_in_training():
    learned = TablePreparation.learn(np.array([[1.0], [2.0]]))
    assert not learned.missing(np.array([[np.nan]])).any()


def test_preparation_ignores_what_no_training_patient_has():
    learned = TablePreparation.learn(np.array([[np.nan], [np.nan]]))
    assert not learned.standardise(np.array([[1e6], [np.nan]])).any()
    assert not learned.missing(np.array([[1e6], [np.nan]])).any()


def test_preparation_gives_a_constant_no_weight():
    learned = TablePreparation.learn(np.full((7, 1), 0.1))
    np.testing.assert_allclose(learned.standardise(np.array([[0.1]])), 0, atol=1e-12)


def test_logistic_learns_that_missing_means_something():
    table = TRAIN.table.copy()
    table[TRAIN.outcome == 1, 2] = np.nan
    fitted = MODELS["logistic"].fit(fold(replace(TRAIN, table=table)), {}, 0)
    with_gap = NEW.table.copy()
    with_gap[:, 2] = np.nan
    without = fitted.predict(fold(held_out=NEW))
    assert (fitted.predict(fold(held_out=replace(NEW, table=with_gap))) > without).all()


def test_logistic_terms_average_zero_over_the_training_patients():
    fitted = MODELS["logistic"].fit(fold(), {}, 0)
    terms = fitted.terms(fold(TRAIN.take([]), TRAIN))
    np.testing.assert_allclose(terms.mean(axis=0), 0, atol=1e-12)


def test_logistic_predicts_the_base_rate_when_it_trusts_nothing():
    fitted = MODELS["logistic"].fit(fold(), {"C": 1e-9}, 0)
    assert fitted.predict(fold()) == pytest.approx(TRAIN.outcome.mean(), abs=1e-6)


@pytest.mark.parametrize("value", [-1.0, 0.0, "much", True, float("nan")])
def test_logistic_refuses_a_strength_that_is_none(value):
    with pytest.raises(InvalidChoice, match="C"):
        MODELS["logistic"].fit(fold(), {"C": value}, 0)


def test_base_rate_is_the_share_of_training_patients():
    fitted = MODELS["base_rate"].fit(fold(), {}, 0)
    assert expit(fitted.intercept) == pytest.approx(TRAIN.outcome.mean())
    assert logit(fitted.rate) == fitted.intercept


def test_boosted_uses_an_interaction_that_no_line_can():
    chance = np.random.default_rng(0)
    table = chance.normal(size=(200, 3))
    outcome = (table[:, 0] * table[:, 1] > 0).astype(float)
    view = replace(planted_table(200, seed=5), table=table, outcome=outcome)
    data = fold(view.take(range(150)), view.take(range(150, 200)))
    right = {
        name: np.mean(
            (MODELS[name].fit(data, {}, 0).predict(data) > 0.5) == outcome[150:]
        )
        for name in ("boosted", "logistic")
    }
    assert right["boosted"] > 0.8 > 0.7 > right["logistic"]


@pytest.mark.parametrize(
    "outcome", [np.r_[2.0, np.zeros(79)], np.r_[np.nan, np.zeros(79)], None]
)
def test_refuses_an_outcome_that_is_not_yes_or_no(outcome):
    with pytest.raises(InvalidChoice, match="outcome"):
        MODELS["logistic"].fit(fold(replace(TRAIN, outcome=outcome)), {}, 0)


class TestPredictors:
    A = Predictor(name="age", unit=Unit.YEAR)
    B = Predictor(name="disc_height_mm", unit=Unit.MILLIMETRE)

    @pytest.mark.parametrize(
        ("offered", "words"),
        [
            ((A,), "lack: disc_height_mm"),
            ((A, B, Predictor(name="bmi", unit=Unit.RATIO)), "not fitted on bmi"),
            ((B, A), "another order"),
            ((A, replace(B, unit=Unit.RATIO)), "fitted in mm, .* given in 1"),
        ],
    )
    def test_says_what_differs(self, offered, words):
        with pytest.raises(InvalidChoice, match=words):
            expect((self.A, self.B), offered)

    def test_does_not_mind_another_description(self):
        expect((self.A,), (replace(self.A, description="at surgery"),))


class TestSaved:
    def test_holds_the_checksum_of_every_file(self, tmp_path):
        MODELS["boosted"].fit(fold(), {}, 0).save(tmp_path)
        (tmp_path / "trees.ubj").write_bytes(b"something else")
        with pytest.raises(UnreadableFile, match="altered or damaged"):
            MODELS["boosted"].load(tmp_path)

    def test_never_reads_outside_its_folder(self, tmp_path):
        folder = tmp_path / "model"
        folder.mkdir()
        (tmp_path / "secret.txt").write_text("x")
        SavedModel(model="m", predictors=(), fitted={}).write(folder)
        card = json.loads((folder / "model.json").read_text())
        card["sha256"] = {"../secret.txt": "0" * 64}
        (folder / "model.json").write_text(json.dumps(card))
        with pytest.raises(
            UnreadableFile, match=r"model/secret\.txt: there is no such"
        ):
            SavedModel.read(folder, "m")

    @pytest.mark.parametrize("broken", ["{", "[]", '{"model": NaN}', '{"model": "m"}'])
    def test_says_that_a_card_is_damaged(self, tmp_path, broken):
        (tmp_path / "model.json").write_text(broken)
        with pytest.raises(UnreadableFile, match="damaged"):
            SavedModel.read(tmp_path, "m")

    def test_says_that_a_card_is_of_another_version(self, tmp_path):
        (tmp_path / "model.json").write_text('{"model": "m", "format": 99}')
        with pytest.raises(UnreadableFile, match="format 99"):
            SavedModel.read(tmp_path, "m")

    def test_refuses_lists_that_do_not_fit_the_predictors(self, tmp_path):
        MODELS["logistic"].fit(fold(), {}, 0).save(tmp_path)
        path = tmp_path / "model.json"
        card = json.loads(path.read_text())
        card["fitted"]["weights"].append(1.0)
        path.write_text(json.dumps(card))
        with pytest.raises(UnreadableFile, match="3 numbers under 'weights'"):
            MODELS["logistic"].load(tmp_path)

    def test_says_that_there_is_no_model(self, tmp_path):
        with pytest.raises(UnreadableFile, match="no such file"):
            MODELS["logistic"].load(tmp_path)


def test_settings_keep_their_defaults():
    assert read_settings(LogisticSettings, {}) == LogisticSettings()


def test_logistic_loads_neither_torch_nor_xgboost():
    check = (
        "import sys; from models import MODELS; MODELS['logistic'];"
        "sys.exit(bool({'torch', 'xgboost', 'sklearn'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", check], check=True)
