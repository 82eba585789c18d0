from functools import partial

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.bootstrap import interval
from lbp_outcome.statistics.ici import calibration_error, weighted_ici
from lbp_outcome.statistics.restricted_spline import RestrictedSpline


def cohort(n, seed=0):
    chance = np.random.default_rng(seed)
    risk = expit(chance.normal(0.8, 0.9, n))
    return (chance.random(n) < risk).astype(float), risk


def test_true_risks_have_no_error_in_many_patients():
    assert calibration_error(*cohort(40_000)).ici < 0.006


@pytest.mark.parametrize(("shift", "stretch"), [(0.7, 1.0), (0.0, 2.0), (-0.5, 0.5)])
def test_a_distortion_of_the_risks_is_measured(shift, stretch):
    outcome, risk = cohort(40_000)
    distorted = expit(shift + stretch * logit(risk))
    away = np.abs(distorted - risk)
    found = calibration_error(outcome, distorted)
    assert found.ici == pytest.approx(away.mean(), abs=0.01)
    assert found.e50 == pytest.approx(np.median(away), abs=0.01)
    assert found.e90 == pytest.approx(np.quantile(away, 0.9), abs=0.015)


def test_it_is_the_distance_from_a_regression_by_scikit_learn():
    outcome, risk = cohort(160)
    terms = RestrictedSpline(logit(risk))(logit(risk))[:, 1:]
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12)
    curve = model.fit(terms, outcome).predict_proba(terms)[:, 1]
    found = calibration_error(outcome, risk)
    assert found.ici == pytest.approx(np.abs(curve - risk).mean(), abs=1e-9)


def test_a_spline_is_straight_beyond_its_outer_knots():
    values = np.random.default_rng(0).normal(size=300)
    beyond = np.array([2.0, 3.0, 4.0, -2.0, -3.0, -4.0])
    bend = RestrictedSpline(values)(beyond)[:, 2]
    assert np.diff(bend[:3], 2) == pytest.approx([0], abs=1e-9)
    assert bend[3:] == pytest.approx(np.zeros(3), abs=1e-12)


def test_weights_mean_repeated_patients():
    outcome, risk = cohort(60)
    weights = np.ones((2, 60))
    weights[1] = np.random.default_rng(0).integers(1, 4, 60)
    plain, often = weighted_ici(outcome, risk, weights)
    assert plain == pytest.approx(calibration_error(outcome, risk).ici, abs=1e-12)
    direct = weighted_ici(outcome, risk, weights[1:] * 2)
    assert often == pytest.approx(direct[0], abs=1e-9)


def resampled(outcome, probability, seed):
    names = [str(i) for i in range(len(outcome))]
    metric = partial(weighted_ici, outcome, probability)
    return interval(metric, names, replicates=80, seed=seed)


def test_intervals_hold_a_real_error_as_often_as_they_say():
    _, risk = cohort(100_000)
    truth, held = np.abs(risk - expit(logit(risk) + 0.6)).mean(), []
    for seed in range(40):
        outcome, risk = cohort(160, seed)
        found = resampled(outcome, expit(logit(risk) + 0.6), seed)
        held.append(found.low <= truth <= found.high)
    assert np.mean(held) >= 0.85  # 0.94 in 300 cohorts of 300 resamples


def test_chance_keeps_the_error_of_true_risks_above_0():
    found = [resampled(*cohort(160, seed), seed) for seed in range(20)]
    assert min(one.low for one in found) > 0
    assert 0.03 < np.mean([one.estimate for one in found]) < 0.06


def test_predictions_that_hardly_differ_or_separate_are_refused():
    outcome, risk = cohort(60)
    with pytest.raises(NotMeasurable, match="less than 2 percentage points"):
        calibration_error(outcome, np.full(60, 0.7))
    assert np.isnan(weighted_ici(outcome, np.full(60, 0.7), np.ones((1, 60)))).all()
    with pytest.raises(NotMeasurable, match="separate the outcomes"):
        calibration_error(np.sort(outcome), np.sort(risk))
