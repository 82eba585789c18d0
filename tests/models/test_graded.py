"""Who passed by a mile teaches more than who passed by a hair."""

from dataclasses import replace

import numpy as np
import pytest

from datamodules import DATAMODULES
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.simulate.planted_views import planted_table
from lbp_outcome.statistics.discrimination import auc
from models import MODELS

WEIGHTS = (0.6, -0.4, 0.3, 0.0, 0.0, 0.0, 0.0, 0.0)
NEW = planted_table(4000, seed=99, weights=WEIGHTS)


def fold(train, held_out=NEW):
    return DATAMODULES["tabular"].build(train, held_out, 0)


def predicted(method, train):
    recipe = MODELS[method]
    return recipe.fit(fold(train), recipe.grid[0], 0).predict(fold(train))


def test_an_outcome_without_a_margin_is_refused():
    train = replace(planted_table(40, seed=1, weights=WEIGHTS), margin=None)
    with pytest.raises(InvalidChoice, match="by how much a patient passes"):
        predicted("graded", train)


def test_learns_more_from_eighty_patients_than_a_regression_of_verdicts():
    cohorts = [planted_table(80, seed=seed, weights=WEIGHTS) for seed in range(30)]
    graded, verdicts = (
        np.mean([auc(NEW.outcome, predicted(method, train)) for train in cohorts])
        for method in ("graded", "logistic")
    )
    assert graded > verdicts + 0.005


def test_its_probabilities_hold_true():
    train = planted_table(2000, seed=3, weights=WEIGHTS)
    recipe = MODELS["graded"]
    many = planted_table(20_000, seed=4, weights=WEIGHTS)
    fitted = recipe.fit(fold(train), {"penalty": 1.0}, 0)
    probability = fitted.predict(fold(train, many))
    for rows in np.array_split(np.argsort(probability), 5):
        share = many.outcome[rows].mean()
        assert probability[rows].mean() == pytest.approx(share, abs=0.04)
