import json
import math
from pathlib import Path

import numpy as np
import pytest

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.rubin import pool

GOLDEN = Path(__file__).parents[2] / "golden" / "mice_pool_scalar.json"
MICE = json.loads(GOLDEN.read_text())["pooled"]


@pytest.mark.parametrize("golden", MICE)
def test_pooling_equals_mice(golden):
    found = pool(
        np.array(golden["estimates"]),
        np.array(golden["variances"]),
        complete_df=golden["complete_df"] or math.inf,
    )
    assert found.estimate == pytest.approx(golden["estimate"])
    assert found.within == pytest.approx(golden["within"])
    assert found.between == pytest.approx(golden["between"])
    assert found.total == pytest.approx(golden["total"])
    assert found.df == pytest.approx(golden["df"])
    assert found.missing_information == pytest.approx(golden["fmi"])


def test_imputations_that_agree_cost_nothing():
    found = pool(np.full(5, 2.0), np.full(5, 0.25))
    assert found.missing_information == found.share_due_to_missing == 0
    assert found.df == math.inf
    assert found.interval == pytest.approx((2.0, 2 - 0.98, 2 + 0.98), abs=1e-3)


def test_degrees_of_freedom_never_exceed_those_of_complete_data():
    chance = np.random.default_rng(0)
    for _ in range(50):
        estimates = chance.normal(size=20)
        found = pool(estimates, chance.random(20) + 0.1, complete_df=30.0)
        assert 0 < found.df < 30


def test_the_interval_holds_the_truth_as_often_as_stated():
    """Mean of 60 normal values of which 40 % are missing at random; simulated.

    Proper imputation: mean and spread are drawn from their posterior each time.
    """
    chance = np.random.default_rng(4)
    held = []
    for _ in range(600):
        seen = chance.normal(5, 1, 36)
        copies = [imputed(seen, 24, chance) for _ in range(10)]
        found = pool(
            np.array([copy.mean() for copy in copies]),
            np.array([copy.var(ddof=1) / 60 for copy in copies]),
            complete_df=59.0,
        )
        held.append(found.interval.low <= 5 <= found.interval.high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.025)


def imputed(seen, missing, chance):
    spread = np.sqrt(seen.var(ddof=1) * (len(seen) - 1) / chance.chisquare(35))
    mean = chance.normal(seen.mean(), spread / len(seen) ** 0.5)
    return np.concatenate((seen, chance.normal(mean, spread, missing)))


def test_one_imputation_is_refused():
    with pytest.raises(NotMeasurable, match="one imputation"):
        pool(np.ones(1), np.ones(1))


def test_a_variance_of_zero_is_refused():
    with pytest.raises(InvalidChoice, match="variance above 0"):
        pool(np.ones(2), np.array([1.0, 0.0]))
