"""Every check has a code that never changes, words for a newcomer, and fires."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import lbp_outcome
from lbp_outcome.study.checks import CHECKS, CheckNotApplicable

CODES = {
    "LBP101": "outcome_among_predictors",
    "LBP102": "knows_the_future",
    "LBP103": "patient_twice",
    "LBP104": "prepared_outside_folds",
    "LBP105": "fitted_outside_folds",
    "LBP106": "too_many_parameters",
    "LBP107": "empty_predictors",
    "LBP108": "site_explains_outcome",
    "LBP201": "auc_for_review",
    "LBP202": "auc_too_good",
    "LBP203": "permuted_outcome_predicted",
    "LBP204": "calibration_drift",
    "LBP205": "unstable_selection",
    "LBP206": "patient_on_both_sides",
}
"""Codes are quoted in reports and study files: add to this list, never change it."""

DOCS = Path(lbp_outcome.__file__).parents[1] / "docs" / "checks.md"


def outcome_among_predictors(study):
    study.columns["recovered"] = study.outcome
    return study.before()


def knows_the_future(study):
    noise = study.rng.normal(0, 8, len(study))
    study.columns["painkillers"] = study.scores["month_12", "leg_pain"] + noise
    return study.before()


def patient_twice(study):
    study.participants.iloc[7] = study.participants.iloc[3]
    return study.before()


def prepared_outside_folds(study):
    age = study.columns["age"]
    study.columns["age"] = (age - age.mean()) / age.std()
    return study.before()


def fitted_outside_folds(study):
    return study.before()


def too_many_parameters(study):
    return study.before()


def empty_predictors(study):
    study.columns["scoliosis"] = np.zeros(len(study))
    return study.before()


def site_explains_outcome(study):
    at_c = (study.participants["site"] == "C").to_numpy()
    study.outcome = np.where(at_c, 0.0, study.outcome)
    return study.before()


def _predicted(study, shift):
    study.predicted = {"clinical": 0.5 + shift * (study.outcome - 0.5)}
    noise = study.rng.normal(0, 0.1, len(study))
    study.predicted["clinical"] = np.clip(study.predicted["clinical"] + noise, 0.01, 1)
    return study


def auc_for_review(study):
    return _predicted(study, 0.09).after()


def auc_too_good(study):
    return _predicted(study, 0.3).after()


def permuted_outcome_predicted(study):
    study.permuted = {"clinical": tuple(study.rng.normal(0.6, 0.05, 20))}
    return _predicted(study, 0.1).after()


def calibration_drift(study):
    return _predicted(study, 0.3).after()


def unstable_selection(study):
    study.selected = {"clinical": lambda number: (list(study.columns)[number % 4],)}
    return _predicted(study, 0.1).after()


def patient_on_both_sides(study):
    examined = _predicted(study, 0.1).after()
    rows = examined.results.predictions.copy()
    rows["fold"] = np.roll(rows["fold"], 7)
    return replace(examined, results=replace(examined.results, predictions=rows))


PLANTED = {
    plant.__name__: plant
    for plant in (
        *(outcome_among_predictors, knows_the_future, patient_twice),
        *(prepared_outside_folds, fitted_outside_folds, too_many_parameters),
        *(empty_predictors, site_explains_outcome, auc_for_review, auc_too_good),
        *(permuted_outcome_predicted, calibration_drift, unstable_selection),
        patient_on_both_sides,
    )
}


def test_codes_are_as_they_always_were():
    assert {check.code: name for name, check in CHECKS.items()} == CODES


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_says_what_it_is(name):
    check = CHECKS[name]
    stage = {"1": "before training", "2": "after training"}
    assert stage[check.code[3]] == check.stage
    assert check.title[0].islower()
    assert not check.title.endswith(".")
    assert len(check.explanation) > 150
    assert "  " not in check.explanation


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_fires_on_what_was_planted(name, invent, cheating_method):
    study = invent(1)
    if name == "fitted_outside_folds":
        study.models = (*study.models, cheating_method)
    found = CHECKS[name].look(PLANTED[name](study))
    assert found
    for sentence in found:
        assert not re.search(r"sub-\w", sentence)
        assert not sentence.endswith(".")


@pytest.mark.parametrize("name", CHECKS)
def test_looking_twice_finds_the_same(name, invent):
    def look():
        try:
            return CHECKS[name].look(PLANTED[name](invent(1)))
        except CheckNotApplicable as why:
            return str(why)

    assert look() == look()


def test_the_documentation_lists_every_check():
    rows = re.findall(
        r"^\| (LBP\d+) \| `(\w+)` \| (.+?) \| (\w+) \|$", DOCS.read_text(), re.M
    )
    told = {(code, name, title, severity) for code, name, title, severity in rows}
    assert told == {(c.code, n, c.title, c.severity) for n, c in CHECKS.items()}


@pytest.mark.parametrize("name", CHECKS)
def test_the_documentation_explains_every_check_in_its_own_words(name):
    page = " ".join(DOCS.read_text().split())
    assert CHECKS[name].explanation in page
