import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.kappa import kappa_interval, quadratic_kappa, weighted_kappa

two_readers = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=40
).map(lambda rows: np.array([(1, 2), *rows], dtype=float).T)


def readings(n=100, seed=0):
    chance = np.random.default_rng(seed)
    grade = chance.integers(1, 6, n)
    second = np.clip(grade + chance.integers(-1, 2, n), 1, 5)
    return grade.astype(float), second.astype(float), [f"sub-{i}" for i in range(n)]


@given(two_readers)
def test_kappa_is_that_of_scikit_learn(data):
    first, second = data
    grades = range(1, 6)
    expected = cohen_kappa_score(first, second, labels=grades, weights="quadratic")
    assert quadratic_kappa(first, second) == pytest.approx(expected, abs=1e-9)
    assert quadratic_kappa(second, first) == pytest.approx(expected, abs=1e-9)


def test_kappa_is_1_for_agreement_0_by_chance_and_negative_below():
    first, second = np.tile([1.0, 2.0], 50), np.repeat([1.0, 2.0], 50)
    assert quadratic_kappa(first, first) == 1
    assert quadratic_kappa(first, second) == pytest.approx(0, abs=1e-12)
    assert quadratic_kappa(first, 3 - first) == pytest.approx(-1)


def test_weights_mean_repeated_patients():
    first, second, _ = readings(40)
    weights = np.random.default_rng(1).multinomial(40, np.full(40, 1 / 40), 5)
    found = weighted_kappa(first, second, weights.astype(float))
    for row, value in zip(weights, found, strict=True):
        often = np.repeat(np.arange(40), row)
        assert value == pytest.approx(quadratic_kappa(first[often], second[often]))


def test_the_interval_holds_the_estimate_and_discs_of_one_spine_count_together():
    first, second, names = readings()
    alone = kappa_interval(first, second, patients=names, replicates=500)
    assert alone.low < alone.estimate < alone.high
    spines = [name for name in names[:20] for _ in range(5)]
    order = np.argsort(first)  # discs of one spine look alike
    together = kappa_interval(
        first[order], second[order], patients=spines, replicates=500
    )
    assert together.estimate == pytest.approx(alone.estimate)
    assert together.high - together.low > alone.high - alone.low


def test_one_grade_only_is_not_measurable():
    alike = np.full(4, 2.0)
    with pytest.raises(NotMeasurable, match="same grade"):
        quadratic_kappa(alike, alike)
    with pytest.raises(NotMeasurable, match="same grade"):
        kappa_interval(alike, alike, patients=list("abcd"))
