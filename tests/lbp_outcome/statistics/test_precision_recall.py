import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.precision_recall import (
    average_precision,
    precision_recall_curve,
    weighted_average_precision,
    weighted_precision,
)

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
def test_average_precision_is_that_of_scikit_learn(data):
    expected = metrics.average_precision_score(*data)
    assert average_precision(*data) == pytest.approx(expected, abs=1e-9)


@given(scored)
def test_the_curve_runs_through_every_point_of_scikit_learn(data):
    outcome, score = data
    precision, recall, _ = metrics.precision_recall_curve(outcome, score)
    wanted = np.unique(recall[recall > 0])
    (found,) = weighted_precision(outcome, score, wanted, np.ones((1, len(outcome))))
    highest = [precision[recall == at].max() for at in wanted]
    assert found == pytest.approx(highest, abs=1e-9)


def test_average_precision_is_the_area_below_the_curve():
    outcome, score, _ = cohort()
    events = int(outcome.sum())
    halfway = (np.arange(events) + 0.5) / events
    (curve,) = weighted_precision(outcome, score, halfway, np.ones((1, 160)))
    assert curve.mean() == pytest.approx(average_precision(outcome, score), abs=1e-12)


def test_chance_scores_the_base_rate():
    outcome, _, _ = cohort()
    assert average_precision(outcome, np.zeros(160)) == pytest.approx(outcome.mean())
    assert average_precision(outcome, outcome) == 1


def test_weights_mean_repeated_patients():
    outcome, score, _ = cohort(40)
    score = score.round(1)
    weights = np.random.default_rng(1).multinomial(40, np.full(40, 1 / 40), 6)
    recalls = np.linspace(0.1, 1, 10)
    areas = weighted_average_precision(outcome, score, weights.astype(float))
    curves = weighted_precision(outcome, score, recalls, weights.astype(float))
    for row, area, curve in zip(weights, areas, curves, strict=True):
        often = np.repeat(np.arange(40), row)
        again = outcome[often], score[often]
        assert area == pytest.approx(average_precision(*again), abs=1e-12)
        alone = weighted_precision(*again, recalls, np.ones((1, 40)))
        assert curve == pytest.approx(alone[0], abs=1e-12)


def test_the_band_holds_the_curve_and_narrows_with_more_patients():
    width = {}
    for n in (80, 800):
        outcome, score, names = cohort(n)
        curve = precision_recall_curve(outcome, score, patients=names, replicates=300)
        middle = slice(20, 100)
        assert (curve.low <= curve.precision)[middle].all()
        assert (curve.precision <= curve.high)[middle].all()
        assert curve.precision[-1] >= curve.base_rate == outcome.mean()
        width[n] = (curve.high - curve.low)[middle].mean()
    assert width[800] < width[80] / 2


def test_repeats_of_a_cross_validation_do_not_feign_more_patients():
    outcome, score, names = cohort(120)
    once = precision_recall_curve(outcome, score, patients=names, replicates=300)
    thrice = precision_recall_curve(
        np.tile(outcome, 3), np.tile(score, 3), patients=names * 3, replicates=300
    )
    assert thrice.precision == pytest.approx(once.precision)
    assert thrice.high == pytest.approx(once.high)


def test_without_both_outcomes_nothing_can_be_pointed_out():
    with pytest.raises(NotMeasurable, match="0 of 3 patients"):
        average_precision(np.zeros(3), np.arange(3.0))
    nobody = np.zeros(3), np.arange(3.0)
    assert np.isnan(weighted_average_precision(*nobody, np.ones((1, 3)))).all()
    assert np.isnan(weighted_precision(*nobody, np.array([0.5]), np.ones((1, 3)))).all()
