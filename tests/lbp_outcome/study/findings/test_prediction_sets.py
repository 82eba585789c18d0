"""What can be excluded for single patients agrees with slower and with other ways."""

import numpy as np
import pytest
from scipy.special import expit

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.out_of_fold import OutOfFold
from lbp_outcome.statistics.set_coverage import set_coverage
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


def test_sets_do_what_the_statistics_say_they_do():
    found = invented()
    ours = prediction_sets(found, replicates=200)
    theirs = set_coverage(found, replicates=200)
    assert ours.with_outcome == theirs.with_outcome
    assert ours.without_outcome == theirs.without_outcome
    assert ours.one == theirs.decided
    assert ours.right_when_one == theirs.right_when_decided


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
