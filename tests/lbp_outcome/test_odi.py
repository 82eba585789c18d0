"""The Oswestry Disability Index is a share of what was answered."""

import pytest

from lbp_outcome.questionnaires.odi import ODI, OPTIONAL, SECTIONS

SIXTEEN = dict(zip(SECTIONS, (2, 2, 2, 2, 2, 2, 1, 1, 1, 1), strict=True))


def index(answers):
    return ODI.scores(answers)["odi"]


def test_sixteen_of_fifty_points_are_32_percent():
    assert index(SIXTEEN).value == pytest.approx(32.0)


def test_a_section_left_out_is_no_zero():
    answers = {**SIXTEEN, OPTIONAL: 0}
    assert index(answers).value == pytest.approx(30.0)
    del answers[OPTIONAL]
    assert index(answers).value == pytest.approx(100 * 15 / 45)


def test_three_blanks_are_too_many():
    answers = dict.fromkeys(SECTIONS[3:], 1)
    assert index(answers).value is None
    assert "odi_1, odi_2, odi_3" in index(answers).reason
