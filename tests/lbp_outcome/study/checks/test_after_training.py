"""What the results give away: each check fires on a planted fault and else is quiet."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit

from lbp_outcome.study.checks import CHECKS, CheckNotApplicable
from lbp_outcome.study.plan import ModelPlan

AFTER = [name for name, check in CHECKS.items() if check.stage == "after training"]


def look(name, study):
    return CHECKS[name].look(study.after())


def honest(study, strength=1.0):
    """Give the study outcomes drawn from the probabilities that are predicted."""
    truth = expit(0.8 + strength * study.rng.normal(size=len(study)))
    study.outcome = (study.rng.random(len(study)) < truth).astype(float)
    study.predicted = {"clinical": truth}
    return study


def ranking(study, area):
    """Predict so that the AUC is near `area`, whatever the calibration."""
    from scipy.special import ndtri

    score = study.outcome * 2**0.5 * ndtri(area) + study.rng.normal(size=len(study))
    study.predicted = {"clinical": expit(score)}
    return study


@pytest.mark.parametrize("name", AFTER)
@pytest.mark.parametrize("seed", range(3))
def test_an_honest_study_passes(name, seed, invent):
    study = honest(invent(seed), strength=0.7)
    study.permuted = {"clinical": tuple(study.rng.normal(0.5, 0.06, 20))}
    study.selected = {"clinical": lambda number: ("age", "bmi")}
    assert look(name, study) == ()


@pytest.mark.parametrize("name", AFTER)
def test_a_study_without_results_has_nothing_to_look_at(name, invent):
    with pytest.raises(CheckNotApplicable):
        CHECKS[name].look(invent().before())


@pytest.mark.parametrize(
    ("area", "fires"),
    [(0.65, []), (0.78, ["auc_for_review"]), (0.9, ["auc_too_good"])],
)
def test_an_auc_is_reviewed_above_75_and_stops_above_80(area, fires, invent):
    study = ranking(invent(patients=500), area)
    assert [n for n in ("auc_for_review", "auc_too_good") if look(n, study)] == fires


@pytest.mark.parametrize(
    ("noise", "fires"),
    [(1.5, []), (0.85, ["auc_for_review"]), (0.5, ["auc_too_good"])],
)
def test_explained_variance_is_reviewed_above_half(noise, fires, invent):
    study = invent(patients=500)
    study.kind, study.models = (
        "leg_pain",
        (ModelPlan(name="clinical", method="average"),),
    )
    known = study.rng.normal(size=500)
    study.outcome = known + noise * study.rng.normal(size=500)
    study.predicted = {"clinical": known}
    assert [n for n in ("auc_for_review", "auc_too_good") if look(n, study)] == fires


class TestPermutedOutcomePredicted:
    def found(self, study, values):
        honest(study).permuted = {"clinical": tuple(map(float, values))}
        return look("permuted_outcome_predicted", study)

    def test_a_procedure_that_finds_something_in_nothing_is_named(self, invent):
        study = invent()
        (said,) = self.found(study, study.rng.normal(0.58, 0.06, 20))
        assert "where chance gives 0.50" in said

    def test_below_one_half_is_as_wrong_as_above(self, invent):
        study = invent()
        assert self.found(study, study.rng.normal(0.42, 0.06, 20))

    def test_false_alarms_stay_below_one_in_a_hundred_studies(self, invent):
        study = honest(invent())
        examined, rng, alarms = study.after(), np.random.default_rng(1), 0
        for _ in range(1000):
            permuted = {f"m{i}": tuple(rng.normal(0.5, 0.06, 20)) for i in range(6)}
            results = replace(examined.results, permuted=permuted)
            check = CHECKS["permuted_outcome_predicted"]
            alarms += bool(check.look(replace(examined, results=results)))
        assert alarms <= 20  # 10 are expected; more than 20 in 1 of 700 runs

    def test_one_that_says_the_same_of_everybody_is_no_alarm(self, invent):
        assert self.found(invent(), [0.5] * 20) == ()

    def test_two_deals_are_too_few(self, invent):
        with pytest.raises(CheckNotApplicable, match="fewer than 3 times"):
            self.found(invent(), [0.5, 0.6])

    def test_negative_explained_variance_is_chance(self, invent):
        study = invent()
        study.kind, study.models = (
            "leg_pain",
            (ModelPlan(name="clinical", method="average"),),
        )
        assert self.found(study, study.rng.normal(-0.05, 0.02, 20)) == ()
        assert self.found(study, study.rng.normal(0.05, 0.02, 20))


class TestCalibrationDrift:
    def found(self, study):
        return look("calibration_drift", study)

    def test_predictions_that_are_too_extreme_are_named(self, invent):
        study = honest(invent(patients=600))
        study.predicted = {"clinical": expit(3 * logit(study.predicted["clinical"]))}
        assert any("too extreme" in said for said in self.found(study))

    def test_predictions_that_are_too_high_are_named(self, invent):
        study = honest(invent(patients=600))
        study.predicted = {"clinical": expit(1 + logit(study.predicted["clinical"]))}
        assert any("predicts too high" in said for said in self.found(study))

    def test_a_hospital_where_fewer_recover_is_named_with_its_numbers(self, invent):
        study = honest(invent(patients=600))
        at_c = (study.participants["site"] == "C").to_numpy()
        study.outcome = np.where(
            at_c, study.rng.random(600) < 0.35, study.outcome
        ).astype(float)
        said = " ".join(self.found(study))
        assert f"of {at_c.sum()} patients of one hospital" in said

    def test_a_model_that_cannot_rank_is_not_judged(self, invent):
        study = honest(invent())
        study.predicted = {"clinical": np.full(160, 0.4)}
        with pytest.raises(CheckNotApplicable, match="better than chance"):
            self.found(study)


class TestUnstableSelection:
    def found(self, study, choose):
        honest(study).selected = {"clinical": choose}
        return look("unstable_selection", study)

    def test_other_predictors_in_every_fold_are_named(self, invent):
        names = ("age", "sex", "bmi", "leg_pain_baseline")
        (said,) = self.found(invent(), lambda number: (names[number % 4],))
        assert "agreement" in said
        assert "age 25%" in said

    def test_the_same_predictors_in_most_folds_are_no_fault(self, invent):
        choose = {3: ("bmi",)}
        assert self.found(invent(), lambda n: choose.get(n, ("age",))) == ()


class TestPatientOnBothSides:
    def found(self, examined):
        return CHECKS["patient_on_both_sides"].look(examined)

    def test_a_prediction_for_a_patient_who_was_learned_from_is_found(self, invent):
        examined = honest(invent()).after()
        rows = examined.results.predictions.copy()
        learned = examined.results.folds[0].fold.train[0]
        rows.loc[0, "patient"] = examined.data.view.patients[learned]
        changed = replace(examined.results, predictions=rows)
        said = " ".join(self.found(replace(examined, results=changed)))
        assert "1 patients were learned from and predicted" in said

    def test_settings_chosen_with_held_out_patients_are_found(self, invent):
        examined = honest(invent()).after()
        fold = examined.results.folds[0].fold
        _, validation = fold.inner[0]
        validation[0] = fold.held_out[0]
        said = " ".join(self.found(examined))
        assert "settings were chosen with patients it predicts" in said

    def test_an_outcome_that_changes_between_rows_is_found(self, invent):
        examined = honest(invent()).after()
        rows = examined.results.predictions.copy()
        rows.loc[0, "outcome"] = 1 - rows.loc[0, "outcome"]
        changed = replace(examined.results, predictions=rows)
        said = self.found(replace(examined, results=changed))
        assert said == ("1 patients have other outcomes in other rows",)
