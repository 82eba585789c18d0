import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, d2_brier_score

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.brier import (
    brier,
    brier_parts,
    scaled_brier,
    weighted_brier,
    weighted_scaled_brier,
)

graded = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.5, 0.66, 1.0])),
    min_size=1,
    max_size=40,
).map(
    lambda rows: (np.array([float(y) for y, _ in rows]), np.array([p for _, p in rows]))
)


@given(graded)
def test_the_scores_are_those_of_scikit_learn(data):
    outcome, risk = data
    assert brier(*data) == pytest.approx(
        brier_score_loss(outcome, risk, labels=[0, 1]), abs=1e-9
    )
    if 0 < outcome.mean() < 1:
        assert scaled_brier(*data) == pytest.approx(
            d2_brier_score(outcome, risk), abs=1e-9
        )


@given(graded)
def test_the_parts_add_up_to_the_whole(data):
    parts = brier_parts(*data)
    whole = parts.reliability - parts.resolution + parts.uncertainty
    assert whole == pytest.approx(brier(*data), abs=1e-12)
    assert min(parts) >= 0


@given(graded)
def test_the_best_constant_is_the_base_rate(data):
    outcome, _ = data
    best = brier(outcome, np.full(len(outcome), outcome.mean()))
    for constant in (0.0, 0.3, 0.9):
        assert best <= brier(outcome, np.full(len(outcome), constant)) + 1e-12


def test_scaled_brier_is_1_when_perfect_0_for_the_base_rate_and_negative_when_worse():
    outcome = np.array([1.0, 1.0, 1.0, 0.0])
    assert scaled_brier(outcome, outcome) == 1
    assert scaled_brier(outcome, np.full(4, 0.75)) == 0
    assert scaled_brier(outcome, 1 - outcome) < 0


def test_weights_mean_repeated_patients():
    chance = np.random.default_rng(0)
    outcome, risk = (chance.random(30) < 0.6).astype(float), chance.random(30)
    weights = chance.integers(0, 3, (5, 30))
    plain = weighted_brier(outcome, risk, weights.astype(float))
    scaled = weighted_scaled_brier(outcome, risk, weights.astype(float))
    for row, value, share in zip(weights, plain, scaled, strict=True):
        often = np.repeat(np.arange(30), row)
        assert value == pytest.approx(brier(outcome[often], risk[often]))
        assert share == pytest.approx(scaled_brier(outcome[often], risk[often]))


def test_without_both_outcomes_it_cannot_be_scaled():
    with pytest.raises(NotMeasurable, match="0 of 3 patients"):
        scaled_brier(np.zeros(3), np.full(3, 0.2))
    assert np.isnan(
        weighted_scaled_brier(np.zeros(3), np.full(3, 0.2), np.ones((1, 3)))
    )
