import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t as student
from scipy.stats import ttest_1samp

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.brier import weighted_brier
from lbp_outcome.statistics.discrimination import auc, weighted_auc_within_folds
from lbp_outcome.statistics.nadeau_bengio import compare_across_folds, corrected_t_test
from lbp_outcome.statistics.out_of_fold import OutOfFold, regardless_of_fold

GOLDEN = Path(__file__).parents[2] / "golden" / "sklearn_corrected_t_test.json"
SKLEARN = json.loads(GOLDEN.read_text())
BRIER = regardless_of_fold(weighted_brier)


def test_the_example_of_scikit_learn_is_reproduced():
    found = corrected_t_test(
        np.array(SKLEARN["differences"]), train=SKLEARN["train"], test=SKLEARN["test"]
    )
    assert found.t == pytest.approx(SKLEARN["t"], abs=5e-4)
    assert found.p / 2 == pytest.approx(SKLEARN["p_right_tailed"], abs=5e-4)
    assert found.df == 99


def test_the_interval_excludes_zero_exactly_when_p_is_small():
    chance = np.random.default_rng(0)
    for shift in np.linspace(0, 2, 30):
        values = chance.normal(shift, 1, 10)
        found = corrected_t_test(values, train=90.0, test=10.0)
        excluded = not found.difference.low <= 0 <= found.difference.high
        assert excluded == (found.p < 0.05)


def test_a_test_set_of_no_size_would_give_the_ordinary_t_test():
    values = np.array([0.1, 0.3, 0.2, -0.1, 0.4])
    found = corrected_t_test(values, train=1e12, test=1.0)
    t = values.mean() / (values.std(ddof=1) / 5**0.5)
    assert found.t == pytest.approx(t)
    assert found.p == pytest.approx(2 * student.sf(t, 4))


def test_equal_models_differ_no_more_often_than_stated_unlike_by_an_ordinary_test():
    """Two equally good predictors, refitted in 5 x 5 folds of 100 patients."""
    chance = np.random.default_rng(3)
    corrected, ordinary = [], []
    for _ in range(400):
        first, second = chance.normal(size=(2, 100))
        y = 0.5 * first + 0.5 * second + chance.normal(size=100)
        order = np.array([chance.permutation(100) for _ in range(5)])
        test = (order[:, None] // 20 == np.arange(5)[:, None]).reshape(25, 100) * 1.0
        values = errors(first, y, test) - errors(second, y, test)
        corrected.append(corrected_t_test(values, train=80, test=20).p < 0.05)
        ordinary.append(ttest_1samp(values, 0).pvalue < 0.05)
    assert np.mean(corrected) == pytest.approx(0.05, abs=0.03)
    assert np.mean(ordinary) > 0.25


def errors(x, y, test):
    """Mean squared error in each fold of the line through 0 fitted outside it."""
    slope = ((1 - test) @ (x * y)) / ((1 - test) @ x**2)
    return (test * (y - slope[:, None] * x) ** 2).sum(axis=1) / test.sum(axis=1)


def predictions(scores, outcome, repeats=2, folds=4):
    n = len(outcome)
    return OutOfFold(
        patients=tuple(f"sub-{i}" for i in range(n)),
        outcome=outcome,
        predicted=np.tile(scores, (repeats, 1)),
        fold=np.array([np.roll(np.arange(n) % folds, r) for r in range(repeats)]),
    )


def test_folds_are_compared_one_by_one_like_a_slow_loop():
    chance = np.random.default_rng(1)
    outcome = np.repeat([0.0, 1.0], 20)
    first, second = (
        predictions(chance.random(40), outcome, repeats=3) for _ in range(2)
    )
    slow = []
    for repeat in range(3):
        for fold in range(4):
            rows = first.fold[repeat] == fold
            values = [
                auc(outcome[rows], found.predicted[repeat, rows])
                for found in (first, second)
            ]
            slow.append(values[0] - values[1])
    expected = corrected_t_test(np.array(slow), train=30, test=10)
    found = compare_across_folds(first, second, weighted_auc_within_folds)
    assert found[:3] == pytest.approx(expected[:3])
    assert found.difference == pytest.approx(expected.difference)


def test_other_folds_are_refused():
    outcome = np.repeat([0.0, 1.0], 20)
    first = predictions(np.linspace(0, 1, 40), outcome, folds=4)
    second = predictions(np.linspace(0, 1, 40) ** 2, outcome, folds=5)
    with pytest.raises(InvalidChoice, match="same seed"):
        compare_across_folds(first, second, BRIER)


def test_an_auc_in_folds_of_one_outcome_is_refused_by_count():
    outcome = (np.arange(40) % 4 == 0).astype(float)
    first = predictions(np.linspace(0, 1, 40), outcome)
    second = predictions(np.linspace(0, 1, 40) ** 2, outcome)
    with pytest.raises(NotMeasurable, match="undefined in 8 of 8 folds"):
        compare_across_folds(first, second, weighted_auc_within_folds)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [([0.1], "use more folds"), ([0.1, 0.1, 0.1], "the same amount in every fold")],
)
def test_differences_that_do_not_vary_are_refused(values, complaint):
    with pytest.raises(NotMeasurable, match=complaint):
        corrected_t_test(np.array(values), train=80, test=20)


def test_folds_without_patients_are_refused():
    with pytest.raises(InvalidChoice, match="needs patients"):
        corrected_t_test(np.array([0.1, 0.2]), train=0, test=20)
