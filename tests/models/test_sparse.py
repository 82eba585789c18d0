"""The elastic net finds the optimum of what it minimises, and leaves predictors out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from datamodules import DATAMODULES
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.simulate.planted_views import planted_table
from models import MODELS, _sparse
from models._sparse import sparse_logistic

TRAIN = planted_table(80, seed=1, weights=(2.0, -1.0, 0.0, 0.0, 0.0))
STRENGTHS = [0.03, 0.1, 1.0, 10.0]


def fitted(**chosen):
    data = DATAMODULES["tabular"].build(TRAIN, TRAIN.take([]), 0)
    return MODELS["elastic_net"].fit(data, chosen, 0)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_agrees_with_scikit_learn(share):
    found = sparse_logistic(TRAIN.table, TRAIN.outcome, STRENGTHS, share)
    for strength, row in zip(STRENGTHS, found, strict=True):
        twin = LogisticRegression(
            C=strength, l1_ratio=share, solver="saga", tol=1e-9, max_iter=50_000
        ).fit(TRAIN.table, TRAIN.outcome)
        np.testing.assert_allclose(row[1:], twin.coef_[0], atol=1e-5)


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    strength=st.floats(1e-3, 10.0),
    share=st.floats(0.0, 1.0),
)
def test_is_at_the_minimum_of_what_it_minimises(seed, strength, share):
    chance = np.random.default_rng(seed)
    design = chance.normal(size=(30, 4))
    outcome = np.r_[0.0, 1.0, chance.integers(0, 2, 28)]
    intercept, *weights = sparse_logistic(design, outcome, [strength], share)[0]
    missed = outcome - expit(intercept + design @ weights)
    pull = strength * (design.T @ missed) - (1 - share) * np.array(weights)
    used = np.array(weights) != 0
    assert missed.sum() * strength == pytest.approx(0, abs=1e-4)
    np.testing.assert_allclose(pull[used], share * np.sign(weights)[used], atol=1e-4)
    assert (np.abs(pull[~used]) <= share + 1e-4).all()


def test_is_the_same_to_the_last_bit_whichever_strengths_stand_beside_it():
    together = sparse_logistic(TRAIN.table, TRAIN.outcome, STRENGTHS, 0.5)
    for strength, row in zip(STRENGTHS, together, strict=True):
        alone = sparse_logistic(TRAIN.table, TRAIN.outcome, [strength], 0.5)[0]
        np.testing.assert_array_equal(row, alone)


def test_keeps_what_counts_and_leaves_out_what_does_not():
    found = fitted(C=0.3, lasso_share=1.0).selected
    assert {"predictor_0", "predictor_1"} <= set(found)
    assert len(found) < len(TRAIN.predictors)


def test_keeps_nothing_when_it_trusts_nothing():
    assert fitted(C=1e-3, lasso_share=1.0).selected == ()


def test_ridge_keeps_everything():
    assert len(fitted(lasso_share=0.0).selected) == len(TRAIN.predictors)


@pytest.mark.parametrize("chosen", [{"C": 0.0}, {"lasso_share": 1.5}])
def test_refuses_what_is_out_of_range(chosen):
    with pytest.raises(InvalidChoice, match="must be"):
        fitted(**chosen)


def test_says_when_a_strength_is_too_large_to_converge(monkeypatch):
    monkeypatch.setattr(_sparse, "MAX_STEPS", 100)
    separated = np.r_[-np.ones(10), np.ones(10)][:, None]
    outcome = (separated[:, 0] > 0).astype(float)
    with pytest.raises(InvalidChoice, match=r"C = 1e\+12 is too large"):
        sparse_logistic(separated, outcome, [1e12], 1.0)
