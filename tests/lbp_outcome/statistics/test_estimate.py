import pytest

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.estimate import Estimate, Interval
from lbp_outcome.statistics.proportion import proportion_interval


def test_an_estimate_reads_like_a_paper():
    assert str(Estimate.of(Interval(0.684, 0.59, 0.771))) == "0.68 (0.59 to 0.77)"


def test_nothing_is_ever_printed_as_minus_zero():
    assert Estimate.of(Interval(-0.001, -0.2, 0.1)).shown(2).startswith("0.00 ")


def test_a_refusal_is_kept_as_its_reason():
    def refuse():
        raise NotMeasurable("nobody had the outcome")

    found = Estimate.attempt(refuse)
    assert found.value is None
    assert str(found) == "nobody had the outcome"


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": None},
        {"value": 0.5},
        {"value": 0.5, "low": 0.4, "high": 0.6, "reason": "x"},
        {"value": 0.5, "low": float("nan"), "high": 0.6},
    ],
)
def test_an_estimate_cannot_exist_half_valid(wrong):
    with pytest.raises(ValueError, match=r"reason|finite"):
        Estimate(**wrong)


@pytest.mark.parametrize(
    ("events", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_wilson_intervals_are_those_of_newcombe_1998(events, n, low, high):
    # 81 of 263 is method 3 in Newcombe, Stat Med 1998;17:857, table I.
    found = proportion_interval(events, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)


def test_no_patients_have_no_share():
    with pytest.raises(NotMeasurable, match="no patients"):
        proportion_interval(0, 0)
