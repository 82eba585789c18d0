"""Explainable boosting: curves that are the library's, without the library."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest

from datamodules import DATAMODULES
from lbp_outcome.errors import InvalidChoice, UnreadableFile
from lbp_outcome.simulate.planted_views import planted_table
from lbp_outcome.statistics.discrimination import auc
from models import MODELS
from models.explainable_boosting import ExplainableBoostingSettings as Settings
from models.explainable_boosting import _boosted, _heights, _told

EBM = MODELS["explainable_boosting"]
TRAIN = planted_table(100, seed=1, gaps=0.1)
NEW = planted_table(60, seed=2, gaps=0.1)
LINE = "pip install 'lbp-outcome[ebm]'"


def fold(train, held_out):
    return DATAMODULES["tabular"].build(train, held_out, 0)


@pytest.fixture(scope="module")
def fitted():
    return EBM.fit(fold(TRAIN, NEW), {}, 0)


def test_its_curves_say_what_the_library_says(fitted):
    library = pytest.importorskip("interpret.glassbox")
    theirs = library.ExplainableBoostingClassifier(
        feature_types=["continuous"] * 3,
        interactions=0,
        max_rounds=100,
        outer_bags=8,
        learning_rate=0.02,
        n_jobs=1,
        random_state=0,
    )
    with pytest.warns(UserWarning, match="Missing values detected"):
        theirs.fit(TRAIN.table, TRAIN.outcome)
    on_cuts = np.tile(theirs.bins_[0][0][:5, None], 3)
    for table in (TRAIN.table, NEW.table, on_cuts):
        view = replace(planted_table(len(table), seed=9), table=table)
        ours = fitted.predict(fold(view.take([]), view))
        expected = theirs.predict_proba(table)[:, 1]
        np.testing.assert_allclose(ours, expected, rtol=1e-9)


def test_predicts_after_loading_without_the_library(fitted, tmp_path, monkeypatch):
    data = fold(TRAIN, NEW)
    fitted.save(tmp_path)
    monkeypatch.setitem(sys.modules, "interpret", None)
    monkeypatch.setitem(sys.modules, "interpret.glassbox", None)
    found = EBM.load(tmp_path).predict(data)
    np.testing.assert_array_equal(found, fitted.predict(data))


def test_without_the_library_one_line_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "interpret", None)
    monkeypatch.setitem(sys.modules, "interpret.glassbox", None)
    with pytest.raises(InvalidChoice) as caught:
        EBM.fit(fold(TRAIN, NEW), {}, 0)
    assert LINE in str(caught.value)
    assert "\n" not in str(caught.value)


def test_learns_a_bend_that_no_straight_line_can_follow():
    def bent(patients, seed):
        view = planted_table(patients, seed=seed, weights=(0.0, 0.0))
        return replace(view, outcome=(np.abs(view.table[:, 0]) > 0.7).astype(float))

    data = fold(bent(160, 3), bent(200, 4))
    curves = EBM.fit(data, {}, 0).predict(data)
    lines = MODELS["logistic"].fit(data, {}, 0).predict(data)
    truth = bent(200, 4).outcome
    assert auc(truth, curves) > 0.95
    assert auc(truth, lines) < 0.65


def test_a_missing_value_says_nothing_where_nobody_in_training_lacked_one():
    train = planted_table(60, seed=5)
    nothing = replace(NEW, table=np.full_like(NEW.table, np.nan))
    fitted = EBM.fit(fold(train, NEW), {}, 0)
    np.testing.assert_array_equal(fitted.terms(fold(train, nothing)), 0.0)


def test_a_predictor_that_no_training_patient_had_changes_nothing():
    table = TRAIN.table.copy()
    table[:, 1] = np.nan
    fitted = EBM.fit(fold(replace(TRAIN, table=table), NEW), {}, 0)
    np.testing.assert_array_equal(fitted.terms(fold(TRAIN, NEW))[:, 1], 0.0)


def test_moving_curves_to_the_middle_changes_no_prediction(fitted):
    intercept, curves = _boosted(_told(TRAIN.table), TRAIN.outcome, Settings(), 0)
    score = intercept + _heights(curves, TRAIN.table).sum(axis=1)
    moved = fitted.intercept + fitted.terms(fold(TRAIN.take([]), TRAIN)).sum(axis=1)
    np.testing.assert_allclose(moved, score, rtol=1e-9)


@pytest.mark.parametrize(
    "damage",
    [
        lambda fitted: fitted["curves"].pop(),
        lambda fitted: fitted["curves"][0]["heights"].pop(),
        lambda fitted: fitted.update(intercept=None),
    ],
    ids=["a curve too few", "a height too few", "no intercept"],
)
def test_a_damaged_card_is_refused(fitted, tmp_path, damage):
    fitted.save(tmp_path)
    card = tmp_path / "model.json"
    content = json.loads(card.read_text())
    damage(content["fitted"])
    card.write_text(json.dumps(content))
    with pytest.raises(UnreadableFile, match="damaged"):
        EBM.load(tmp_path)
