import time

import numpy as np
import pytest

from lbp_outcome.errors import InvalidChoice, UnknownName
from lbp_outcome.statistics.brier import brier
from lbp_outcome.statistics.discrimination import auc, auc_within_folds
from lbp_outcome.statistics.ici import calibration_error
from lbp_outcome.statistics.performance import compare, performance
from lbp_outcome.statistics.precision_recall import average_precision


def test_each_number_is_the_mean_over_the_repeats(predicted):
    found = performance(predicted.outcome, predicted.probability, **predicted.design)
    rows = [predicted.repeat == repeat for repeat in range(3)]
    of_repeats = [
        (
            auc_within_folds(y := predicted.outcome[at], p, predicted.fold[at]),
            auc(y, p),
            brier(y, p),
            average_precision(y, p),
            calibration_error(y, p).ici,
        )
        for at in rows
        for p in (predicted.probability[at],)
    ]
    expected = np.mean(of_repeats, axis=0)
    estimates = (
        found.auc,
        found.auc_pooled,
        found.brier,
        found.average_precision,
        found.ici,
    )
    assert [one.value for one in estimates] == pytest.approx(expected)
    assert found.patients == 160
    assert found.events == predicted.outcome[rows[0]].sum()


def test_the_order_of_the_rows_does_not_matter(predicted):
    shuffle = np.random.default_rng(0).permutation(len(predicted.outcome))
    design = {
        "fold": predicted.fold[shuffle],
        "repeat": predicted.repeat[shuffle],
        "patients": [predicted.patients[row] for row in shuffle],
    }
    found = performance(
        predicted.outcome[shuffle], predicted.probability[shuffle], **design
    )
    assert found == performance(
        predicted.outcome, predicted.probability, **predicted.design
    )


def test_every_estimate_lies_in_its_interval_and_good_predictions_look_good(predicted):
    found = performance(predicted.outcome, predicted.probability, **predicted.design)
    for name in (
        "auc",
        "auc_pooled",
        "average_precision",
        "brier",
        "scaled_brier",
        "ici",
    ):
        estimate = getattr(found, name)
        assert estimate.low < estimate.value < estimate.high
    assert found.auc.low > 0.5
    assert found.calibration_slope.low < 1 < found.calibration_slope.high
    assert found.calibration_intercept.low < 0 < found.calibration_intercept.high


def test_the_base_rate_has_auc_one_half_and_no_slope(predicted):
    found = performance(predicted.outcome, predicted.base_rate, **predicted.design)
    assert found.auc.value == found.auc.low == found.auc.high == 0.5
    assert found.calibration_slope.value is None
    assert "same probability" in found.calibration_slope.reason
    assert "same probability" in found.ici.reason
    assert found.calibration_intercept.value == pytest.approx(0, abs=0.01)
    assert found.scaled_brier.value == pytest.approx(0, abs=0.01)


def test_a_perfect_model_is_not_taken_for_certain_and_has_no_slope(predicted):
    told = np.where(predicted.outcome == 1, 0.9, 0.1)
    found = performance(predicted.outcome, told, **predicted.design)
    assert found.auc.value == 1
    assert 0.9 < found.auc.low < 1
    assert found.average_precision.value == 1
    assert "separate" in found.calibration_slope.reason
    assert "separate" in found.ici.reason


def test_shuffled_outcomes_score_at_chance(predicted):
    once = predicted.repeat == 0
    outcome = np.random.default_rng(8).permutation(predicted.outcome[once])
    found = performance(
        outcome,
        predicted.probability[once],
        fold=predicted.fold[once],
        repeat=predicted.repeat[once],
        patients=[p for p, at in zip(predicted.patients, once, strict=True) if at],
    )
    assert found.auc.low < 0.5 < found.auc.high


def test_every_model_is_compared_with_the_reference(predicted):
    models = {
        "clinical": predicted.base_rate,
        "imaging": predicted.probability,
        "copy": predicted.base_rate,
    }
    found = compare(predicted.outcome, models, reference="clinical", **predicted.design)
    assert [item.model for item in found] == ["imaging", "copy"]
    imaging, copy = found
    assert imaging.auc.low > 0
    assert imaging.brier.value < 0
    assert imaging.p_value < 0.01
    assert (copy.auc.value, copy.auc.low, copy.auc.high) == (0, 0, 0)
    assert copy.p_value == 1


def test_the_difference_is_the_difference_of_the_two_performances(predicted):
    models = {"a": predicted.probability, "b": np.sqrt(predicted.probability) * 0.9}
    (found,) = compare(predicted.outcome, models, reference="b", **predicted.design)
    alone = {
        name: performance(predicted.outcome, p, **predicted.design)
        for name, p in models.items()
    }
    assert found.auc.value == pytest.approx(
        alone["a"].auc.value - alone["b"].auc.value, abs=1e-12
    )
    assert found.brier.value == pytest.approx(
        alone["a"].brier.value - alone["b"].brier.value
    )


def test_a_paired_difference_is_known_better_than_its_parts(predicted):
    noise = np.random.default_rng(0).normal(0, 0.01, len(predicted.outcome))
    models = {
        "a": predicted.probability,
        "b": np.clip(predicted.probability + noise, 0, 1),
    }
    (found,) = compare(predicted.outcome, models, reference="a", **predicted.design)
    alone = performance(predicted.outcome, predicted.probability, **predicted.design)
    assert found.auc.high - found.auc.low < (alone.auc.high - alone.auc.low) / 3


def test_a_wrong_reference_is_answered_with_the_near_one(predicted):
    with pytest.raises(UnknownName, match="Did you mean 'clinical'"):
        compare(
            predicted.outcome,
            {"clinical": predicted.probability},
            reference="clinicl",
            **predicted.design,
        )


def test_two_thousand_resamples_take_well_under_a_second(predicted):
    once = predicted.repeat == 0
    start = time.perf_counter()
    performance(
        predicted.outcome[once],
        predicted.probability[once],
        fold=predicted.fold[once],
        repeat=predicted.repeat[once],
        patients=[p for p, at in zip(predicted.patients, once, strict=True) if at],
        replicates=2000,
    )
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda rows: rows | {"patients": rows["patients"][:-1]}, "they have"),
        (
            lambda rows: {k: v[:-1] for k, v in rows.items()},
            "predict each patient once",
        ),
        (
            lambda rows: rows | {"probability": rows["probability"] * 100},
            "probabilities",
        ),
        (lambda rows: rows | {"outcome": rows["outcome"] * 2}, "must be 0 or 1"),
        (
            lambda rows: rows | {"outcome": rows["outcome"] * 0},
            "Nothing can be evaluated",
        ),
        (lambda rows: rows | {"outcome": rows["outcome"][::-1]}, "different outcomes"),
    ],
)
def test_rows_that_are_no_cross_validation_are_refused(predicted, spoil, complaint):
    rows = spoil(
        {
            "outcome": predicted.outcome,
            "probability": predicted.probability,
            "fold": predicted.fold,
            "repeat": predicted.repeat,
            "patients": predicted.patients,
        }
    )
    with pytest.raises(InvalidChoice, match=complaint):
        performance(rows.pop("outcome"), rows.pop("probability"), **rows)
