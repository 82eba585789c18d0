"""What the models of a number promise beyond what every model does."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from datamodules import DATAMODULES
from explain import EXPLANATIONS
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.simulate.planted_views import planted_table
from models import MODELS
from models._ridge import ridge_linear

WEIGHTS = np.array([8.0, -3.0, 0.0])


def painful(patients, seed):
    """Pain [mm], linear in two predictors, with noise of 4 mm."""
    view = planted_table(patients, seed=seed)
    noise = 4 * np.random.default_rng(seed).normal(size=patients)
    return replace(view, outcome=40 + view.table @ WEIGHTS + noise)


TRAIN, NEW = painful(150, 1), painful(60, 2)


def fit(name, train=TRAIN, held_out=NEW, **chosen):
    data = DATAMODULES["tabular"].build(train, held_out, 0)
    return MODELS[name].fit(data, chosen, 0), data


@pytest.mark.parametrize("penalty", [0.0, 1.0, 100.0])
def test_ridge_agrees_with_scikit_learn(penalty):
    centred = TRAIN.table - TRAIN.table.mean(axis=0)
    twin = Ridge(alpha=penalty).fit(centred, TRAIN.outcome)
    intercept, *weights = ridge_linear(centred, TRAIN.outcome, [penalty])[0]
    np.testing.assert_allclose(weights, twin.coef_, atol=1e-9)
    assert intercept == pytest.approx(twin.intercept_)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), penalty=st.floats(1e-3, 1e3))
def test_ridge_is_at_the_minimum_of_what_it_minimises(seed, penalty):
    chance = np.random.default_rng(seed)
    design, outcome = chance.normal(size=(12, 20)), chance.normal(size=12)
    design -= design.mean(axis=0)
    intercept, *weights = ridge_linear(design, outcome, [penalty])[0]
    missed = outcome - intercept - design @ weights
    np.testing.assert_allclose(
        design.T @ missed, np.multiply(penalty, weights), atol=1e-8
    )


def test_ridge_takes_the_shortest_of_many_solutions():
    twice = np.array([[-1.0, -1.0], [0.0, 0.0], [1.0, 1.0]])
    found = ridge_linear(twice, np.array([-1.0, 0.0, 1.0]), [0.0])[0]
    np.testing.assert_allclose(found, [0.0, 0.5, 0.5], atol=1e-12)


def test_ridge_finds_the_planted_effects():
    model, data = fit("ridge", penalty=1.0)
    per_unit = model.score.weights / model.score.preparation.scale
    np.testing.assert_allclose(per_unit, WEIGHTS, atol=1.0)
    assert np.mean((model.predict(data) - NEW.outcome) ** 2) < 1.3 * 4**2


def test_ridge_predicts_the_average_when_it_distrusts_everything():
    model, data = fit("ridge", penalty=1e12)
    assert model.predict(data) == pytest.approx(TRAIN.outcome.mean())


def test_predictions_are_not_held_within_the_range_of_the_outcome():
    extreme = replace(NEW, table=NEW.table + np.array([20.0, 0.0, 0.0]))
    model, data = fit("ridge", held_out=extreme)
    assert model.predict(data).min() > 100


def test_boosted_regression_uses_a_bend_that_no_line_can():
    bent = {
        name: replace(view, outcome=10 * np.abs(view.table[:, 0]))
        for name, view in (("train", painful(200, 3)), ("held_out", painful(100, 4)))
    }
    missed = {}
    for name in ("boosted_regression", "ridge"):
        model, data = fit(name, **bent)
        missed[name] = np.mean((model.predict(data) - bent["held_out"].outcome) ** 2)
    assert missed["boosted_regression"] < 0.2 * missed["ridge"]


@pytest.mark.parametrize("name", ["ridge", "boosted_regression", "single_best_linear"])
def test_contributions_are_in_the_unit_of_the_outcome_and_add_up(name):
    model, data = fit(name)
    found = EXPLANATIONS["shapley"].attribute(model, data)
    assert found.scale == "outcome"
    total = found.reference + found.contributions.sum(axis=1)
    np.testing.assert_allclose(total, model.predict(data), rtol=1e-5)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_refuses_an_outcome_that_is_no_number(value):
    wrong = replace(TRAIN, outcome=np.r_[value, TRAIN.outcome[1:]])
    with pytest.raises(InvalidChoice, match="must be a number"):
        fit("ridge", train=wrong)


def test_refuses_a_penalty_below_zero():
    with pytest.raises(InvalidChoice, match="penalty = -1"):
        ridge_linear(TRAIN.table, TRAIN.outcome, [-1.0])
