import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.conformal_sets import conformal_p_values, conformal_sets

GOLDEN = Path(__file__).parents[2] / "golden" / "mapie_conformal.json"
MAPIE = json.loads(GOLDEN.read_text())["sets"]


def cohort(n, seed):
    chance = np.random.default_rng(seed)
    risk = expit(chance.normal(0.8, 1.2, n))
    return (chance.random(n) < risk).astype(float), risk


@pytest.mark.parametrize("level", ["0.8", "0.9"])
def test_sets_equal_those_of_mapie(level):
    found = conformal_sets(
        np.array(MAPIE["outcome"], float),
        np.array(MAPIE["probability"]),
        new=np.array([MAPIE["new"]]),
        level=float(level),
    )
    assert found.tolist() == MAPIE["sets"][level]


def slow_p_value(outcome, probability, fold, new, label):
    """The definition, patient by patient."""
    usual, alike = 1, 1
    for y, p, k in zip(outcome, probability, fold, strict=True):
        if y == label:
            alike += 1
            usual += abs(label - p) >= abs(label - new[k])
    return usual / alike


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_p_values_are_their_definition(seed):
    chance = np.random.default_rng(seed)
    outcome, probability = cohort(30, seed)
    fold, new = chance.integers(3, size=30), chance.random((3, 4))
    found = conformal_p_values(outcome, probability, new=new, fold=fold)
    for patient in range(4):
        for label in (0, 1):
            expected = slow_p_value(outcome, probability, fold, new[:, patient], label)
            assert found[patient, label] == pytest.approx(expected)


def test_each_outcome_is_held_as_often_as_stated_in_500_simulated_cohorts():
    held = {0.0: [], 1.0: []}
    for seed in range(500):
        outcome, risk = cohort(400, seed)
        new_outcome, new_risk = cohort(400, seed + 10_000)
        sets = conformal_sets(outcome, risk, new=new_risk[None], level=0.9)
        for label, column in held.items():
            column.append(sets[new_outcome == label, int(label)].mean())
    for column in held.values():
        assert np.mean(column) == pytest.approx(0.9, abs=0.01)


def test_cross_validated_sets_hold_as_often_as_stated_in_500_simulated_cohorts():
    """160 patients, a linear model refitted in five folds; simulated data.

    Among n patients of one outcome the share is a whole number of n + 1: what the
    level promises is the next one above it, on average 0.905 here and not 0.900.
    """
    chance = np.random.default_rng(1)
    fold = np.arange(160) % 5
    held, promised = [], []
    for _ in range(500):
        line = chance.normal(size=(360, 4))
        outcome = (chance.random(360) < expit(0.8 + line[:, 0])).astype(float)
        train, new = line[:160], line[160:]
        fits = [
            np.linalg.lstsq(with_one(train[fold != k]), outcome[:160][fold != k])[0]
            for k in range(5)
        ]
        given_ = np.einsum("pt,pt->p", with_one(train), np.array(fits)[fold])
        predicted = np.array([with_one(new) @ fit for fit in fits])
        sets = conformal_sets(
            outcome[:160],
            given_.clip(0, 1),
            new=predicted.clip(0, 1),
            fold=fold,
            level=0.9,
        )
        happened = outcome[160:].astype(int)
        held.append(sets[np.arange(200), happened].mean())
        alike = 1 + np.array([(outcome[:160] == label).sum() for label in (0, 1)])
        promised.append((np.ceil(0.9 * alike - 1e-9) / alike)[happened].mean())
    assert np.mean(held) == pytest.approx(np.mean(promised), abs=0.01)


def with_one(columns):
    return np.column_stack((np.ones(len(columns)), columns))


def test_a_higher_level_never_excludes_more():
    outcome, risk = cohort(200, 1)
    new = np.linspace(0, 1, 50)[None]
    sets = [conformal_sets(outcome, risk, new=new, level=x) for x in (0.7, 0.8, 0.95)]
    for less, more in pairwise(sets):
        assert (more >= less).all()


def test_too_few_patients_of_one_outcome_are_refused():
    outcome = np.array([1.0] * 30 + [0.0] * 8)
    with pytest.raises(NotMeasurable, match="only 8 patients have the rarer outcome"):
        conformal_sets(outcome, np.full(38, 0.5), new=np.full((1, 2), 0.5))
    nine = np.append(outcome, 0.0)
    conformal_sets(nine, np.full(39, 0.5), new=np.full((1, 2), 0.5))


def test_a_fold_without_its_model_is_refused():
    outcome, risk = cohort(40, 1)
    with pytest.raises(InvalidChoice, match="predicted by 2 models"):
        conformal_p_values(
            outcome, risk, new=np.full((2, 3), 0.5), fold=np.arange(40) % 3
        )
    with pytest.raises(InvalidChoice, match="one row per fold"):
        conformal_p_values(outcome, risk, new=np.full((2, 3), 0.5))
