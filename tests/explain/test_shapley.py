from dataclasses import dataclass, replace
from itertools import combinations
from math import factorial

import numpy as np
import pytest
from scipy.special import logit

from datamodules import DATAMODULES
from explain import EXPLANATIONS
from explain._permutation_shapley import _shap, permutation_shapley
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.simulate.planted_views import planted_table
from models import MODELS

SHAPLEY = EXPLANATIONS["shapley"]
TRAIN, NEW = planted_table(120, seed=1, gaps=0.1), planted_table(9, seed=2, gaps=0.2)


def fold(train=TRAIN, held_out=NEW):
    return DATAMODULES["tabular"].build(train, held_out, 0)


@dataclass
class Twisted:
    """A probability in which the first two predictors only count together."""

    def predict(self, data):
        x = data.held_out.table
        return 0.5 + 0.02 * x[:, 0] * x[:, 1] - 0.03 * x[:, 2]

    def save(self, folder):
        raise NotImplementedError


def exact(function, row, reference):
    """Shapley's own sum over all coalitions: slow and obvious."""
    count = len(row)
    values = np.zeros(count)
    for player in range(count):
        others = [other for other in range(count) if other != player]
        for size in range(count):
            share = factorial(size) * factorial(count - size - 1) / factorial(count)
            for coalition in combinations(others, size):
                known = reference.copy()
                known[list(coalition)] = row[list(coalition)]
                with_player = known.copy()
                with_player[player] = row[player]
                values[player] += share * (function(with_player) - function(known))
    return values


def test_permutations_agree_with_all_coalitions():
    full_train, full_new = planted_table(50, seed=1), planted_table(4, seed=2)
    found = SHAPLEY.attribute(Twisted(), fold(full_train, full_new))
    median = np.median(full_train.table, axis=0)

    def value(row):
        return 0.5 + 0.02 * row[0] * row[1] - 0.03 * row[2]

    for row, contributions in zip(full_new.table, found.contributions, strict=True):
        np.testing.assert_allclose(contributions, exact(value, row, median), atol=1e-9)
    assert found.scale == "probability"
    assert found.reference == pytest.approx(value(median))


def test_trees_agree_with_the_shap_library():
    fitted = MODELS["boosted"].fit(fold(), {}, 0)
    twin = _shap().TreeExplainer(fitted.booster).shap_values(NEW.table)
    found = SHAPLEY.attribute(fitted, fold())
    np.testing.assert_allclose(found.contributions, twin, atol=1e-5)


@pytest.mark.parametrize("name", ["boosted", "logistic"])
def test_needs_no_training_patient_once_fitted(name):
    fitted = MODELS[name].fit(fold(), {}, 0)
    nobody = fold(train=NEW.take([]))
    found = SHAPLEY.attribute(fitted, nobody)
    total = found.reference + found.contributions.sum(axis=1)
    np.testing.assert_allclose(total, logit(fitted.predict(nobody)), atol=1e-5)
    assert np.ptp(found.reference) == 0


def test_logistic_contributions_are_weight_times_distance_from_the_mean():
    full = planted_table(60, seed=3)
    fitted = MODELS["logistic"].fit(fold(full, NEW), {}, 0)
    given = planted_table(5, seed=4)
    found = SHAPLEY.attribute(fitted, fold(full, given)).contributions
    per_unit = fitted.score.weights / full.table.std(axis=0)
    away = given.table - full.table.mean(axis=0)
    np.testing.assert_allclose(found, per_unit * away, atol=1e-12)


def test_the_base_rate_owes_nothing_to_anybody():
    found = SHAPLEY.attribute(MODELS["base_rate"].fit(fold(), {}, 0), fold())
    assert not found.contributions.any()


def test_says_when_there_is_nobody_to_compare_with():
    with pytest.raises(InvalidChoice, match="no typical patient"):
        SHAPLEY.attribute(Twisted(), fold(NEW.take([]), NEW))


def test_refuses_predictors_that_the_model_was_not_fitted_on():
    fitted = MODELS["boosted"].fit(fold(), {}, 0)
    turned = replace(NEW, predictors=NEW.predictors[::-1])
    with pytest.raises(InvalidChoice, match="another order"):
        SHAPLEY.attribute(fitted, fold(turned.take([]), turned))


def test_samples_alike_with_the_same_seed():
    data = fold(planted_table(50, seed=1), planted_table(2, seed=2))
    one, two = (permutation_shapley(Twisted(), data, seed=4) for _ in range(2))
    np.testing.assert_array_equal(one.contributions, two.contributions)
