"""A validation published with R's own random numbers, drawn again and evaluated."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit, logit, ndtri

from lbp_outcome.statistics.brier import brier
from lbp_outcome.statistics.calibration import calibration_intercept, calibration_slope
from lbp_outcome.statistics.discrimination import auc
from lbp_outcome.statistics.ici import calibration_error
from lbp_outcome.statistics.logistic import fit_logistic
from lbp_outcome.statistics.ordinal import somers_d

GOLDEN = Path(__file__).parents[2] / "golden" / "calibration_rms_val_prob.json"


class RandomNumbersOfR:
    """Mersenne Twister seeded as R's `set.seed`; normals by inversion."""

    def __init__(self, seed):
        state = []
        for _ in range(50 + 625):
            seed = (69069 * seed + 1) % 2**32
            state.append(seed)
        self._bits = np.random.MT19937()
        key = np.array(state[51:], dtype=np.uint32)
        self._bits.state = {
            "bit_generator": "MT19937",
            "state": {"key": key, "pos": 624},
        }

    def uniform(self, n):
        return self._bits.random_raw(n) * 2.3283064365386963e-10

    def normal(self, n):
        first, second = self.uniform(2 * n).reshape(n, 2).T
        return ndtri((np.floor(2**27 * first) + second) / 2**27)

    def yes_or_no(self, chance):
        drawn = self.uniform(len(chance))
        return np.where(chance <= 0.5, drawn >= 1 - chance, drawn < chance).astype(
            float
        )


@pytest.fixture(scope="module")
def golden():
    return json.loads(GOLDEN.read_text())


@pytest.fixture(scope="module")
def validation(golden):
    chance = RandomNumbersOfR(golden["seed"])
    x1, x2 = (chance.normal(golden["patients"]) for _ in range(2))
    assert x1[:6] == pytest.approx(golden["first_x1"], abs=5e-8)
    assert x2[:6] == pytest.approx(golden["first_x2"], abs=5e-8)
    outcome = chance.yes_or_no(expit(-3 + x1 + x2 + 0.3 * x1 * x2))
    return outcome, expit(-3 + x1 + x2)


def test_discrimination_and_brier_score_are_those_of_val_prob(golden, validation):
    printed = golden["val_prob"]
    assert auc(*validation) == pytest.approx(printed["c"], abs=5.1e-10)
    assert somers_d(*validation) == pytest.approx(printed["dxy"], abs=5.1e-10)
    assert brier(*validation) == pytest.approx(printed["brier"], abs=5.1e-10)


def test_the_calibration_line_is_that_of_val_prob(golden, validation):
    outcome, probability = validation
    printed = golden["val_prob"]
    assert calibration_slope(*validation) == pytest.approx(
        printed["slope"], abs=5.1e-10
    )
    terms = np.column_stack((np.ones(len(outcome)), logit(probability)))
    (line,) = fit_logistic(terms, outcome, np.ones((1, len(outcome))))
    assert line == pytest.approx([printed["intercept"], printed["slope"]], abs=5.1e-10)


def test_the_intercept_holds_the_slope_at_one_as_pmcalibration_does(golden, validation):
    printed = golden["logistic_cal"]
    found = calibration_intercept(*validation)
    assert found == pytest.approx(printed["intercept"], abs=5e-4)


def test_the_calibration_error_is_near_that_of_other_smoothers(golden, validation):
    found = calibration_error(*validation)
    for printed in (golden["val_prob"], golden["gam"]):
        assert found.ici == pytest.approx(printed["eavg"], abs=0.004)
        assert found.e90 == pytest.approx(printed["e90"], abs=0.012)
    assert found.e50 == pytest.approx(golden["gam"]["e50"], abs=0.004)
