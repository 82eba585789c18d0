"""The EQ-5D index follows the Dutch tariff of 2016."""

import pytest

from lbp_outcome.questionnaires.eq5d import DIMENSIONS, EQ5D


def index(state):
    answers = dict(zip(DIMENSIONS, map(int, state), strict=True))
    return EQ5D.scores(answers)["eq5d_index"].value


@pytest.mark.parametrize(
    ("state", "value"),  # test values of the R package eq5d (fragla/eq5d)
    [
        ("11111", 1.0),
        ("21111", 0.918),
        ("55511", 0.390),
        ("44444", -0.289),
        ("55555", -0.446),
    ],
)
def test_states_have_the_published_values(state, value):
    assert index(state) == pytest.approx(value)


def test_a_blank_dimension_leaves_no_index():
    answers = dict.fromkeys(DIMENSIONS[:4], 2)
    score = EQ5D.scores(answers)["eq5d_index"]
    assert score.value is None
    assert "eq5d_5" in score.reason
