from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.statistics.splits import Fold, nested_folds

rows_of_patients = st.lists(
    st.tuples(st.text(max_size=3), st.booleans()), min_size=12, max_size=60
)


def cohort(n=160, events=109):
    outcome = np.zeros(n)
    outcome[:events] = 1
    return [f"sub-{i}" for i in range(n)], outcome


@given(rows_of_patients, st.integers(2, 4), st.integers(0, 99))
def test_no_patient_is_ever_on_both_sides_and_everyone_is_predicted_once(
    rows, outer, seed
):
    patients, outcome = (
        [name for name, _ in rows],
        np.array([float(y) for _, y in rows]),
    )
    try:
        folds = nested_folds(
            patients, outcome, outer=outer, inner=2, repeats=2, seed=seed
        )
    except InvalidChoice:
        assume(False)
    for repeat in (0, 1):
        held_out = [f.held_out for f in folds if f.repeat == repeat]
        assert sorted(np.concatenate(held_out)) == list(range(len(rows)))
    for fold in folds:
        assert named(patients, fold.train).isdisjoint(named(patients, fold.held_out))
        assert sorted([*fold.train, *fold.held_out]) == list(range(len(rows)))
        validated = np.concatenate([validation for _, validation in fold.inner])
        assert sorted(validated) == sorted(fold.train)
        for train, validation in fold.inner:
            assert named(patients, train).isdisjoint(named(patients, validation))
            assert set(train) | set(validation) == set(fold.train)


def named(patients, rows):
    return {patients[row] for row in rows}


@given(st.integers(20, 80), st.integers(20, 80), st.integers(2, 10), st.integers(0, 9))
def test_folds_differ_by_at_most_one_patient_with_the_outcome(
    events, others, outer, seed
):
    patients, outcome = cohort(events + others, events)
    folds = nested_folds(patients, outcome, outer=outer, inner=2, repeats=1, seed=seed)
    for parts in ([f.held_out for f in folds], [v for _, v in folds[0].inner]):
        counts = [outcome[rows].sum() for rows in parts]
        sizes = [len(rows) for rows in parts]
        assert max(counts) - min(counts) <= 1
        assert max(sizes) - min(sizes) <= 1


def test_one_seed_gives_one_division_and_another_seed_another():
    patients, outcome = cohort()
    options = {"outer": 5, "inner": 3, "repeats": 2}
    first, again, other = (
        nested_folds(patients, outcome, seed=seed, **options) for seed in (7, 7, 8)
    )
    assert all(
        (a.held_out == b.held_out).all() for a, b in zip(first, again, strict=True)
    )
    assert any(
        not np.array_equal(a.held_out, b.held_out)
        for a, b in zip(first, other, strict=True)
    )
    assert not np.array_equal(first[0].held_out, first[5].held_out), "repeats differ"


def test_the_order_of_the_fold_says_nothing_about_its_patients():
    patients, outcome = cohort(13, 6)
    sizes = Counter()
    for seed in range(60):
        folds = nested_folds(patients, outcome, outer=3, inner=0, repeats=1, seed=seed)
        sizes[max(folds, key=lambda fold: len(fold.held_out)).fold] += 1
    assert min(sizes[fold] for fold in range(3)) > 5


def test_hospitals_stay_whole_and_still_balance():
    patients, outcome = cohort(240, 120)
    outcome = np.random.default_rng(0).permutation(outcome)
    hospital = [f"site-{i % 24}" for i in range(240)]
    folds = nested_folds(
        patients, outcome, outer=4, inner=2, repeats=1, seed=0, groups=hospital
    )
    for fold in folds:
        assert named(hospital, fold.train).isdisjoint(named(hospital, fold.held_out))
        assert outcome[fold.held_out].mean() == pytest.approx(0.5, abs=0.1)


def test_a_patient_of_two_hospitals_is_refused():
    with pytest.raises(InvalidChoice, match=r"sub-1 belongs to more than one group"):
        nested_folds(
            ["sub-1", "sub-1", "sub-2"],
            np.array([0.0, 0.0, 1.0]),
            groups=["a", "b", "b"],
            outer=2,
            inner=0,
            repeats=1,
            seed=0,
        )


def test_a_continuous_outcome_is_spread_evenly():
    outcome = np.random.default_rng(0).gamma(2, 20, 160)
    patients, _ = cohort()
    folds = nested_folds(patients, outcome, outer=5, inner=3, repeats=1, seed=0)
    means = [outcome[fold.held_out].mean() for fold in folds]
    assert np.ptp(means) < outcome.std() / 3


def test_a_score_that_is_often_zero_can_be_divided():
    outcome = np.where(np.arange(60) % 3, 0.0, np.arange(60) / 2)
    patients, _ = cohort(60)
    folds = nested_folds(patients, outcome, outer=10, inner=3, repeats=1, seed=0)
    zeros = [(outcome[fold.held_out] == 0).sum() for fold in folds]
    assert max(zeros) - min(zeros) <= 1


def test_more_folds_than_patients_are_refused():
    with pytest.raises(InvalidChoice, match=r"4 patients .* cannot fill 5 outer folds"):
        nested_folds(
            list("abcd"), np.arange(4) / 2, outer=5, inner=0, repeats=1, seed=0
        )


@pytest.mark.parametrize(("outer", "inner"), [(6, 2), (5, 5)])
def test_too_few_events_for_the_folds_are_refused(outer, inner):
    patients, outcome = cohort(60, 5)
    with pytest.raises(InvalidChoice, match="use fewer folds"):
        nested_folds(patients, outcome, outer=outer, inner=inner, repeats=1, seed=0)


@pytest.mark.parametrize(
    "wrong", [{"outer": 1}, {"inner": 1}, {"inner": -2}, {"repeats": 0}]
)
def test_fewer_than_two_folds_are_refused(wrong):
    patients, outcome = cohort()
    options = {"outer": 5, "inner": 3, "repeats": 1, "seed": 0} | wrong
    with pytest.raises(InvalidChoice, match="at least 2 outer folds"):
        nested_folds(patients, outcome, **options)


def test_a_missing_outcome_is_refused():
    patients, outcome = cohort()
    outcome[3] = np.nan
    with pytest.raises(InvalidChoice, match="1 of 160 patients have no outcome"):
        nested_folds(patients, outcome, outer=5, inner=3, repeats=1, seed=0)


def test_a_fold_refuses_a_patient_on_both_sides():
    names = ["sub-1", "sub-2", "sub-1"]
    with pytest.raises(InvalidChoice, match="stand on both sides"):
        Fold(
            repeat=0,
            fold=0,
            train=np.array([0, 1]),
            held_out=np.array([2]),
            patients=names,
        )


@pytest.mark.parametrize(
    ("inner", "complaint"),
    [
        (([0, 1], [1]), "inner fold 0: 1 patients stand on both sides"),
        (([0], [2]), "inner fold 0 reaches beyond the training rows"),
    ],
)
def test_a_fold_refuses_wrong_inner_folds(inner, complaint):
    train, validation = (np.array(rows) for rows in inner)
    with pytest.raises(InvalidChoice, match=complaint):
        Fold(
            repeat=0,
            fold=0,
            train=np.array([0, 1]),
            held_out=np.array([2]),
            inner=((train, validation),),
            patients=["sub-1", "sub-2", "sub-3"],
        )
