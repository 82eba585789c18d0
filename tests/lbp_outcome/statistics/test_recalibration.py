import json

import numpy as np
import pytest
from scipy.special import expit, logit

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.recalibration import Recalibration, fit_recalibration


def cohort(n, seed=0):
    chance = np.random.default_rng(seed)
    line = chance.normal(0.8, 1, n)
    return (chance.random(n) < expit(line)).astype(float), line


def names(n):
    return [f"sub-{i}" for i in range(n)]


def test_overconfident_predictions_are_drawn_back_to_the_truth():
    outcome, line = cohort(20_000)
    found = fit_recalibration(
        outcome, expit(2 * line + 1), patients=names(20_000), replicates=50
    )
    for true in (0.3, 0.5, 0.8):
        said = expit(2 * logit(true) + 1)
        assert found.recalibrate(float(said)).estimate == pytest.approx(true, abs=0.02)


def test_the_interval_holds_the_estimate_and_grows_towards_the_edge():
    outcome, line = cohort(160)
    found = fit_recalibration(outcome, expit(line), patients=names(160))
    for probability in (0.05, 0.4, 0.7, 0.99):
        value, low, high = found.recalibrate(probability)
        assert 0 < low < value < high < 1
    middle, edge = found.recalibrate(0.7), found.recalibrate(0.3)
    assert middle.high - middle.low < edge.high - edge.low


def test_intervals_hold_the_true_risk_as_often_as_they_say():
    held = []
    for seed in range(150):
        outcome, line = cohort(160, seed)
        found = fit_recalibration(
            outcome, expit(line), patients=names(160), replicates=200
        )
        value = found.recalibrate(0.8)
        held.append(value.low <= 0.8 <= value.high)
    assert 0.89 <= np.mean(held) <= 0.99


def test_a_nearly_constant_model_keeps_slope_one_and_gives_the_base_rate():
    outcome, _ = cohort(160)
    nearly = 0.6 + 0.01 * np.random.default_rng(1).random(160)
    found = fit_recalibration(outcome, nearly, patients=names(160))
    assert found.slope == pytest.approx(1, abs=0.1)
    assert np.abs(found.draws[:, 1] - 1).max() < 0.5
    value = found.recalibrate(float(nearly.mean()))
    assert value.estimate == pytest.approx(outcome.mean(), abs=1e-3)


def test_a_constant_model_can_be_recalibrated_too():
    outcome, _ = cohort(160)
    found = fit_recalibration(outcome, np.full(160, 0.3), patients=names(160))
    assert found.recalibrate(0.3).estimate == pytest.approx(outcome.mean(), abs=1e-6)


def test_a_model_that_ranks_the_wrong_way_round_gives_the_base_rate():
    outcome, line = cohort(400)
    found = fit_recalibration(outcome, expit(-line), patients=names(400))
    assert found.slope == 0
    for probability in (0.1, 0.9):
        given = found.recalibrate(probability)
        assert given.estimate == pytest.approx(outcome.mean(), abs=1e-6)


def test_repeats_of_a_cross_validation_do_not_feign_more_patients():
    outcome, line = cohort(120)
    once = fit_recalibration(outcome, expit(line), patients=names(120))
    thrice = fit_recalibration(
        np.tile(outcome, 3), np.tile(expit(line), 3), patients=names(120) * 3
    )
    assert thrice.slope == pytest.approx(once.slope, abs=1e-6)
    assert thrice.draws.std(axis=0) == pytest.approx(once.draws.std(axis=0), rel=0.1)


def test_it_survives_being_written_as_json():
    outcome, line = cohort(80)
    found = fit_recalibration(outcome, expit(line), patients=names(80), replicates=100)
    again = Recalibration.from_json(json.loads(json.dumps(found.to_json())))
    assert again.recalibrate(0.7) == pytest.approx(found.recalibrate(0.7), abs=1e-5)
    assert again.seen == found.seen


def test_it_knows_where_it_extrapolates():
    outcome, line = cohort(80)
    probability = expit(line)
    found = fit_recalibration(outcome, probability, patients=names(80), replicates=50)
    assert not found.extrapolates(float(np.median(probability)))
    assert found.extrapolates(float(probability.max()) + 1e-3)
    assert found.extrapolates(0.0)


@pytest.mark.parametrize("broken", [{}, {"intercept": "x"}, {"draws": [1, 2, 3]}])
def test_a_broken_file_says_what_to_do(broken):
    whole = {
        "intercept": 0,
        "slope": 1,
        "draws": [[0, 1]],
        "seen": [0, 1],
        "level": 0.9,
    }
    with pytest.raises(InvalidChoice, match="run the study again"):
        Recalibration.from_json(whole | broken if broken else {})


def test_a_percentage_is_refused():
    outcome, line = cohort(80)
    found = fit_recalibration(outcome, expit(line), patients=names(80), replicates=50)
    with pytest.raises(InvalidChoice, match="not probabilities"):
        found.recalibrate(68.0)


def test_one_outcome_only_cannot_recalibrate():
    with pytest.raises(NotMeasurable, match="5 of 5 patients"):
        fit_recalibration(np.ones(5), np.linspace(0.1, 0.9, 5), patients=names(5))


@pytest.mark.parametrize("spread", [0.01, 1.0, 3.0, 6.0])
@pytest.mark.parametrize("n", [24, 58, 160])
def test_overconfident_predictions_are_drawn_together_and_never_refused(n, spread):
    rng = np.random.default_rng(n)
    outcome = (rng.random(n) < 0.6).astype(float)
    probability = expit(0.4 + spread * rng.normal(size=n))
    patients = [f"sub-{number}" for number in range(n)]
    found = fit_recalibration(outcome, probability, patients=patients)
    assert len(found.draws) == 1000
    assert 0 <= found.slope < 1.5


def test_few_patients_can_teach_the_intercept_alone():
    outcome, line = cohort(20_000)
    found = fit_recalibration(
        outcome,
        expit(line - 1),
        patients=names(20_000),
        replicates=50,
        fixed_slope=True,
    )
    assert found.slope == 1
    assert (found.draws[:, 1] == 1).all()
    assert found.intercept == pytest.approx(1, abs=0.05)
