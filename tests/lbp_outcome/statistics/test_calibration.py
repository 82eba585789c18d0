import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, logit

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.calibration import (
    calibration_intercept,
    calibration_slope,
    weighted_calibration_intercept,
    weighted_calibration_slope,
)
from lbp_outcome.statistics.calibration_curve import calibration_curve
from lbp_outcome.statistics.logistic import CLIP, fit_logistic


def cohort(n, seed=0, spread=1.0):
    chance = np.random.default_rng(seed)
    risk = expit(chance.normal(0.8, spread, n))
    return (chance.random(n) < risk).astype(float), risk


def names(n):
    return [f"sub-{i}" for i in range(n)]


def slow_fit(outcome, terms, offset, weights):
    """The likelihood as written in a textbook, given to a general optimiser."""

    def loss(beta):
        line = offset + terms @ beta
        return weights @ (np.logaddexp(0, line) - outcome * line)

    start = np.zeros(terms.shape[1])
    return minimize(loss, start, method="BFGS", options={"gtol": 1e-9}).x


def test_many_regressions_at_once_equal_one_at_a_time():
    outcome, risk = cohort(80)
    x = logit(risk)
    weights = np.random.default_rng(1).multinomial(80, np.full(80, 1 / 80), 6)
    terms = np.column_stack((np.ones(80), x))
    found = fit_logistic(terms, outcome, weights.astype(float), offset=x / 2)
    for row, coefficients in zip(weights, found, strict=True):
        slow = slow_fit(outcome, terms, x / 2, row)
        assert coefficients == pytest.approx(slow, abs=1e-5)


def test_true_risks_have_slope_one_and_intercept_zero():
    outcome, risk = cohort(40_000)
    assert calibration_slope(outcome, risk) == pytest.approx(1, abs=0.04)
    assert calibration_intercept(outcome, risk) == pytest.approx(0, abs=0.04)


@pytest.mark.parametrize(("shift", "stretch"), [(0.7, 1), (-1.2, 1), (0, 2), (0, 0.5)])
def test_a_distortion_of_the_risks_is_found_again(shift, stretch):
    outcome, risk = cohort(40_000, spread=0.8)
    distorted = expit(shift + stretch * logit(risk))
    slope = calibration_slope(outcome, distorted)
    assert slope * stretch == pytest.approx(1, abs=0.05)
    if stretch == 1:
        assert calibration_intercept(outcome, distorted) == pytest.approx(
            -shift, abs=0.05
        )


def test_after_the_intercept_is_added_the_mean_prediction_is_the_base_rate():
    outcome, risk = cohort(160)
    predicted = expit(logit(risk) - 1)
    moved = expit(logit(predicted) + calibration_intercept(outcome, predicted))
    assert moved.mean() == pytest.approx(outcome.mean(), abs=1e-9)


def test_weights_mean_repeated_patients():
    outcome, risk = cohort(60)
    weights = np.random.default_rng(2).multinomial(60, np.full(60, 1 / 60), 4)
    slopes = weighted_calibration_slope(outcome, risk, weights.astype(float))
    intercepts = weighted_calibration_intercept(outcome, risk, weights.astype(float))
    for row, slope, intercept in zip(weights, slopes, intercepts, strict=True):
        often = np.repeat(np.arange(60), row)
        assert slope == pytest.approx(calibration_slope(outcome[often], risk[often]))
        expected = calibration_intercept(outcome[often], risk[often])
        assert intercept == pytest.approx(expected, abs=1e-9)


def test_a_constant_prediction_has_an_intercept_but_no_slope():
    outcome, _ = cohort(100)
    constant = np.full(100, 0.5)
    with pytest.raises(NotMeasurable, match="all predictions are the same"):
        calibration_slope(outcome, constant)
    expected = logit(outcome.mean())
    assert calibration_intercept(outcome, constant) == pytest.approx(expected)


def test_predictions_that_separate_the_outcomes_have_no_slope():
    outcome = np.repeat([0.0, 1.0], 20)
    with pytest.raises(NotMeasurable, match="separate the outcomes completely"):
        calibration_slope(outcome, np.linspace(0.1, 0.9, 40))


def test_certainty_is_clipped_so_that_one_wrong_patient_does_not_decide():
    outcome, risk = cohort(200)
    certain, clipped = risk.copy(), risk.copy()
    certain[outcome == 0] = np.where(np.arange((outcome == 0).sum()) == 0, 1.0, 0.3)
    clipped[:] = np.clip(certain, CLIP, 1 - CLIP)
    assert calibration_slope(outcome, certain) == calibration_slope(outcome, clipped)


@pytest.mark.parametrize("wrong", [1.2, -0.1, np.nan])
def test_scores_that_are_not_probabilities_are_refused(wrong):
    outcome, risk = cohort(20)
    risk[4] = wrong
    with pytest.raises(
        InvalidChoice, match="1 of 20 predictions are not probabilities"
    ):
        calibration_slope(outcome, risk)


def test_the_curve_of_true_risks_lies_on_the_diagonal():
    outcome, risk = cohort(20_000)
    curve = calibration_curve(outcome, risk, patients=names(20_000), replicates=20)
    assert curve.observed == pytest.approx(curve.grid, abs=0.03)
    for group in curve.groups:
        assert group.observed.low <= group.predicted <= group.observed.high


def test_the_curve_follows_a_bend_that_slope_and_intercept_miss():
    chance = np.random.default_rng(0)
    x = chance.normal(0, 1.2, 20_000)
    outcome = (chance.random(20_000) < expit(0.5 * x**2 - 0.5)).astype(float)
    curve = calibration_curve(outcome, expit(x), patients=names(20_000), replicates=20)
    middle, ends = curve.observed[len(curve.grid) // 2], curve.observed[[0, -1]]
    assert (ends > middle + 0.2).all()


def test_the_band_holds_the_curve_and_narrows_with_more_patients():
    width = {}
    for n in (80, 800):
        outcome, risk = cohort(n)
        curve = calibration_curve(outcome, risk, patients=names(n), replicates=300)
        assert (curve.low <= curve.observed).all()
        assert (curve.observed <= curve.high).all()
        width[n] = (curve.high - curve.low).mean()
    assert width[800] < width[80] / 2


def test_repeats_of_a_cross_validation_do_not_feign_more_patients():
    outcome, risk = cohort(120)
    once = calibration_curve(outcome, risk, patients=names(120), replicates=400)
    thrice = calibration_curve(
        np.tile(outcome, 3), np.tile(risk, 3), patients=names(120) * 3, replicates=400
    )
    assert thrice.high - thrice.low == pytest.approx(once.high - once.low, rel=0.25)
    widths = [
        np.mean([g.observed.high - g.observed.low for g in curve.groups])
        for curve in (once, thrice)
    ]
    assert widths[1] == pytest.approx(widths[0], rel=0.05)


def test_few_distinct_predictions_still_have_a_curve():
    outcome, _ = cohort(120)
    two_values = np.where(np.arange(120) % 2, 0.6, 0.7)
    curve = calibration_curve(outcome, two_values, patients=names(120), replicates=50)
    assert np.isfinite(curve.observed).all()


@pytest.mark.parametrize("spread", [0, 0.01])
def test_predictions_that_hardly_differ_have_no_curve(spread):
    outcome, _ = cohort(50)
    with pytest.raises(NotMeasurable, match="less than 2 percentage points"):
        calibration_curve(
            outcome, np.linspace(0.6, 0.6 + spread, 50), patients=names(50)
        )
