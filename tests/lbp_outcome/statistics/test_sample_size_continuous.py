import json
from pathlib import Path

import pytest
from scipy.stats import t as student

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.statistics.sample_size_continuous import (
    _shrinkage,
    required_for_continuous,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "riley_sample_size.json"
PMSAMPSIZE = json.loads(GOLDEN.read_text())["continuous"]


@pytest.mark.parametrize("example", PMSAMPSIZE)
def test_published_examples_are_reproduced(example):
    found = required_for_continuous(
        example["parameters"], r2=example["r2"], mean=example["mean"], sd=example["sd"]
    )
    criteria = [found.overfitting, found.optimism, found.residual_spread]
    assert [*criteria, found.patients] == example["patients"]


def test_one_patient_fewer_shrinks_too_much():
    n = required_for_continuous(10, r2=0.3, mean=5.0, sd=2.5).overfitting
    assert _shrinkage(n, 10, 0.3) >= 0.9 > _shrinkage(n - 1, 10, 0.3)


@pytest.mark.parametrize(("parameters", "mean", "sd"), [(10, 5.0, 2.5), (25, 1.9, 0.6)])
def test_the_mean_is_as_precise_as_a_slow_search_demands(parameters, mean, sd):
    n = parameters + 2
    while student.ppf(0.975, n - parameters - 1) * sd * (0.7 / n) ** 0.5 > 0.1 * mean:
        n += 1
    assert required_for_continuous(parameters, r2=0.3, mean=mean, sd=sd).mean == n


def test_a_mean_near_zero_needs_most_patients():
    sizes = [
        required_for_continuous(5, r2=0.3, mean=mean, sd=20.0) for mean in (50.0, 5.0)
    ]
    assert sizes[0].patients == sizes[0].residual_spread
    assert sizes[1].patients == sizes[1].mean > 4000


@pytest.mark.parametrize(
    "wrong",
    [{"parameters": 2}, {"r2": 1.0}, {"mean": 0.0}, {"sd": -1.0}, {"shrinkage": 1.0}],
)
def test_impossible_numbers_are_refused(wrong):
    options = {"parameters": 10, "r2": 0.3, "mean": 5.0, "sd": 2.0} | wrong
    with pytest.raises(InvalidChoice, match=r"3 or more parameters|between 0 and 1"):
        required_for_continuous(**options)
