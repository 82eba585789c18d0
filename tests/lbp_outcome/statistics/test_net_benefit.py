import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.statistics.bootstrap import patient_weights
from lbp_outcome.statistics.net_benefit import (
    decision_curve,
    net_benefit,
    net_benefit_of_everyone,
    weighted_net_benefit,
)

grid = [0.0, 0.1, 0.3, 0.5, 0.7, 0.95, 1.0]
rows = st.lists(
    st.tuples(st.booleans(), st.sampled_from(grid)), min_size=1, max_size=30
).map(
    lambda rows: (np.array([float(y) for y, _ in rows]), np.array([p for _, p in rows]))
)


@given(rows)
def test_net_benefit_is_true_positives_minus_priced_false_positives(data):
    outcome, risk = data
    thresholds = np.array([0.0, 0.1, 0.2, 0.5, 0.95])
    found = net_benefit(outcome, risk, thresholds)
    for threshold, value in zip(thresholds, found, strict=True):
        acted = risk >= threshold
        hits, misses = (acted & (outcome == 1)).sum(), (acted & (outcome == 0)).sum()
        direct = (hits - misses * threshold / (1 - threshold)) / len(outcome)
        assert value == pytest.approx(direct, abs=1e-12)


def test_acting_in_everyone_is_worth_nothing_at_the_base_rate():
    outcome = np.repeat([1.0, 0.0], [68, 32])
    found = net_benefit_of_everyone(outcome, np.array([0.0, 0.68]))
    assert found == pytest.approx([0.68, 0.0])


def test_weights_mean_repeated_patients():
    chance = np.random.default_rng(0)
    outcome, risk = (chance.random(30) < 0.6).astype(float), chance.random(30)
    weights, thresholds = chance.integers(0, 3, (5, 30)), np.linspace(0, 0.9, 10)
    found = weighted_net_benefit(outcome, risk, thresholds, weights.astype(float))
    for row, values in zip(weights, found, strict=True):
        often = np.repeat(np.arange(30), row)
        expected = net_benefit(outcome[often], risk[often], thresholds)
        assert values == pytest.approx(expected)


def test_true_risks_are_never_worse_than_treating_all_or_none():
    chance = np.random.default_rng(0)
    risk = chance.beta(4, 2, 50_000)
    outcome = (chance.random(50_000) < risk).astype(float)
    thresholds = np.linspace(0.1, 0.9, 9)
    model = net_benefit(outcome, risk, thresholds)
    everyone = net_benefit_of_everyone(outcome, thresholds)
    assert (model >= np.maximum(everyone, 0) - 0.003).all()


def test_the_band_holds_the_curve():
    chance = np.random.default_rng(1)
    risk = chance.beta(4, 2, 160)
    outcome = (chance.random(160) < risk).astype(float)
    patients = [str(i) for i in range(160)]
    curve = decision_curve(outcome, risk, patients=patients, replicates=500)
    assert (curve.low <= curve.model).all()
    assert (curve.model <= curve.high).all()
    assert curve.thresholds[0] == 0.4
    assert curve.thresholds[-1] == 0.9


def test_the_band_is_that_of_resamples_drawn_one_by_one():
    chance = np.random.default_rng(1)
    risk = chance.beta(4, 2, 60)
    outcome = (chance.random(60) < risk).astype(float)
    patients = [f"{i:02d}" for i in range(60)]
    thresholds = np.linspace(0.3, 0.9, 7)
    curve = decision_curve(
        outcome, risk, patients=patients, thresholds=thresholds, replicates=50, seed=3
    )
    (weights,) = patient_weights(patients, replicates=50, seed=3)
    drawn = [np.repeat(np.arange(60), row.astype(int)) for row in weights]
    slow = [net_benefit(outcome[rows], risk[rows], thresholds) for rows in drawn]
    low, high = np.quantile(slow, (0.025, 0.975), axis=0)
    assert curve.low == pytest.approx(low, abs=1e-12)
    assert curve.high == pytest.approx(high, abs=1e-12)


@pytest.mark.parametrize("threshold", [1.0, -0.1, np.nan])
def test_a_threshold_of_certainty_is_refused(threshold):
    with pytest.raises(InvalidChoice, match="from 0 to below 1"):
        net_benefit(np.array([0.0, 1.0]), np.array([0.2, 0.8]), np.array([threshold]))
