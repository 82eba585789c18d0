from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lbp_outcome.errors import InvalidChoice, UnknownName
from lbp_outcome.statistics.splits import (
    Fold,
    leave_one_site_out,
    nested_folds,
    site_hold_out,
    temporal_hold_out,
)

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
    with pytest.raises(
        InvalidChoice, match=r"1 patients belong to more than one group"
    ):
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


def hospitals(n=160, count=4):
    return [f"site-{i % count}" for i in range(n)]


def mixed(n=160, seed=0):
    patients, outcome = cohort(n, n // 2)
    return patients, np.random.default_rng(seed).permutation(outcome)


def test_each_hospital_is_held_out_once_and_whole():
    patients, outcome = mixed()
    sites = hospitals()
    folds = leave_one_site_out(patients, outcome, sites, inner=3, seed=0)
    assert [named(sites, fold.held_out) for fold in folds] == [
        {f"site-{number}"} for number in range(4)
    ]
    for fold in folds:
        assert named(sites, fold.train).isdisjoint(named(sites, fold.held_out))
        assert sorted([*fold.train, *fold.held_out]) == list(range(160))
        validated = np.concatenate([validation for _, validation in fold.inner])
        assert sorted(validated) == sorted(fold.train)


def test_holding_out_one_hospital_is_its_fold_of_leaving_each_out():
    patients, outcome = mixed()
    all_ = leave_one_site_out(patients, outcome, hospitals(), inner=0, seed=0)
    one = site_hold_out(patients, outcome, hospitals(), "site-2", inner=0, seed=0)
    assert (one.held_out == all_[2].held_out).all()
    assert (one.train == all_[2].train).all()


def test_an_unknown_hospital_is_refused_with_the_nearest():
    patients, outcome = mixed()
    with pytest.raises(UnknownName, match="Did you mean 'site-3'"):
        site_hold_out(patients, outcome, hospitals(), "site3", inner=0, seed=0)


def test_one_hospital_cannot_be_left_out():
    patients, outcome = mixed()
    with pytest.raises(InvalidChoice, match="at least two hospitals"):
        leave_one_site_out(patients, outcome, ["Leiden"] * 160, inner=0, seed=0)


def test_a_hospital_of_few_patients_or_one_outcome_is_refused_before_training():
    patients, outcome = mixed()
    small = ["Leiden"] * 151 + ["Delft"] * 9
    with pytest.raises(InvalidChoice, match="Hospital Delft has 9 patients"):
        leave_one_site_out(patients, outcome, small, inner=0, seed=0)
    all_good = np.where(outcome == 1, "Leiden", "Delft").tolist()
    with pytest.raises(InvalidChoice, match="0 of 80 rows have the outcome"):
        site_hold_out(patients, outcome, all_good, "Delft", inner=0, seed=0)


def test_a_patient_of_two_hospitals_cannot_be_left_out_with_one():
    patients, outcome = mixed()
    patients[1] = patients[0]
    with pytest.raises(InvalidChoice, match="more than one group"):
        site_hold_out(patients, outcome, hospitals(), "site-1", inner=0, seed=0)


@given(st.integers(0, 999), st.floats(0.15, 0.5))
def test_nobody_learns_from_patients_operated_after_those_held_out(seed, share):
    patients, outcome = mixed(120, seed)
    day = np.random.default_rng(seed).integers(0, 60, 120).astype(float)
    fold = temporal_hold_out(patients, outcome, day, share, inner=2, seed=seed)
    assert day[fold.train].max() < day[fold.held_out].min(), "ties stay together"
    assert len(fold.held_out) <= share * 120 + 1e-6
    on_the_cut = (day == day[fold.train].max()).sum()
    assert len(fold.held_out) >= share * 120 - on_the_cut - 1


def test_the_last_fifth_is_held_out():
    patients, outcome = mixed()
    day = np.random.default_rng(1).permutation(160).astype(float)
    fold = temporal_hold_out(patients, outcome, day, 0.2, inner=0, seed=0)
    assert sorted(day[fold.held_out]) == list(range(128, 160))


def test_a_patient_operated_twice_goes_by_the_last_operation():
    patients, outcome = mixed()
    day = np.arange(160.0)
    patients[3] = patients[159]
    fold = temporal_hold_out(patients, outcome, day, 0.2, inner=0, seed=0)
    assert {3, 159} <= set(fold.held_out)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"share": 0.0}, "share to hold out lies between"),
        ({"share": 20.0}, "share to hold out lies between"),
        ({"share": 0.01}, "held out has 1 patients, fewer than 10"),
        ({"share": 0.99}, "left to train on has 2 patients"),
        ({"operated": np.full(160, np.nan)}, "160 of 160 rows have no date"),
        ({"operated": np.zeros(160)}, "held out has 0 patients"),
        ({"inner": 1}, "2 inner folds or more"),
    ],
)
def test_periods_that_cannot_be_held_out_are_refused(change, complaint):
    patients, outcome = mixed()
    options = {"operated": np.arange(160.0), "share": 0.2, "inner": 0, "seed": 0}
    with pytest.raises(InvalidChoice, match=complaint):
        temporal_hold_out(patients, outcome, **options | change)


def test_a_continuous_outcome_can_be_held_out_in_time():
    patients, _ = mixed()
    outcome = np.random.default_rng(0).normal(40, 20, 160)
    fold = temporal_hold_out(patients, outcome, np.arange(160.0), 0.25, inner=3, seed=0)
    assert len(fold.held_out) == 40
    assert len(fold.inner) == 3
