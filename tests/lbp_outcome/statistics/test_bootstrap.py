import numpy as np
import pytest
from scipy.special import ndtr

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.bootstrap import band, interval, patient_weights
from lbp_outcome.statistics.discrimination import weighted_auc_within_folds

PATIENTS = [f"sub-{i}" for i in range(40)]


def mean_of(values):
    return lambda weights: weights @ values / weights.sum(axis=1)


def test_each_resample_draws_as_many_patients_as_there_are():
    (weights,) = patient_weights(PATIENTS, replicates=500, seed=0)
    assert weights.shape == (500, 40)
    assert (weights.sum(axis=1) == 40).all()
    assert weights.mean() == 1
    # A patient is left out of a resample with probability (1 - 1/40)^40 = 0.363.
    assert (weights == 0).mean() == pytest.approx(0.363, abs=0.01)


def test_rows_of_one_patient_are_drawn_together():
    (weights,) = patient_weights(["b", "a", "b", "c"], replicates=200, seed=0)
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, [0, 1, 3]].sum(axis=1) == 3).all()


def test_resamples_do_not_depend_on_how_many_fit_into_memory():
    (whole,) = patient_weights(PATIENTS, replicates=100, seed=4)
    parts = list(patient_weights(PATIENTS, replicates=100, seed=4, block=40 * 7))
    assert len(parts) == 15
    assert (np.concatenate(parts) == whole).all()


def test_the_interval_of_a_mean_agrees_with_theory():
    values = np.random.default_rng(0).normal(10, 3, 40)
    found = interval(mean_of(values), PATIENTS, replicates=4000)
    error = values.std() / 40**0.5
    assert found.estimate == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - 1.96 * error, abs=0.1)
    assert found.high == pytest.approx(values.mean() + 1.96 * error, abs=0.1)


def test_a_band_is_the_interval_of_each_of_its_points():
    values = np.random.default_rng(0).normal(10, 3, (40, 3))

    def curves(weights):
        return weights @ values / weights.sum(axis=1, keepdims=True)

    low, high = band(curves, PATIENTS, replicates=300, seed=5)
    for point in range(3):
        found = interval(mean_of(values[:, point]), PATIENTS, replicates=300, seed=5)
        assert (low[point], high[point]) == pytest.approx((found.low, found.high))


def test_one_seed_gives_one_interval():
    values = np.arange(40.0)
    first, again, other = (
        interval(mean_of(values), PATIENTS, replicates=200, seed=s) for s in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_intervals_of_the_auc_hold_the_truth_as_often_as_they_say():
    chance = np.random.default_rng(11)
    outcome = (np.arange(160) < 109).astype(float)
    outcome = chance.permutation(outcome)
    fold = np.arange(160) % 5
    names = [str(i) for i in range(160)]
    truth, held = ndtr(0.74 / 2**0.5), []
    for cohort in range(300):
        score = 0.74 * outcome + chance.normal(size=160)

        def metric(weights, score=score):
            return weighted_auc_within_folds(outcome, score, fold, weights)

        found = interval(metric, names, replicates=300, seed=cohort)
        held.append(found.low <= truth <= found.high)
    assert 0.91 <= np.mean(held) <= 0.98


def test_an_undefined_statistic_says_why():
    def undefined(weights):
        return np.full(len(weights), np.nan)

    with pytest.raises(NotMeasurable, match="nobody had the outcome"):
        interval(undefined, PATIENTS, undefined="nobody had the outcome")


def test_a_statistic_that_most_resamples_cannot_give_is_refused():
    def needs_the_first_patient(weights):
        return np.where(weights[:, 0] > 0, 1.0, np.nan)

    with pytest.raises(NotMeasurable, match=r"only \d+ of 2000 resamples"):
        interval(needs_the_first_patient, PATIENTS)
    with pytest.raises(NotMeasurable, match=r"only \d+ of 2000 resamples"):
        band(lambda weights: needs_the_first_patient(weights)[:, None], PATIENTS)


def test_a_confidence_level_in_percent_is_refused():
    with pytest.raises(InvalidChoice, match="between 0 and 1, not 95"):
        interval(mean_of(np.arange(40.0)), PATIENTS, level=95)
