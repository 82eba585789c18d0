"""The ZCQ rules of Stucki 1996 and of the AO Foundation's Stata module, by hand."""

import pytest

from lbp_outcome.errors import InvalidAnswer
from lbp_outcome.questionnaires import QUESTIONNAIRES

ZCQ = QUESTIONNAIRES["zcq"]
SEVERITY = dict(
    zip((f"zcq_{i}" for i in range(1, 8)), (4, 4, 3, 4, 3, 2, 3), strict=True)
)


def severity(answers):
    return ZCQ.scores(answers)["zcq_symptom_severity"]


def test_symptom_severity_is_the_mean_of_seven():
    assert severity(SEVERITY).value == pytest.approx(3.2857, abs=5e-5)


def test_two_blank_symptoms_are_left_out_of_the_mean():
    answers = {k: v for k, v in SEVERITY.items() if k not in ("zcq_1", "zcq_2")}
    assert severity(answers).value == 3.0


def test_three_blank_symptoms_leave_no_score():
    answers = {k: v for k, v in SEVERITY.items() if k > "zcq_3"}
    assert severity(answers).value is None
    assert "3 of 7" in severity(answers).reason


def test_a_blank_may_be_written_as_nan():
    assert severity({**SEVERITY, "zcq_1": float("nan")}).value == pytest.approx(19 / 6)


def test_balance_knows_only_one_three_and_five():
    with pytest.raises(InvalidAnswer, match="zcq_7 = 2 is not a valid answer; it must"):
        ZCQ.scores({**SEVERITY, "zcq_7": 2})


def test_two_blank_satisfaction_items_leave_no_score():
    answers = {f"zcq_{item}": 2 for item in range(13, 17)}
    assert ZCQ.scores(answers)["zcq_satisfaction"].value is None
