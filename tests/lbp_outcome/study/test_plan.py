"""A study file that cannot be run says which entry is wrong."""

import re

import pytest

from lbp_outcome.errors import InvalidChoice, UnreadableFile
from lbp_outcome.study.plan import read_plan

PLAN = """\
name: small
cohort: data/cohort
predictors: {clinical: [age], measurements: [cobb_deg]}
models:
  - {name: base_rate, method: base_rate, reads: []}
  - {name: clinical, method: logistic, reads: [clinical]}
  - {name: both, method: logistic, reads: [clinical, measurements]}
"""


@pytest.fixture
def plan(tmp_path):
    def write(text=PLAN):
        (tmp_path / "plan.yaml").write_text(text)
        return read_plan(tmp_path / "plan.yaml")

    return write


def test_reads_a_plan_with_sensible_defaults(plan, tmp_path):
    found = plan()
    assert (found.outcome, found.horizon, found.reference) == (
        "zcq_2of3",
        "month_12",
        "clinical",
    )
    assert found.cohort == tmp_path / "data" / "cohort"
    assert found.needs_scans
    assert found.headline == "both"


def test_comparators_are_added_to_what_the_file_names(plan):
    names = plan().names
    assert names[:3] == ("base_rate", "clinical", "both")
    assert {"single_best", "boosted"} <= {*names[3:]}
    without = plan(PLAN.replace("measurements: [cobb_deg]", "measurements: []"))
    assert "single_best" not in without.names


def test_the_reference_is_added_where_the_file_has_none(plan):
    found = plan(PLAN.replace("name: clinical,", "name: mine,"))
    assert found.model("clinical").method == "logistic"
    assert found.model("clinical").reads == ("clinical",)


def test_the_same_plan_has_the_same_fingerprint_wherever_it_lies(plan):
    first = plan().fingerprint
    assert plan(PLAN + "# a comment\n").fingerprint == first
    assert plan(PLAN.replace("data/cohort", "elsewhere/cohort")).fingerprint == first
    assert plan(PLAN + "seed: 1\n").fingerprint != first


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: small", "nam: small", "'nam' is not accepted"),
        ("name: small\n", "", "required: name"),
        (
            "clinical, method: logistic",
            "clinical, method: lgistic",
            "Did you mean 'logi",
        ),
        ("reads: [clinical]", "reads: [clinicl]", "clinicl"),
        (
            "reads: [clinical]",
            "reads: [images]",
            "method 'logistic' cannot read images",
        ),
        (
            "name: small",
            "name: small\nreference: clinicl",
            "No model of this study is named 'clinicl'. Did you mean 'clinical'?",
        ),
        ("name: both", "name: clinical", "two models have the same name"),
        ("name: small", "name: small\noutcome: zcq_2of4", "Did you mean 'zcq_2of3'"),
        (
            "name: small",
            "name: small\noutcome: leg_pain",
            "'leg_pain' is a number, which the method 'base_rate' cannot predict; "
            "choose one of average, boosted_regression, fusion_regression",
        ),
        ("name: small", "name: small\nincrement: both2", "Did you mean 'both'?"),
        (
            "name: small",
            "name: small\nvalidation: {scheme: temporal_hold_out}",
            "needs a column of participants.tsv",
        ),
        (
            "name: small",
            "name: small\nvalidation: {scheme: temporal_hold_out, by: site}",
            "held_out: 0.25",
        ),
        (
            "name: small",
            "name: small\nvalidation: {scheme: site_hold_out, by: site}",
            "needs the name of a hospital",
        ),
        ("name: small", "name: small\nmute: {auc_too_good: ' '}", "say why"),
        ("name: small", "name: small\nhorizon: baseline", "not a visit after surgery"),
        (
            "name: small",
            "name: small\nvalidation: {outer: 1}",
            "at least 2 outer folds",
        ),
        ("name: small", "name: small\nvalidation: {bootstrap: 10}", "at least 200"),
        ("name: small", "name: [", "did not find expected"),
    ],
)
def test_names_the_entry_that_is_wrong_in_one_line(plan, old, new, message):
    assert old in PLAN
    with pytest.raises(InvalidChoice, match=re.escape(message)) as caught:
        plan(PLAN.replace(old, new))
    assert str(caught.value).startswith("plan.yaml: ")
    assert "\n" not in str(caught.value)


def test_an_absent_file_says_so(tmp_path):
    with pytest.raises(UnreadableFile, match="there is no such study file"):
        read_plan(tmp_path / "nowhere.yaml")


def test_companions_are_other_outcomes_and_part_of_the_plan(plan):
    found = plan(PLAN + "companions: [leg_pain, leg_pain_50]\n")
    assert found.companions == ("leg_pain", "leg_pain_50")
    assert found.fingerprint != plan().fingerprint
    for names, why in (
        ("leg_pian", "leg_pain"),
        ("zcq_2of3", "the outcome of this study already"),
        ("leg_pain, leg_pain", "twice"),
    ):
        with pytest.raises(InvalidChoice, match=why):
            plan(PLAN + f"companions: [{names}]\n")
