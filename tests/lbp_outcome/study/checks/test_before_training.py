"""Each check fires on what was planted, says where it is, and names nobody."""

import gzip
from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.special import expit

from lbp_outcome.contracts import ModelRecipe
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.patient_files import PatientFiles
from lbp_outcome.questionnaires import all_scales
from lbp_outcome.statistics.logistic import fit_logistic
from lbp_outcome.study.checks import CHECKS, CheckNotApplicable
from lbp_outcome.study.checks.outcome_among_predictors import (
    LATER_IN_NAMES,
    LATER_IN_WORDS,
)
from lbp_outcome.study.plan import ModelPlan
from lbp_outcome.units import Unit
from lbp_outcome.view import PatientImages
from models import MODELS

BEFORE = [name for name, check in CHECKS.items() if check.stage == "before training"]


def look(name, study):
    return CHECKS[name].look(study.before())


@pytest.mark.parametrize("name", [n for n in BEFORE if n != "too_many_parameters"])
@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_found_where_nothing_was_planted(name, seed, invent):
    assert look(name, invent(seed)) == ()


def test_no_finding_names_a_patient(invent):
    study = invent()
    study.participants.iloc[7] = study.participants.iloc[3]
    assert "sub-" not in "".join(look("patient_twice", study))


class TestOutcomeAmongPredictors:
    def found(self, study):
        return look("outcome_among_predictors", study)

    def test_a_predictor_that_separates_the_outcomes_is_named(self, invent):
        study = invent(patients=40)
        study.columns["recovered"] = 3 - study.outcome
        assert self.found(study) == (
            "'recovered' separates the outcomes without one mistake",
        )

    def test_four_patients_may_be_separated_by_luck(self, invent):
        study = invent(patients=4)
        study.outcome = np.array([0.0, 0.0, 1.0, 1.0])
        study.columns = {"age": np.array([50.0, 60.0, 70.0, 80.0])}
        assert self.found(study) == ()

    def test_gaps_that_follow_the_outcome_are_named(self, invent):
        study = invent()
        study.columns["visit"] = np.where(study.outcome == 1, 5.0, np.nan)
        assert self.found(study) == (
            "whether 'visit' is missing tells the outcome exactly",
        )

    def test_a_later_score_in_another_unit_is_named(self, invent):
        study = invent()
        study.columns["pain_0_to_10"] = study.scores["month_12", "leg_pain"] / 10
        (said,) = self.found(study)
        assert said.startswith("'pain_0_to_10' is leg_pain one year after surgery")

    def test_a_continuous_outcome_itself_is_named(self, invent):
        study = invent()
        study.outcome = study.rng.normal(size=len(study))
        study.columns["z"] = 2 * study.outcome + 1
        assert self.found(study) == ("'z' is the outcome, in the same or another unit",)

    @pytest.mark.parametrize(
        "name", ["postop_odi", "odi_follow_up", "pain_month_12_nrs", "sessions_after"]
    )
    def test_a_name_that_speaks_of_later_is_named(self, name, invent):
        study = invent()
        study.columns[name] = study.rng.normal(size=len(study)).round(3)
        assert name in self.found(study)[0]

    def test_a_description_that_speaks_of_later_is_named(self, invent):
        study = invent()
        study.columns["x"] = study.rng.normal(size=len(study)).round(3)
        study.described["x"] = "Sessions in the year after surgery"
        assert len(self.found(study)) == 1

    def test_no_measurement_and_no_score_before_surgery_sounds_like_later(self):
        ours = {item.name: item.summary for item in MEASUREMENTS.values()}
        ours |= {
            f"{s.name}_baseline": f"{s.title} before surgery" for s in all_scales()
        }
        for name, words in ours.items():
            assert not LATER_IN_NAMES.search(name)
            assert not LATER_IN_WORDS.search(words)


class TestKnowsTheFuture:
    def found(self, study):
        return look("knows_the_future", study)

    @pytest.mark.parametrize("seed", range(5))
    def test_a_tenth_of_later_pain_with_noise_is_found(self, seed, invent):
        study = invent(seed)
        later = study.scores["month_12", "leg_pain"] / 10
        study.columns["analgesics"] = (later + study.rng.normal(size=160)).round()
        (said,) = self.found(study)
        assert said.startswith("'analgesics' follows leg_pain one year after surgery")

    def test_it_is_found_in_forty_patients(self, invent):
        study = invent(patients=40)
        later = study.scores["month_12", "leg_pain"] / 10
        study.columns["analgesics"] = (later + study.rng.normal(size=40)).round()
        assert len(self.found(study)) == 1

    def test_a_column_that_follows_pain_before_surgery_is_no_leak(self, invent):
        study = invent()
        before = study.scores["baseline", "leg_pain"]
        study.columns["walking"] = before + study.rng.normal(size=160)
        assert self.found(study) == ()

    def test_a_column_that_nearly_separates_the_outcomes_is_found(self, invent):
        study = invent()
        study.columns["x"] = study.outcome + study.rng.normal(0, 0.5, 160)
        assert any("alone predicts the outcome" in said for said in self.found(study))

    def test_a_dozen_patients_are_too_few_to_tell(self, invent):
        with pytest.raises(CheckNotApplicable, match="fewer than 20 patients"):
            self.found(invent(patients=12))


class TestPatientTwice:
    def found(self, study):
        return look("patient_twice", study)

    def test_equal_rows_are_found_with_their_lines(self, invent):
        study = invent()
        study.participants.iloc[7] = study.participants.iloc[3]
        assert self.found(study) == (
            "1 pair of patients with the same row in participants.tsv "
            "(lines 5, 9 of participants.tsv)",
        )

    def test_equal_rows_of_yes_and_no_are_chance(self, invent):
        study = invent()
        study.participants = study.participants[["sex", "site"]]
        assert self.found(study) == ()

    def test_columns_that_say_the_same_count_once(self, invent):
        study = invent()
        age = study.participants["age"]
        study.participants = study.participants[["age"]].assign(
            **{f"age_{i}": age + i for i in range(9)}
        )
        assert self.found(study) == ()

    def test_equal_answers_are_found_though_the_person_is_described_anew(self, invent):
        study = invent()
        for values in study.scores.values():
            values[[20, 30]] = values[10]
        assert self.found(study) == (
            "1 group of patients with the same scores at every visit "
            "(lines 12, 22, 32 of participants.tsv)",
        )

    def test_few_columns_and_the_answers_tell_together(self, invent):
        study = invent()
        study.participants = study.participants[["age", "sex", "site"]].copy()
        study.participants.iloc[20] = study.participants.iloc[10]
        for (visit, _), values in study.scores.items():
            if visit == "baseline":
                values[20] = values[10]
        (said,) = self.found(study)
        assert "the same row and the same scores before surgery" in said

    def test_equal_answers_before_surgery_alone_are_no_patient_twice(self, invent):
        study = invent()
        for (visit, _), values in study.scores.items():
            if visit == "baseline":
                values[20] = values[10]
        assert self.found(study) == ()

    def test_an_identical_radiograph_is_found(self, invent):
        study = invent()
        films = study.rng.normal(size=(3, 128, 96)).astype(np.float32)
        films[2] = films[0]
        study.images = {
            patient: PatientImages(radiograph=film)
            for patient, film in zip(study.patients, films, strict=False)
        }
        assert self.found(study) == (
            "1 pair of patients with an identical image "
            "(lines 2, 4 of participants.tsv)",
        )

    def test_an_empty_image_is_nobody_twice(self, invent):
        study = invent()
        empty = PatientImages(radiograph=np.zeros((128, 96), dtype=np.float32))
        study.images = dict.fromkeys(study.patients, empty)
        assert self.found(study) == ()

    def test_an_image_compressed_again_under_another_name_is_found(
        self, invent, tmp_path
    ):
        study = invent()
        voxels = study.rng.bytes(5000)
        for name, content, when in (
            ("a.nii.gz", voxels, 0),
            ("b.nii.gz", voxels, 9),
            ("c.nii.gz", voxels[::-1], 0),
        ):
            (tmp_path / name).write_bytes(gzip.compress(content, mtime=when))
        study.files = {
            patient: PatientFiles(t2=tmp_path / f"{letter}.nii.gz")
            for patient, letter in zip(study.patients, "abc", strict=False)
        }
        assert self.found(study) == (
            "1 pair of patients with an identical image "
            "(lines 2, 3 of participants.tsv)",
        )

    def test_a_block_of_measurements_that_was_copied_is_found(self, invent):
        from lbp_outcome.cohort.scans import Scan
        from lbp_outcome.records import Measurement

        study = invent()
        numbers = study.rng.normal(size=(160, 8))
        numbers[50] = numbers[40]
        study.scans = {
            patient: Scan(
                measurements=tuple(
                    Measurement(name=f"m{i}", value=float(v), unit=Unit.MILLIMETRE)
                    for i, v in enumerate(row)
                ),
                images=PatientImages(),
            )
            for patient, row in zip(study.patients, numbers, strict=True)
        }
        assert self.found(study) == (
            "1 pair of patients with the same measurements "
            "(lines 42, 52 of participants.tsv)",
        )


class TestPreparedOutsideFolds:
    def found(self, study):
        return look("prepared_outside_folds", study)

    @pytest.mark.parametrize("ddof", [0, 1])
    @pytest.mark.parametrize("decimals", [3, 9])
    def test_a_standardised_column_is_found(self, ddof, decimals, invent):
        study = invent()
        age = study.columns["age"]
        standard = (age - age.mean()) / age.std(ddof=ddof)
        study.columns["age"] = standard.round(decimals)
        (said,) = self.found(study)
        assert "'age' has mean 0 and SD 1" in said

    def test_a_score_against_the_healthy_is_no_standardised_column(self, invent):
        study = invent()
        study.columns["z"] = study.rng.normal(-0.4, 1.1, 160)
        assert self.found(study) == ()

    def test_a_column_stretched_from_0_to_1_is_found(self, invent):
        study = invent()
        drawn = study.rng.normal(size=160)
        study.columns["x"] = (drawn - drawn.min()) / np.ptp(drawn)
        assert "'x' runs exactly from 0 to 1" in self.found(study)[0]

    @pytest.mark.parametrize("by", [np.mean, np.median])
    @pytest.mark.parametrize("decimals", [1, 8])
    def test_filled_gaps_are_found(self, by, decimals, invent):
        study = invent()
        drawn = study.rng.normal(27.9, 4.3, 160).round(decimals)
        drawn[:24] = by(drawn[24:])
        study.columns["bmi"] = drawn
        assert f"repeats its {by.__name__}" in self.found(study)[0]

    def test_whole_years_around_their_median_are_not_filled(self, invent):
        study = invent()
        for seed in range(10):
            rng = np.random.default_rng(seed)
            study.columns["age"] = rng.normal(65, 4, 160).round()
            study.columns["months"] = np.exp(rng.normal(2.6, 0.9, 160)).round()
            assert self.found(study) == ()

    def test_a_prediction_of_a_model_of_these_patients_is_found(self, invent):
        study = invent()
        design = np.column_stack([np.ones(160), study.rng.normal(size=(160, 2))])
        weights = fit_logistic(design, study.outcome, np.ones((1, 160)))
        study.columns["x"] = expit(design @ np.ravel(weights)).round(5)
        assert "fitted to these very outcomes" in self.found(study)[0]

    def test_a_column_called_prediction_is_found(self, invent):
        study = invent()
        study.columns["risk_predicted"] = study.rng.normal(size=160)
        assert "prediction of a model" in self.found(study)[0]


@dataclass
class _Cheat:
    """Standardises by what `remember` kept, which a recipe must not."""

    centre: np.ndarray
    batch: bool = False

    def predict(self, data):
        table = np.nan_to_num(data.held_out.table)
        centre = table.mean(axis=0) if self.batch else self.centre
        return expit((table - centre).mean(axis=1) / 50)

    def save(self, folder):
        raise NotImplementedError


_MEMORY = {}


def _peeks(data, settings, seed):
    return _Cheat(np.nan_to_num(data.held_out.table).mean(axis=0))


def _remembers(data, settings, seed):
    centre = _MEMORY.get("centre", 0.0)
    _MEMORY["centre"] = np.nan_to_num(data.train.table).mean(axis=0)
    return _Cheat(np.asarray(centre))


def _by_batch(data, settings, seed):
    return _Cheat(np.zeros(1), batch=True)


class TestFittedOutsideFolds:
    def found(self, study, fit=None):
        if fit is not None:
            name = f"cheat{fit.__name__}"
            if name not in MODELS:
                MODELS.add(
                    ModelRecipe(
                        name=name, data="tabular", fit=fit, load=lambda folder: None
                    )
                )
            study.models = (*study.models, ModelPlan(name="cheat", method=name))
        try:
            return look("fitted_outside_folds", study)
        finally:
            if fit is not None:
                MODELS._items.pop(name)

    def test_a_fit_that_looks_at_held_out_patients_is_found(self, invent):
        (said,) = self.found(invent(), _peeks)
        assert "changes when only the held-out patients change" in said

    def test_a_fit_that_keeps_something_of_an_earlier_fit_is_found(self, invent):
        _MEMORY.clear()
        (said,) = self.found(invent(), _remembers)
        assert said.startswith("'cheat'")

    def test_a_prediction_that_depends_on_the_other_patients_is_found(self, invent):
        (said,) = self.found(invent(), _by_batch)
        assert "predicts a patient otherwise" in said

    @pytest.mark.parametrize(
        "method", [name for name, r in MODELS.items() if not r.sees_images]
    )
    def test_our_own_methods_pass(self, method, invent):
        study = invent(patients=80)
        gaps = np.arange(80) % 7 == 0
        study.columns["age"] = np.where(gaps, np.nan, study.columns["age"])
        if MODELS[method].predicts == "continuous":
            study.kind, study.outcome = "leg_pain", study.scores["month_12", "leg_pain"]
            clinical = ModelPlan(name="clinical", method="average")
        else:
            clinical = ModelPlan(name="clinical", method="base_rate")
        study.margin = np.where(study.outcome > 0, 1, -1) * study.rng.random(80)
        study.models = (clinical, ModelPlan(name="tried", method=method))
        assert self.found(study) == ()


class TestTooManyParameters:
    def found(self, study):
        return look("too_many_parameters", study)

    def test_both_numbers_and_the_patients_needed_are_said(self, invent):
        study = invent()
        study.outcome = np.repeat([1.0, 0.0], [109, 51])
        said = self.found(study)[0]
        assert "'clinical' has 4 candidate parameters" in said
        assert "160 patients carry 2.0 and 4 need 318 patients" in said

    def test_two_predictors_are_carried_by_more_than_160_patients(self, invent):
        study = invent(patients=200)
        study.columns = {name: study.columns[name] for name in ("age", "bmi")}
        assert self.found(study) == ()

    def test_a_continuous_outcome_is_counted_too(self, invent):
        study = invent(patients=60)
        study.kind, study.outcome = "leg_pain", study.scores["month_12", "leg_pain"]
        study.models = (ModelPlan(name="clinical", method="ridge"),)
        study.columns |= {f"x{i}": study.rng.normal(size=60) for i in range(20)}
        assert "'clinical' has 24 candidate parameters" in self.found(study)[0]


class TestEmptyPredictors:
    def found(self, study):
        return look("empty_predictors", study)

    def test_a_constant_and_an_absent_predictor_are_named(self, invent):
        study = invent()
        study.columns |= {"a": np.full(160, 3.0), "b": np.full(160, np.nan)}
        assert self.found(study) == (
            "'a' has the same value in all 160 patients",
            "'b' is missing in all 160 patients",
        )

    def test_a_level_that_no_patient_has_is_no_mistake(self, invent):
        study = invent()
        study.columns |= {
            "level=L1-L2": np.zeros(160),
            "level=L4-L5": study.rng.integers(0, 2, 160).astype(float),
        }
        assert self.found(study) == ()

    def test_a_category_with_one_level_is_named_once(self, invent):
        study = invent()
        study.columns |= {"level=L1-L2": np.zeros(160), "level=L4-L5": np.ones(160)}
        assert len(self.found(study)) == 1


class TestSiteExplainsOutcome:
    def found(self, study):
        return look("site_explains_outcome", study)

    def test_a_hospital_with_other_outcomes_is_found(self, invent):
        study = invent()
        at_c = (study.participants["site"] == "C").to_numpy()
        study.outcome = np.where(at_c, study.rng.random(160) < 0.3, study.outcome)
        (said,) = self.found(study)
        assert "the outcome differs with the hospital" in said
        assert "no predictor differs with it" in said

    def test_predictors_that_give_the_hospital_away_are_counted(self, invent):
        study = invent()
        at_c = (study.participants["site"] == "C").to_numpy()
        study.outcome = np.where(at_c, 0.0, 1.0)
        study.columns["bmi"] = study.columns["bmi"] + 8 * at_c
        assert "so do 1 predictors, such as 'bmi'" in self.found(study)[0]

    def test_a_scanner_with_other_outcomes_is_found(self, invent):
        from lbp_outcome.cohort.scans import Scan

        study = invent()
        study.participants = study.participants.drop(columns="site")
        study.scans = {
            patient: Scan(
                measurements=(),
                images=PatientImages(),
                spacing_mm=(0.5, 0.5, 4.0 if yes else 4.4),
            )
            for patient, yes in zip(study.patients, study.outcome, strict=True)
        }
        (said,) = self.found(study)
        assert "the scanner (t2_coarsest_voxel_mm of the image)" in said

    def test_one_hospital_cannot_be_compared(self, invent):
        study = invent()
        study.participants["site"] = "A"
        with pytest.raises(CheckNotApplicable, match="one hospital"):
            self.found(study)

    def test_hospitals_of_a_few_patients_are_not_compared(self, invent):
        study = invent()
        study.participants["site"] = ["A"] * 156 + ["B"] * 4
        with pytest.raises(CheckNotApplicable):
            self.found(study)


def test_a_muted_check_is_told_but_does_not_stop(invent):
    from lbp_outcome.study.checking import CheckFailed, examine, stop_at_errors

    study = invent()
    study.columns["recovered"] = study.outcome
    verdicts = examine(study.before(), "before training")
    with pytest.raises(CheckFailed, match=r"LBP101 outcome_among_predictors"):
        stop_at_errors(verdicts)
    muted = dict.fromkeys(
        ["outcome_among_predictors", "knows_the_future"], "planted by a test"
    )
    plan = replace(study.plan, mute=muted)
    stop_at_errors(examine(replace(study.before(), plan=plan), "before training"))
