import numpy as np
import pytest
from scipy.special import expit

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.brier import brier
from lbp_outcome.statistics.discrimination import auc
from lbp_outcome.statistics.external import _learners, _updated, external_performance
from lbp_outcome.statistics.recalibration import recalibration_line


def cohort(n, seed=0, shift=0.0, stretch=1.0):
    """Another hospital: the model's log-odds are stretched and shifted; simulated."""
    chance = np.random.default_rng(seed)
    line = chance.normal(0.5, 1, n)
    outcome = (chance.random(n) < expit(line)).astype(float)
    return outcome, expit(shift + stretch * line)


def names(n):
    return [f"sub-{i}" for i in range(n)]


def test_a_shifted_model_needs_a_new_intercept_only():
    outcome, probability = cohort(800, shift=-1.0)
    found = external_performance(outcome, probability, names(800), replicates=40)
    assert found.as_it_is.calibration_intercept.low > 0.5
    assert found.new_intercept.calibration_intercept.value == pytest.approx(0, abs=0.02)
    assert found.new_intercept.calibration_slope.value == pytest.approx(1, abs=0.15)
    gained = found.as_it_is.brier.value - found.new_intercept.brier.value
    assert gained > 0.02
    assert found.new_intercept_and_slope.brier.value == pytest.approx(
        found.new_intercept.brier.value, abs=0.002
    )


def test_an_overconfident_model_needs_a_new_slope_too():
    outcome, probability = cohort(800, stretch=3.0)
    found = external_performance(outcome, probability, names(800), replicates=40)
    assert found.as_it_is.calibration_slope.value == pytest.approx(1 / 3, abs=0.05)
    assert found.new_intercept.calibration_slope.value < 0.5
    slope = found.new_intercept_and_slope.calibration_slope
    assert slope.low < 1 < slope.high


def test_the_areas_and_numbers_are_those_of_the_model_as_it_is():
    outcome, probability = cohort(200)
    found = external_performance(outcome, probability, names(200), replicates=50)
    assert (found.patients, found.events) == (200, outcome.sum())
    assert found.auc.value == pytest.approx(auc(outcome, probability))
    assert found.as_it_is.brier.value == pytest.approx(brier(outcome, probability))


def test_nobody_is_judged_by_a_recalibration_that_saw_them():
    """Changing a patient's outcome must not change that patient's probability."""
    outcome, probability = cohort(60)
    learners = _learners(outcome, names(60), None, 5, seed=0)
    assert not learners.diagonal().any()
    before = _updated(outcome, probability, learners, fixed_slope=False)
    for patient in (0, 7, 31):
        changed = outcome.copy()
        changed[patient] = 1 - changed[patient]
        after = _updated(changed, probability, learners, fixed_slope=False)
        assert after[patient] == pytest.approx(before[patient], abs=1e-12)
        assert not np.allclose(after, before)


def test_useless_recalibration_is_not_rewarded():
    """A perfect model can only lose; fitted and judged on the same it would gain."""
    loss = []
    for seed in range(40):
        outcome, probability = cohort(60, seed)
        learners = _learners(outcome, names(60), None, 10, seed)
        updated = _updated(outcome, probability, learners, fixed_slope=False)
        loss.append(brier(outcome, updated) - brier(outcome, probability))
    assert np.mean(loss) > 0


def test_a_stated_part_teaches_and_is_not_judged():
    outcome, probability = cohort(300, shift=1.0)
    first_year = np.arange(300) < 120
    found = external_performance(
        outcome, probability, names(300), learn_from=first_year, replicates=50
    )
    assert found.patients == 180
    line = recalibration_line(
        outcome[:120], probability[:120], np.ones((1, 120)), fixed_slope=True
    )
    shifted = expit(line[0, 0] + np.log(probability / (1 - probability)))[120:]
    assert found.new_intercept.brier.value == pytest.approx(
        brier(outcome[120:], shifted), abs=1e-9
    )


def test_a_constant_model_has_no_slope_but_can_be_shifted():
    outcome, _ = cohort(200)
    found = external_performance(outcome, np.full(200, 0.3), names(200), replicates=50)
    assert "same" in found.as_it_is.calibration_slope.reason
    assert found.new_intercept.brier.value < found.as_it_is.brier.value


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"patients": ["sub-0"] * 60}, "given once"),
        ({"learn_from": np.ones(60, dtype=bool)}, "learn from fewer"),
        ({"folds": 40}, "use fewer folds"),
    ],
)
def test_designs_that_cannot_be_honest_are_refused(change, complaint):
    outcome, probability = cohort(60)
    with pytest.raises(InvalidChoice, match=complaint):
        external_performance(
            **{"outcome": outcome, "probability": probability, "patients": names(60)}
            | change
        )


def test_a_cohort_of_one_outcome_is_refused():
    with pytest.raises(NotMeasurable, match="60 of 60 patients"):
        external_performance(np.ones(60), np.full(60, 0.5), names(60))
