import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri
from sklearn import metrics

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.discrimination import auc
from lbp_outcome.statistics.roc_curve import roc_curve, weighted_sensitivity

scored = st.lists(
    st.tuples(st.booleans(), st.integers(0, 9)), min_size=2, max_size=40
).map(
    lambda rows: (
        np.array([1.0, 0.0] + [float(y) for y, _ in rows]),
        np.array([5.0, 5.0] + [float(s) for _, s in rows]),
    )
)


def cohort(n=160, seed=0):
    chance = np.random.default_rng(seed)
    outcome = (np.arange(n) < 0.68 * n).astype(float)
    return outcome, outcome + chance.normal(0, 1.4, n), [f"sub-{i}" for i in range(n)]


@given(scored)
def test_the_curve_runs_through_every_point_of_scikit_learn(data):
    outcome, score = data
    rates, sensitivity, _ = metrics.roc_curve(outcome, score, drop_intermediate=False)
    (found,) = weighted_sensitivity(outcome, score, rates, np.ones((1, len(outcome))))
    highest = [sensitivity[rates == rate].max() for rate in rates]
    assert found == pytest.approx(highest, abs=1e-9)


@given(scored)
def test_between_its_points_the_curve_is_straight_and_its_area_is_the_auc(data):
    outcome, score = data
    others = int((outcome == 0).sum())
    # Halfway between two neighbouring patients without the outcome the curve is exact.
    halfway = (np.arange(others) + 0.5) / others
    (found,) = weighted_sensitivity(outcome, score, halfway, np.ones((1, len(outcome))))
    assert found.mean() == pytest.approx(auc(outcome, score), abs=1e-9)


def test_weights_mean_repeated_patients():
    outcome, score, _ = cohort(40)
    score = score.round(1)
    weights = np.random.default_rng(1).multinomial(40, np.full(40, 1 / 40), 6)
    rates = np.linspace(0, 1, 11)
    found = weighted_sensitivity(outcome, score, rates, weights.astype(float))
    for row, values in zip(weights, found, strict=True):
        often = np.repeat(np.arange(40), row)
        alone = weighted_sensitivity(
            outcome[often], score[often], rates, np.ones((1, 40))
        )
        assert values == pytest.approx(alone[0], abs=1e-9)


def test_the_band_holds_the_curve_and_narrows_with_more_patients():
    width = {}
    for n in (80, 800):
        outcome, score, names = cohort(n)
        curve = roc_curve(outcome, score, patients=names, replicates=300)
        assert (curve.low <= curve.sensitivity).all()
        assert (curve.sensitivity <= curve.high).all()
        assert curve.sensitivity[-1] == curve.low[-1] == 1
        width[n] = (curve.high - curve.low)[20:80].mean()
    assert width[800] < width[80] / 2


def test_bands_hold_the_true_sensitivity_as_often_as_they_say():
    truth, rate, held = ndtr(1 + ndtri(0.3)), np.array([0.3]), []
    chance = np.random.default_rng(2)
    for seed in range(150):
        outcome = (np.arange(160) < 109).astype(float)
        score = outcome + chance.normal(size=160)
        curve = roc_curve(
            outcome,
            score,
            patients=[str(i) for i in range(160)],
            rates=rate,
            replicates=200,
            seed=seed,
        )
        held.append(curve.low[0] <= truth <= curve.high[0])
    assert 0.90 <= np.mean(held) <= 0.99


def test_repeats_of_a_cross_validation_do_not_feign_more_patients():
    outcome, score, names = cohort(120)
    once = roc_curve(outcome, score, patients=names, replicates=300)
    thrice = roc_curve(
        np.tile(outcome, 3), np.tile(score, 3), patients=names * 3, replicates=300
    )
    assert thrice.sensitivity == pytest.approx(once.sensitivity)
    assert thrice.low == pytest.approx(once.low)


def test_without_both_outcomes_there_is_no_curve():
    with pytest.raises(NotMeasurable, match="3 of 3 patients"):
        roc_curve(np.ones(3), np.arange(3.0), patients=["a", "b", "c"])


def test_a_missing_score_is_refused():
    with pytest.raises(InvalidChoice, match="missing or infinite"):
        roc_curve(np.array([0.0, 1.0]), np.array([0.2, np.nan]), patients=["a", "b"])
