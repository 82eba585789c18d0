"""A cohort that is in order is read into scores and columns with units."""

import pytest

from lbp_outcome.cohort.folder import read_cohort
from lbp_outcome.outcomes import OUTCOMES
from lbp_outcome.units import Unit


def outcome(cohort, name, patient):
    before = cohort.scores_at(patient, "baseline")
    after = cohort.scores_at(patient, "month_12")
    return OUTCOMES[name](before, after)


def test_scores_and_outcomes_follow_from_the_answers(folder):
    cohort = read_cohort(folder)
    severity = cohort.scores_at("sub-01", "baseline")["zcq_symptom_severity"]
    assert severity.value == pytest.approx(23 / 7)
    assert outcome(cohort, "zcq_2of3", "sub-01").value == 1
    assert outcome(cohort, "zcq_2of3", "sub-02").value == 0
    assert outcome(cohort, "leg_pain_50", "sub-01").value == 1
    assert outcome(cohort, "back_pain_50", "sub-01").value == 0


def test_a_patient_without_a_follow_up_has_no_outcome_but_a_reason(folder):
    found = outcome(read_cohort(folder), "zcq_2of3", "sub-03")
    assert found.value is None
    assert "0 of 3 ZCQ criteria are known" in found.reason


def test_a_sidecar_adds_a_column_with_its_unit(folder, declare, edit):
    edit("participants.tsv", "operated_level", "height_mm")
    for line in ("L4-L5", "L3-L4", "L4-L5"):
        edit("participants.tsv", line, "1700")
    cohort = read_cohort(
        declare(height_mm={"Units": "mm", "Minimum": 1000, "Description": "Stature"})
    )
    assert cohort.columns["height_mm"].unit is Unit.MILLIMETRE
    assert cohort.participants.loc["sub-01", "height_mm"] == 1700


def test_a_cohort_is_simulated_only_if_it_says_so(folder):
    assert not read_cohort(folder).simulated
    (folder / "dataset_description.json").write_text('{"Simulated": true}')
    assert read_cohort(folder).simulated
