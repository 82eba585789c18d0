import numpy as np
import pytest
from scipy.special import expit

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.discrimination import auc
from lbp_outcome.statistics.optimism import (
    correct,
    in_resample,
    optimism_corrected,
    resamples,
)


def cohort(n, useless, seed):
    """One predictor that matters and several that do not; simulated."""
    chance = np.random.default_rng(seed)
    columns = np.column_stack((np.ones(n), chance.normal(size=(n, 1 + useless))))
    outcome = (chance.random(n) < expit(columns[:, 1])).astype(float)
    return columns, outcome


def line_through(columns, outcome):
    def refit(rows):
        line = np.linalg.lstsq(columns[rows], outcome[rows])[0]
        return lambda others: columns[others] @ line

    return refit


def names(n):
    return [f"sub-{i}" for i in range(n)]


def slow_optimism(metric, outcome, refit, patients, replicates, seed):
    """Harrell's recipe, step by step; one row per patient."""
    everyone = np.arange(len(outcome))
    total, own = 0.0, []
    for number in range(replicates):
        chance = np.random.default_rng((seed, number))
        drawn = chance.integers(len(outcome), size=len(outcome))
        rows = np.argsort(patients, kind="stable")[drawn]
        model = refit(rows)
        own.append(metric(outcome[rows], model(rows)))
        total += own[-1] - metric(outcome, model(everyone))
    apparent = metric(outcome, refit(everyone)(everyone))
    optimism = total / replicates
    corrected = apparent - optimism
    low, high = np.quantile(own, [0.025, 0.975]) - np.mean(own)
    return apparent, optimism, (corrected, corrected + low, corrected + high)


def test_it_equals_the_recipe_done_step_by_step():
    columns, outcome = cohort(60, 4, seed=1)
    arguments = auc, outcome, line_through(columns, outcome), names(60)
    found = optimism_corrected(*arguments, replicates=40, seed=5)
    apparent, optimism, corrected = slow_optimism(*arguments, 40, 5)
    assert (found.apparent, found.optimism) == pytest.approx((apparent, optimism))
    assert found.corrected == pytest.approx(corrected)
    assert found.resamples == 40


def test_corrected_performance_is_that_in_new_patients_as_often_as_hoped():
    """30 simulated cohorts of 160 with 9 useless predictors: apparent AUC misleads."""
    apparent, corrected, true, held = [], [], [], []
    for seed in range(30):
        columns, outcome = cohort(160, 9, seed)
        refit = line_through(columns, outcome)
        found = optimism_corrected(auc, outcome, refit, names(160), replicates=30)
        new_columns, new_outcome = cohort(2_000, 9, seed + 1_000)
        line = np.linalg.lstsq(columns, outcome)[0]
        apparent.append(found.apparent)
        corrected.append(found.corrected.estimate)
        true.append(auc(new_outcome, new_columns @ line))
        held.append(found.corrected.low <= true[-1] <= found.corrected.high)
    assert np.mean(apparent) > np.mean(true) + 0.05
    assert np.mean(corrected) == pytest.approx(np.mean(true), abs=0.02)
    assert np.mean(held) >= 0.8


def test_a_model_that_learns_nothing_has_no_optimism():
    columns, outcome = cohort(200, 0, seed=2)
    found = optimism_corrected(
        auc, outcome, lambda _: lambda rows: columns[rows, 1], names(200)
    )
    assert found.optimism == pytest.approx(0, abs=0.01)
    assert found.corrected.low < found.corrected.estimate < found.corrected.high


def test_resamples_are_listed_up_front_and_can_be_fitted_in_any_order():
    columns, outcome = cohort(60, 4, seed=1)
    refit = line_through(columns, outcome)

    def backwards(fit, listed):
        return [fit(rows) for rows in reversed(list(listed))][::-1]

    there = optimism_corrected(auc, outcome, refit, names(60), replicates=20)
    back = optimism_corrected(
        auc, outcome, refit, names(60), replicates=20, spread=backwards
    )
    assert there == back
    few, many = (resamples(names(60), replicates=n, seed=0) for n in (5, 20))
    assert all((a == b).all() for a, b in zip(few, many, strict=False))


def test_rows_of_one_patient_are_drawn_together():
    patients = np.repeat(names(10), 3)
    for rows in resamples(list(patients), replicates=20, seed=0):
        drawn, times = np.unique(rows, return_counts=True)
        per_patient = {}
        for row, count in zip(drawn, times, strict=True):
            per_patient.setdefault(patients[row], []).append(count)
        assert len(rows) == 30
        assert all(len(set(c)) == 1 and len(c) == 3 for c in per_patient.values())


def test_a_resample_of_one_outcome_is_left_out():
    columns, outcome = cohort(20, 0, seed=3)
    refit = line_through(columns, outcome)
    rows = np.flatnonzero(outcome == 1)
    assert in_resample(auc, outcome, refit, rows) is None


def test_too_many_undefined_resamples_are_refused():
    outcome = np.zeros(30)
    outcome[0] = 1
    columns = np.column_stack((np.ones(30), np.arange(30.0)))
    with pytest.raises(NotMeasurable, match="of 50 resamples of the patients allow"):
        optimism_corrected(
            auc, outcome, line_through(columns, outcome), names(30), replicates=50
        )


def test_no_resample_at_all_is_refused():
    with pytest.raises(NotMeasurable, match="only 0 of 1"):
        correct(0.8, [], 1)
    with pytest.raises(InvalidChoice, match="2 resamples or more"):
        resamples(names(5), replicates=1, seed=0)
