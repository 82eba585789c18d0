import numpy as np
import pytest

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.selection_stability import selection_stability

RANDOM_FOUR_OF_TEN = """
1111000000 0001011100 0100011100 1100101000 0110110000
0111001000 1001000011 0001011100 0011110000 0000100111
"""
"""Z3 of the authors' stabilityDemo.ipynb, github.com/nogueirs/JMLR2018."""


def matrix(rows):
    return np.array([[mark == "1" for mark in row] for row in rows.split()])


@pytest.mark.parametrize(
    ("rows", "stability"),
    [
        ("110 110 110", 1.0),
        ("110 011 101", -0.5),
        (RANDOM_FOUR_OF_TEN, -0.037037037037),
    ],
)
def test_agreement_is_that_of_the_authors_demonstration(rows, stability):
    found = selection_stability(matrix(rows))
    assert found.agreement.estimate == pytest.approx(stability)


def test_the_interval_has_the_variance_of_the_authors_demonstration():
    found = selection_stability(matrix(RANDOM_FOUR_OF_TEN)).agreement
    half = 1.959964 * 0.00516666666667**0.5
    assert found.high == pytest.approx(found.estimate + half, rel=1e-5)
    assert found.low == pytest.approx(found.estimate - half, rel=1e-5)


def test_fits_that_choose_unequally_many_have_the_variance_of_the_authors_formula():
    """Their getVarianceofStability, evaluated for this table."""
    found = selection_stability(matrix("110001 110000 101001 110100 110001")).agreement
    assert found == pytest.approx((0.397321, 0.117791, 0.676852), abs=1e-6)


def test_frequencies_are_shares_of_the_fits():
    found = selection_stability(matrix("110 100 101 100"))
    assert found.frequency.tolist() == [1.0, 0.25, 0.25]


def test_choosing_at_random_agrees_no_better_than_chance():
    chance = np.random.default_rng(0)
    found = selection_stability(chance.random((400, 12)) < 0.4)
    assert found.agreement.estimate == pytest.approx(0, abs=0.01)
    assert found.agreement.low < 0 < found.agreement.high


def test_the_interval_holds_the_true_agreement_as_often_as_stated():
    """40 simulated fits; each predictor has its own chance to be chosen."""
    chance = np.random.default_rng(1)
    likely = np.array([0.95, 0.9, 0.8, 0.5, 0.3, 0.2, 0.1, 0.1, 0.05, 0.05])
    share = likely.mean()
    truth = 1 - (likely * (1 - likely)).mean() / (share * (1 - share))
    held = []
    for _ in range(400):
        found = selection_stability(chance.random((40, 10)) < likely).agreement
        held.append(found.low <= truth <= found.high)
    assert 0.91 <= np.mean(held) <= 0.98


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [("110", "one fit"), ("11 11", "chose all"), ("00 00", "chose none")],
)
def test_what_cannot_agree_or_differ_is_refused(rows, complaint):
    with pytest.raises(NotMeasurable, match=complaint):
        selection_stability(matrix(rows))
