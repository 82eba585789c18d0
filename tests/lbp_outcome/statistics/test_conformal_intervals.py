import json
from pathlib import Path

import numpy as np
import pytest

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.conformal_intervals import conformal_intervals

GOLDEN = Path(__file__).parents[2] / "golden" / "mapie_conformal.json"
MAPIE = json.loads(GOLDEN.read_text())


@pytest.mark.parametrize("level", ["0.8", "0.9"])
def test_cross_validated_intervals_equal_those_of_mapie(level):
    golden = MAPIE["cross"]
    found = conformal_intervals(
        np.array(golden["outcome"]),
        np.array(golden["predicted"]),
        new=np.array(golden["new"]),
        fold=np.array(golden["fold"]),
        level=float(level),
    )
    assert found == pytest.approx(np.array(golden["intervals"][level]), abs=1e-6)


@pytest.mark.parametrize("level", ["0.8", "0.9"])
def test_intervals_of_one_model_equal_those_of_mapie(level):
    golden = MAPIE["split"]
    found = conformal_intervals(
        np.array(golden["outcome"]),
        np.array(golden["predicted"]),
        new=np.array([golden["new"]]),
        level=float(level),
    )
    assert found == pytest.approx(np.array(golden["intervals"][level]), abs=1e-6)


def with_one(columns):
    return np.column_stack((np.ones(len(columns)), columns))


@pytest.mark.parametrize("level", [0.8, 0.9])
def test_one_model_holds_as_often_as_stated_in_500_simulated_cohorts(level):
    """160 patients with a skewed outcome; simulated data."""
    chance = np.random.default_rng(1)
    held = []
    for _ in range(500):
        predicted = chance.normal(size=360)
        outcome = predicted + chance.exponential(size=360)
        bounds = conformal_intervals(
            outcome[:160], predicted[:160], new=predicted[None, 160:], level=level
        )
        held.append(holds(bounds, outcome[160:]))
    assert np.mean(held) == pytest.approx(level, abs=0.01)


def test_cross_validated_intervals_hold_as_stated_in_500_simulated_cohorts():
    """160 patients, a linear model refitted in five folds; simulated data."""
    chance = np.random.default_rng(2)
    fold = np.arange(160) % 5
    held = []
    for _ in range(500):
        line = with_one(chance.normal(size=(360, 4)))
        outcome = line[:, 1] + chance.exponential(size=360)
        train = line[:160]
        fits = np.array(
            [
                np.linalg.lstsq(train[fold != k], outcome[:160][fold != k])[0]
                for k in range(5)
            ]
        )
        bounds = conformal_intervals(
            outcome[:160],
            np.einsum("pt,pt->p", train, fits[fold]),
            new=fits @ line[160:].T,
            fold=fold,
            level=0.9,
        )
        held.append(holds(bounds, outcome[160:]))
    assert np.mean(held) == pytest.approx(0.9, abs=0.01)


def holds(bounds, outcome):
    return ((bounds[:, 0] <= outcome) & (outcome <= bounds[:, 1])).mean()


def test_ever_more_patients_do_not_make_the_interval_vanish():
    chance = np.random.default_rng(0)
    widths = []
    for n in (100, 10_000):
        outcome = chance.normal(size=n)
        low, high = conformal_intervals(outcome, np.zeros(n), new=np.zeros((1, 1)))[0]
        widths.append(high - low)
    assert widths[1] == pytest.approx(2 * 1.645, abs=0.1)
    assert widths[1] > 0.8 * widths[0]


@pytest.mark.parametrize(("patients", "level"), [(8, 0.9), (18, 0.95)])
def test_too_few_patients_are_refused_by_number(patients, level):
    with pytest.raises(NotMeasurable, match=f"{patients + 1} are needed"):
        conformal_intervals(
            np.zeros(patients), np.zeros(patients), new=np.zeros((1, 1)), level=level
        )
    more = np.zeros(patients + 1)
    assert conformal_intervals(more, more, new=np.zeros((1, 1)), level=level).any() == 0
