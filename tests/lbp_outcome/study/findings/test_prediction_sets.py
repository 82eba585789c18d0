"""What can be excluded for single patients agrees with a slower way."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.conformal_sets import conformal_sets
from lbp_outcome.statistics.out_of_fold import OutOfFold
from lbp_outcome.study.findings.prediction_sets import (
    prediction_intervals,
    prediction_sets,
)


def invented(folds=5, patients=120, binary=True):
    chance = np.random.default_rng(1)
    line = chance.normal(0.6, 1.2, patients)
    outcome = (chance.random(patients) < expit(line)).astype(float)
    return OutOfFold(
        patients=tuple(f"sub-{n:03d}" for n in range(patients)),
        outcome=outcome if binary else line + chance.normal(0, 1, patients),
        predicted=np.tile(expit(line) if binary else line, (2, 1)),
        fold=np.array([np.arange(patients) % folds, np.arange(patients)[::-1] % folds]),
    )


def test_shares_equal_a_slow_count_over_repeats_and_folds():
    found = invented()
    held, single, right = {0: [], 1: []}, [], []
    for predicted, folds in zip(found.predicted, found.fold, strict=True):
        for fold in range(5):
            here = folds == fold
            sets = conformal_sets(
                found.outcome[~here], predicted[~here], new=predicted[None, here]
            )
            for y, possible in zip(found.outcome[here].astype(int), sets, strict=True):
                held[y].append(possible[y])
                single.append(possible.sum() == 1)
                if single[-1]:
                    right.append(possible[y])
    ours = prediction_sets(found, replicates=50)
    assert ours.with_outcome.value == pytest.approx(np.mean(held[1]))
    assert ours.without_outcome.value == pytest.approx(np.mean(held[0]))
    assert ours.one.value == pytest.approx(np.mean(single))
    assert ours.right_when_one.value == pytest.approx(np.mean(right), abs=0.02)


def test_sets_hold_nine_in_ten_in_a_large_simulated_cohort():
    found = prediction_sets(invented(patients=6000), replicates=50)
    for estimate in (found.with_outcome, found.without_outcome):
        assert estimate.value == pytest.approx(0.9, abs=0.02)
        assert estimate.low < estimate.value < estimate.high


def test_a_model_that_knows_nothing_decides_for_almost_nobody():
    found = invented(patients=2000)
    chance = np.random.default_rng(2)
    ignorant = replace(found, predicted=chance.uniform(0.59, 0.61, (2, 2000)))
    assert prediction_sets(ignorant, replicates=20).one.value < 0.25


def test_too_few_patients_of_one_outcome_are_refused():
    with pytest.raises(NotMeasurable, match="too few to exclude"):
        prediction_sets(invented(patients=24), replicates=20)


def test_every_patient_has_one_outcome_both_or_neither():
    found = prediction_sets(invented(), replicates=200)
    assert found.one.value + found.both.value + found.neither.value == pytest.approx(1)


def test_intervals_hold_nine_in_ten_outcomes_and_are_as_wide_as_the_errors_ask():
    found = prediction_intervals(invented(binary=False), replicates=200)
    assert found.coverage.value == pytest.approx(0.9, abs=0.03)
    assert found.width.value == pytest.approx(2 * 1.645, rel=0.1)  # errors are N(0, 1)


def test_one_fold_alone_cannot_be_calibrated():
    for judge, binary in ((prediction_sets, True), (prediction_intervals, False)):
        with pytest.raises(NotMeasurable, match="one fold only"):
            judge(invented(folds=1, binary=binary))
