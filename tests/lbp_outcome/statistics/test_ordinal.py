from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import somersd
from sklearn.metrics import roc_auc_score

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.discrimination import auc
from lbp_outcome.statistics.ordinal import (
    concordance,
    orc,
    ordinal_performance,
    somers_d,
    weighted_concordance,
    weighted_orc,
)

graded = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 6)), min_size=1, max_size=25
).map(
    lambda rows: (
        np.array([1.0, 2.0] + [float(y) for y, _ in rows]),
        np.array([3.0, 3.0] + [float(s) for _, s in rows]),
    )
)


@pytest.fixture(scope="module")
def pain():
    """Four grades of pain, predicted in a cross-validation of two repeats."""
    chance = np.random.default_rng(0)
    grade = np.tile(chance.choice([1.0, 2.0, 3.0, 4.0], 160, p=[0.1, 0.2, 0.3, 0.4]), 2)
    return {
        "outcome": grade,
        "prediction": grade + chance.normal(0, 2, 320),
        "fold": np.tile(np.arange(160) % 5, 2),
        "repeat": np.repeat([0, 1], 160),
        "patients": [f"sub-{i}" for i in range(160)] * 2,
    }


@given(graded)
def test_concordance_is_the_share_of_pairs_ranked_rightly(data):
    outcome, score = data
    wins = [
        (score[i] - score[j]) * (outcome[i] - outcome[j]) / abs(outcome[i] - outcome[j])
        for i, j in combinations(range(len(score)), 2)
        if outcome[i] != outcome[j]
    ]
    expected = np.mean([(win > 0) + 0.5 * (win == 0) for win in wins])
    assert concordance(*data) == pytest.approx(expected, abs=1e-12)


@given(graded.filter(lambda data: len(set(data[1])) > 1))
def test_somers_d_is_that_of_scipy(data):
    with np.errstate(invalid="ignore"):  # scipy's p value; only its D is compared
        expected = somersd(*data).statistic
    assert somers_d(*data) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=25)
@given(graded)
def test_orc_is_the_mean_auc_over_every_two_grades(data):
    outcome, score = data
    areas = [
        roc_auc_score(outcome[both] == higher, score[both])
        for lower, higher in combinations(np.unique(outcome), 2)
        for both in [(outcome == lower) | (outcome == higher)]
    ]
    assert orc(*data) == pytest.approx(np.mean(areas), abs=1e-9)


def test_of_a_yes_or_no_outcome_all_are_the_auc():
    chance = np.random.default_rng(0)
    outcome = np.repeat([0.0, 1.0], 30)
    score = outcome + chance.normal(0, 2, 60)
    area = auc(outcome, score)
    assert concordance(outcome, score) == pytest.approx(area, abs=1e-12)
    assert orc(outcome, score) == pytest.approx(area, abs=1e-12)


def test_weights_mean_repeated_patients(pain):
    rows = slice(0, 60)
    outcome, score = pain["outcome"][rows], pain["prediction"][rows].round()
    weights = np.random.default_rng(2).integers(1, 3, (4, 60))
    fold = np.zeros(60, dtype=int)
    given_ = outcome, score, fold, weights.astype(float)
    found = weighted_concordance(*given_), weighted_orc(*given_)
    for row, together, by_grade in zip(weights, *found, strict=True):
        often = np.repeat(np.arange(60), row)
        again = outcome[often], score[often]
        assert together == pytest.approx(concordance(*again), abs=1e-12)
        assert by_grade == pytest.approx(orc(*again), abs=1e-12)


def test_a_performance_holds_its_estimates_between_their_bounds(pain):
    found = ordinal_performance(**pain, replicates=300)
    assert (found.patients, found.grades) == (160, 4)
    for estimate in (found.concordance, found.orc, found.somers_d):
        assert estimate.low < estimate.value < estimate.high
    assert found.concordance.low > 0.5
    expected = 2 * found.concordance.value - 1
    assert found.somers_d.value == pytest.approx(expected)


def test_a_constant_per_fold_scores_one_half(pain):
    by_fold = pain | {"prediction": pain["fold"].astype(float)}
    found = ordinal_performance(**by_fold, replicates=100)
    assert found.concordance.value == found.concordance.low == 0.5


def test_one_grade_only_is_not_measurable(pain):
    with pytest.raises(NotMeasurable, match="no two patients"):
        concordance(np.ones(3), np.arange(3.0))
    with pytest.raises(NotMeasurable, match="no two patients"):
        orc(np.ones(3), np.arange(3.0))
    alike = ordinal_performance(**pain | {"outcome": np.ones(320)}, replicates=100)
    assert "no two patients" in alike.concordance.reason
    assert alike.orc.value is None


def test_a_missing_grade_is_refused():
    with pytest.raises(InvalidChoice, match="missing or infinite"):
        concordance(np.array([1.0, np.nan]), np.arange(2.0))
