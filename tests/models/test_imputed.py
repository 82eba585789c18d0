"""Multiple imputation gives back what was lost, and no more certainty than there is."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from datamodules import DATAMODULES
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.simulate.planted_views import planted_table
from models import MODELS
from models._imputation import impute

RECIPE = MODELS["logistic_imputed"]


def normal_pair(patients, correlation, seed):
    """Two standard normal columns of known correlation."""
    chance = np.random.default_rng(seed)
    first = chance.normal(size=patients)
    noise = chance.normal(size=patients)
    return np.column_stack(
        [first, correlation * first + (1 - correlation**2) ** 0.5 * noise]
    )


def half_missing(table, seed):
    """The second column goes missing more often where the first is high."""
    gone = np.random.default_rng(seed).random(len(table)) < expit(2 * table[:, 0])
    found = table.copy()
    found[gone, 1] = np.nan
    return found, gone


def fit(train, **chosen):
    data = DATAMODULES["tabular"].build(train, train.take([]), 0)
    return RECIPE.fit(data, chosen, 0)


def test_expects_of_a_missing_value_what_the_normal_distribution_says():
    table, _ = half_missing(normal_pair(4000, 0.8, 1), 1)
    outcome = np.random.default_rng(0).integers(0, 2, 4000).astype(float)
    imputation, _ = impute(table, outcome, 2, 0)
    new = np.array([[1.5, np.nan], [np.nan, -1.0], [np.nan, np.nan]])
    filled = imputation.fill(new) * imputation.spread + imputation.centre
    expected = [[1.5, 0.8 * 1.5], [-0.8, -1.0], [0.0, 0.0]]
    np.testing.assert_allclose(filled, expected, atol=0.1)


def test_a_slow_twin_goes_round_the_chain_until_nothing_changes():
    table = planted_table(60, seed=3, weights=(1.0,) * 4, gaps=0.2)
    imputation, _ = impute(table.table, table.outcome, 3, 0)
    row = np.array([0.3, np.nan, np.nan, -1.0])
    known = (row - imputation.centre) / imputation.spread
    chain = np.nan_to_num(known)
    for _ in range(200):
        for gap in (1, 2):
            others = [column for column in range(4) if column != gap]
            among = imputation.covariance[np.ix_(others, others)]
            weights = np.linalg.solve(among, imputation.covariance[others, gap])
            away = (chain - imputation.mean)[others]
            chain[gap] = imputation.mean[gap] + away @ weights
    np.testing.assert_allclose(imputation.fill(row[None])[0], chain, atol=1e-9)


def test_keeps_every_value_that_is_known():
    table, _ = half_missing(normal_pair(50, 0.5, 2), 2)
    outcome = np.arange(50) % 2.0
    imputation, copies = impute(table, outcome, 3, 0)
    known = ~np.isnan(table)
    given = (table - imputation.centre) / imputation.spread
    for filled in (*copies, imputation.fill(table)):
        np.testing.assert_array_equal(filled[known], given[known])


def test_tables_differ_only_in_what_was_missing_and_the_seed_repeats_them():
    table, gone = half_missing(normal_pair(50, 0.5, 3), 3)
    outcome = np.arange(50) % 2.0
    _, first = impute(table, outcome, 3, 7)
    _, again = impute(table, outcome, 3, 7)
    np.testing.assert_array_equal(first, again)
    spread = first.std(axis=0)
    assert (spread[gone, 1] > 0.05).all()
    assert (spread[~gone] < 1e-12).all()


def test_imputed_values_vary_as_much_as_the_true_ones():
    table, _ = half_missing(normal_pair(2000, 0.6, 4), 4)
    outcome = np.arange(2000) % 2.0
    imputation, copies = impute(table, outcome, 5, 0)
    drawn = copies[:, :, 1] * imputation.spread[1] + imputation.centre[1]
    assert drawn.mean() == pytest.approx(0.0, abs=0.1)
    assert drawn.std() == pytest.approx(1.0, abs=0.07)
    assert np.corrcoef(drawn[0], table[:, 0])[0, 1] == pytest.approx(0.6, abs=0.06)


def test_does_not_water_down_an_effect_as_imputing_without_the_outcome_would():
    full = planted_table(3000, seed=5, weights=(0.0, 1.5))
    gone = np.random.default_rng(5).random(3000) < 0.5
    table = full.table.copy()
    table[gone, 1] = np.nan
    with_gaps = fit(replace(full, table=table), C=100.0, imputations=5)
    per_unit = with_gaps.weights / with_gaps.imputation.spread
    np.testing.assert_allclose(per_unit, [0.0, 1.5], atol=0.2)


def test_standard_errors_cover_the_truth_as_often_as_they_say():
    inside, fits = 0, 60
    for seed in range(fits):
        full = planted_table(150, seed=seed, weights=(0.5, 1.0))
        table = full.table.copy()
        gone = np.random.default_rng((seed, 1)).random(150) < 0.3
        table[gone, 1] = np.nan
        found = fit(replace(full, table=table), C=1e3, imputations=5)
        per_unit = found.weights[1] / found.imputation.spread[1]
        error = found.standard_errors[1] / found.imputation.spread[1]
        inside += abs(per_unit - 1.0) < 1.96 * error
    assert inside / fits > 0.95 - 3 * (0.95 * 0.05 / fits) ** 0.5


def test_is_the_plain_regression_where_nothing_is_missing():
    train, new = planted_table(80, seed=6), planted_table(20, seed=7)
    data = DATAMODULES["tabular"].build(train, new, 0)
    plain = MODELS["logistic"].fit(data, {}, 0).predict(data)
    np.testing.assert_allclose(RECIPE.fit(data, {}, 0).predict(data), plain, rtol=1e-9)


def test_a_gap_makes_a_weight_less_certain():
    full = planted_table(100, seed=8)
    table = full.table.copy()
    table[::2, 0] = np.nan
    whole, gappy = (fit(view, C=1e3) for view in (full, replace(full, table=table)))
    assert gappy.standard_errors[0] > 1.1 * whole.standard_errors[0]


@pytest.mark.parametrize("copies", [0, 1])
def test_refuses_too_few_imputations(copies):
    with pytest.raises(InvalidChoice, match="at least 2"):
        fit(planted_table(40, seed=9), imputations=copies)
