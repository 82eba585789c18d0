from functools import partial

import numpy as np
import pytest
from scipy.special import expit

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.statistics.brier import brier
from lbp_outcome.statistics.calibration import calibration_intercept
from lbp_outcome.statistics.discrimination import auc_within_folds
from lbp_outcome.statistics.out_of_fold import OutOfFold
from lbp_outcome.statistics.subgroups import (
    _auc_difference,
    bands,
    subgroup_performance,
)


def predictions(n=300, seed=0, blind_to=None):
    """One repeat in five folds; the model may be blind to the risk of one group."""
    chance = np.random.default_rng(seed)
    line = chance.normal(0.5, 1.2, n)
    group = np.where(np.arange(n) % 3, "woman", "man")
    given = np.where(group == blind_to, chance.normal(0.5, 1.2, n), line)
    found = OutOfFold(
        patients=tuple(f"sub-{i}" for i in range(n)),
        outcome=(chance.random(n) < expit(line)).astype(float),
        predicted=expit(given)[None],
        fold=(np.arange(n) % 5)[None],
    )
    return found, group.tolist()


def test_each_group_is_judged_by_its_own_patients_alone():
    found, group = predictions()
    results = subgroup_performance(found, group, replicates=100)
    assert [one.group for one in results] == ["man", "woman"]
    for one in results:
        rows = np.array(group) == one.group
        y, p = found.outcome[rows], found.predicted[0, rows]
        assert (one.patients, one.events) == (rows.sum(), y.sum())
        assert one.brier.value == pytest.approx(brier(y, p))
        assert one.auc.value == pytest.approx(
            auc_within_folds(y, p, found.fold[0, rows])
        )
        assert one.calibration_intercept.value == pytest.approx(
            calibration_intercept(y, p), abs=1e-6
        )


def test_every_interval_holds_its_estimate_and_differences_mirror_each_other():
    found, group = predictions()
    man, woman = subgroup_performance(found, group, replicates=200)
    for one in (man, woman):
        for estimate in (one.auc, one.auc_difference, one.brier):
            assert estimate.low < estimate.value < estimate.high
    assert man.auc_difference.value == pytest.approx(-woman.auc_difference.value)
    assert man.auc_difference.value == pytest.approx(man.auc.value - woman.auc.value)


def test_a_group_to_which_the_model_is_blind_stands_out():
    found, group = predictions(1500, blind_to="man")
    man, woman = subgroup_performance(found, group, replicates=50)
    assert man.auc.high < woman.auc.low
    assert man.auc_difference.high < 0


def test_equal_groups_are_called_different_no_more_often_than_stated():
    """Simulated: one model, two groups that differ in nothing."""
    different = []
    for seed in range(120):
        found, group = predictions(150, seed)
        resampled = partial(OutOfFold.interval, replicates=100)
        difference = _auc_difference(found, np.array(group) == "man", 2, resampled)
        different.append(not difference.low < 0 < difference.high)
    assert np.mean(different) < 0.13


def test_a_small_group_gets_a_reason_and_its_numbers():
    found, group = predictions()
    group[:12] = ["other"] * 12
    *_, other, _ = subgroup_performance(found, group, replicates=50)
    assert other.group == "other"
    assert other.patients == 12
    for estimate in (other.auc, other.auc_difference, other.brier):
        assert estimate.value is None
        assert "too few; 10 of each are needed" in estimate.reason


def test_a_group_of_everybody_differs_from_nobody():
    found, _ = predictions()
    (all_,) = subgroup_performance(found, ["patient"] * 300, replicates=50)
    assert all_.auc.value is not None
    assert all_.auc_difference.reason == "all patients are of this group"


@pytest.mark.parametrize("group", [["a"] * 299, ["a"] * 299 + [""]])
def test_patients_without_a_group_are_refused(group):
    with pytest.raises(InvalidChoice, match="say 'not recorded'"):
        subgroup_performance(predictions()[0], group)


def test_a_cut_belongs_to_the_band_above_it():
    ages = np.array([17.0, 49.9, 50.0, 64.9, 65.0, 90.0])
    assert bands(ages, np.array([50.0, 65.0]), "years") == (
        *["below 50 years"] * 2,
        *["50 to 65 years"] * 2,
        *["65 years and over"] * 2,
    )


@pytest.mark.parametrize("cuts", [[], [65.0, 50.0], [50.0, 50.0]])
def test_cuts_that_do_not_increase_are_refused(cuts):
    with pytest.raises(InvalidChoice, match="must increase"):
        bands(np.ones(2), np.array(cuts, dtype=float), "years")
