import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.discrimination import (
    auc,
    auc_within_folds,
    delong_interval,
    delong_test,
    weighted_auc_within_folds,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "delong_hanley_mcneil_1982.json"


@st.composite
def ranked(draw, scores=1):
    """Outcomes with at least two of either kind, and scores with many ties."""
    n = draw(st.integers(4, 40))
    outcome = np.array(
        draw(st.permutations([0, 0, 1, 1] + [i % 2 for i in range(n - 4)]))
    )
    values = st.lists(st.integers(-9, 9), min_size=n, max_size=n)
    return (
        outcome.astype(float),
        *(np.array(draw(values), float) for _ in range(scores)),
    )


def slow_wins(outcome, score):
    """Each pair by definition: 1 won, 0.5 tied, 0 lost."""
    return np.array(
        [
            [(a > b) + 0.5 * (a == b) for b in score[outcome == 0]]
            for a in score[outcome == 1]
        ]
    )


def slow_variance(wins):
    return wins.mean(1).var(ddof=1) / len(wins) + wins.mean(0).var(ddof=1) / len(
        wins[0]
    )


@given(ranked())
def test_auc_is_the_share_of_pairs_ranked_rightly(data):
    assert auc(*data) == pytest.approx(slow_wins(*data).mean(), abs=1e-12)


@given(ranked())
def test_auc_depends_on_the_order_of_scores_only(data):
    outcome, score = data
    for same_order in (np.exp(score / 3), score**3, 1 / (1 + np.exp(-score))):
        assert auc(outcome, same_order) == auc(outcome, score)


@given(ranked())
def test_turning_the_scores_round_turns_the_auc_round(data):
    outcome, score = data
    assert auc(outcome, -score) == pytest.approx(1 - auc(outcome, score), abs=1e-12)


@given(ranked(), st.data())
def test_within_folds_only_pairs_of_one_fold_count(data, more):
    outcome, score = data
    n = len(outcome)
    fold = np.array(more.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    wins = [slow_wins(outcome[fold == k], score[fold == k]) for k in range(3)]
    pairs = np.concatenate([table.ravel() for table in wins])
    if pairs.size == 0:
        with pytest.raises(NotMeasurable, match="no fold holds"):
            auc_within_folds(outcome, score, fold)
    else:
        found = auc_within_folds(outcome, score, fold)
        assert found == pytest.approx(pairs.mean(), abs=1e-12)


@given(ranked(), st.integers(0, 99))
def test_a_weight_is_a_repeated_patient(data, seed):
    outcome, score = data
    chance = np.random.default_rng(seed)
    weights = chance.integers(0, 4, (5, len(outcome)))
    fold = chance.integers(0, 2, len(outcome))
    found = weighted_auc_within_folds(outcome, score, fold, weights.astype(float))
    for row, value in zip(weights, found, strict=True):
        often = np.repeat(np.arange(len(row)), row)
        try:
            expected = auc_within_folds(outcome[often], score[often], fold[often])
        except NotMeasurable:
            expected = np.nan
        assert value == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_the_base_rate_scores_half_within_folds_but_less_when_pooled():
    chance = np.random.default_rng(0)
    outcome = (chance.random(160) < 0.68).astype(float)
    fold = chance.integers(0, 10, 160)
    base_rate = np.array([outcome[fold != k].mean() for k in range(10)])[fold]
    assert auc_within_folds(outcome, base_rate, fold) == 0.5
    assert auc(outcome, base_rate) < 0.45


@given(ranked())
def test_delong_variance_equals_its_slow_twin(data):
    wins = slow_wins(*data)
    found = delong_interval(*data, level=0.95, logit_scale=False)
    if 0 < wins.mean() < 1:
        error = (found.high - found.estimate) / 1.959963984540054
        assert error == pytest.approx(slow_variance(wins) ** 0.5, abs=1e-9)


@given(ranked(scores=2))
def test_delong_test_equals_its_slow_twin(data):
    outcome, first, second = data
    wins = slow_wins(outcome, first) - slow_wins(outcome, second)
    error = slow_variance(wins) ** 0.5
    if abs(wins.mean()) < 1e-12:
        assert delong_test(*data) == (0, 1)
    elif error < 1e-12:
        with pytest.raises(NotMeasurable):
            delong_test(*data)
    else:
        found = delong_test(*data)
        assert found.z == pytest.approx(wins.mean() / error, rel=1e-6)
        assert found.p == pytest.approx(2 * ndtr(-abs(found.z)), abs=1e-12)
        assert delong_test(outcome, second, first).z == pytest.approx(-found.z)


def test_delong_reproduces_the_published_example():
    golden = json.loads(GOLDEN.read_text())
    rating = np.concatenate(
        [np.repeat(range(5), golden[kind]) for kind in ("normal", "abnormal")]
    ).astype(float)
    outcome = np.repeat([0.0, 1.0], [sum(golden["normal"]), sum(golden["abnormal"])])
    found = delong_interval(outcome, rating, logit_scale=False)
    assert found.estimate == pytest.approx(golden["area"], abs=5e-5)
    assert [found.low, found.high] == pytest.approx(golden["delong_interval"], abs=5e-6)
    assert (found.high - found.low) / 3.92 == pytest.approx(
        golden["delong_se"], abs=5e-5
    )


@given(ranked())
def test_the_interval_stays_between_0_and_1_and_holds_the_estimate(data):
    found = delong_interval(*data)
    assert 0 <= found.low <= found.estimate <= found.high <= 1


def test_a_perfect_ranking_of_few_patients_is_not_taken_for_certain():
    outcome = np.repeat([0.0, 1.0], 8)
    perfect = delong_interval(outcome, np.arange(16.0))
    assert perfect.estimate == perfect.high == 1
    assert 0.5 < perfect.low < 0.9
    more = delong_interval(np.repeat([0.0, 1.0], 80), np.arange(160.0))
    assert perfect.low < more.low < 1
    wrong = delong_interval(outcome, -np.arange(16.0))
    assert wrong == pytest.approx((0, 0, 1 - perfect.low))


def test_repeats_give_the_mean_auc_and_a_narrower_interval_than_one_repeat():
    chance = np.random.default_rng(0)
    outcome = np.repeat([0.0, 1.0], 50)
    scores = outcome + chance.normal(0, 2, (20, 100))
    found = delong_interval(outcome, scores)
    assert found.estimate == pytest.approx(
        np.mean([auc(outcome, row) for row in scores])
    )
    alone = delong_interval(outcome, scores[0])
    assert found.high - found.low < alone.high - alone.low


@pytest.mark.parametrize(("n", "separation"), [(40, 0.74), (160, 0.74), (160, 1.8)])
def test_delong_intervals_hold_the_truth_as_often_as_they_say(n, separation):
    chance = np.random.default_rng(5)
    truth = ndtr(separation / 2**0.5)
    outcome = (np.arange(n) < 0.68 * n).astype(float)
    cohorts = outcome * separation + chance.normal(size=(800, n))
    found = [delong_interval(outcome, cohort) for cohort in cohorts]
    assert 0.93 <= np.mean([i.low <= truth <= i.high for i in found]) <= 0.975


def test_one_outcome_only_is_not_measurable():
    with pytest.raises(NotMeasurable, match="3 of 3 patients had the outcome"):
        auc(np.ones(3), np.arange(3.0))
    with pytest.raises(NotMeasurable, match="two patients with"):
        delong_interval(np.array([0.0, 0.0, 1.0]), np.arange(3.0))


def test_a_missing_outcome_is_refused():
    with pytest.raises(InvalidChoice, match=r"1 of 3 are not \(the first is nan\)"):
        auc(np.array([0, 1, np.nan]), np.arange(3.0))
