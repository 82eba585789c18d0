import numpy as np
import pytest
from scipy.special import expit

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.conformal_sets import conformal_sets
from lbp_outcome.statistics.out_of_fold import OutOfFold
from lbp_outcome.statistics.set_coverage import set_coverage


def predictions(n, seed=0, spread=1.5, repeats=1):
    chance = np.random.default_rng(seed)
    line = chance.normal(0.5, spread, n)
    return OutOfFold(
        patients=tuple(f"sub-{i}" for i in range(n)),
        outcome=(chance.random(n) < expit(line)).astype(float),
        predicted=np.tile(expit(line), (repeats, 1)),
        fold=np.array([chance.permutation(n) % 5 for _ in range(repeats)]),
    )


def test_shares_equal_a_slow_count_over_folds():
    found = predictions(150)
    held, decided, right = {0: [], 1: []}, [], []
    for fold in range(5):
        here = found.fold[0] == fold
        sets = conformal_sets(
            found.outcome[~here],
            found.predicted[0, ~here],
            new=found.predicted[:1, here],
            level=0.8,
        )
        for y, possible in zip(found.outcome[here].astype(int), sets, strict=True):
            held[y].append(possible[y])
            decided.append(possible.sum() == 1)
            if decided[-1]:
                right.append(possible[y])
    got = set_coverage(found, level=0.8, replicates=50)
    assert got.with_outcome.value == pytest.approx(np.mean(held[1]))
    assert got.without_outcome.value == pytest.approx(np.mean(held[0]))
    assert got.decided.value == pytest.approx(np.mean(decided))
    assert got.right_when_decided.value == pytest.approx(np.mean(right))


def test_sets_hold_as_often_as_stated_in_a_large_simulated_cohort():
    found = set_coverage(predictions(6000), level=0.9, replicates=50)
    for estimate in (found.with_outcome, found.without_outcome):
        assert estimate.value == pytest.approx(0.9, abs=0.02)
        assert estimate.low < estimate.value < estimate.high


def test_a_model_that_knows_nothing_decides_for_almost_nobody():
    found = predictions(2000, spread=0.01)
    assert set_coverage(found, level=0.9, replicates=20).decided.value < 0.25


def test_repeats_are_averaged():
    found = predictions(200, repeats=3)
    once = [
        set_coverage(
            OutOfFold(
                patients=found.patients,
                outcome=found.outcome,
                predicted=found.predicted[[n]],
                fold=found.fold[[n]],
            ),
            replicates=10,
        ).decided.value
        for n in range(3)
    ]
    together = set_coverage(found, replicates=10).decided.value
    assert together == pytest.approx(np.mean(once))


def test_too_few_patients_are_refused():
    found = predictions(24)
    with pytest.raises(NotMeasurable, match="too few to exclude"):
        set_coverage(found, level=0.95)
