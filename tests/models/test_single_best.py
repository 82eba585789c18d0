"""The single best predictor is chosen anew in training, and used alone."""

from dataclasses import replace

import numpy as np
import pytest

from datamodules import DATAMODULES
from lbp_outcome.simulate.planted_views import planted_table
from lbp_outcome.statistics.discrimination import auc
from models import MODELS

TRAIN = planted_table(100, seed=1, weights=(0.5, -3.0, 0.0), gaps=0.1)
NEW = planted_table(50, seed=2, weights=(0.5, -3.0, 0.0))


def fit(name, train=TRAIN):
    data = DATAMODULES["tabular"].build(train, NEW, 0)
    return MODELS[name].fit(data, {}, 0), data


@pytest.mark.parametrize("name", ["single_best", "single_best_linear"])
def test_finds_the_strongest_also_where_it_lowers_the_outcome(name):
    model, data = fit(name)
    assert model.selected == ("predictor_1",)
    assert np.corrcoef(model.predict(data), NEW.table[:, 1])[0, 1] < -0.9


def test_a_slow_twin_chooses_the_same():
    filled = np.where(np.isnan(TRAIN.table), np.nanmedian(TRAIN.table, 0), TRAIN.table)
    away = [abs(auc(TRAIN.outcome, column) - 0.5) for column in filled.T]
    model, _ = fit("single_best")
    assert model.selected == (TRAIN.predictors[int(np.argmax(away))].name,)


def test_ranks_patients_as_the_predictor_does():
    model, data = fit("single_best")
    assert auc(NEW.outcome, model.predict(data)) == auc(NEW.outcome, -NEW.table[:, 1])


def test_takes_the_first_of_two_that_say_the_same():
    twice = replace(TRAIN, table=TRAIN.table[:, [0, 1, 1]])
    assert fit("single_best", twice)[0].selected == ("predictor_1",)


def test_least_squares_of_one_predictor_is_the_line_through_it():
    model, data = fit("single_best_linear", planted_table(80, seed=3))
    train = planted_table(80, seed=3)
    slope, level = np.polyfit(train.table[:, 0], train.outcome, 1)
    np.testing.assert_allclose(model.predict(data), level + slope * NEW.table[:, 0])


def test_a_missing_value_counts_as_the_median():
    model, _ = fit("single_best")
    table = np.tile(np.nanmedian(TRAIN.table, axis=0), (2, 1))
    table[1] = np.nan
    two = replace(NEW.take([0, 1]), table=table)
    found = model.predict(DATAMODULES["tabular"].build(TRAIN, two, 0))
    assert found[0] == found[1]
