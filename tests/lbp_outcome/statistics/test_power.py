import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.statistics.discrimination import delong_test
from lbp_outcome.statistics.power import patients_for_auc_gain, power_of_auc_gain
from lbp_outcome.statistics.sample_size import hanley_mcneil_se


@pytest.mark.parametrize(
    ("patients", "auc", "stated"),
    [(160, 0.75, 0.20), (160, 0.80, 0.65), (817, 0.75, 0.73)],
)
def test_lumbar_cohorts_have_as_little_power_as_simulation_found(patients, auc, stated):
    """The project's peer review: simulated, prevalence 0.68, scores correlated 0.5."""
    found = power_of_auc_gain(
        patients, reference=0.70, auc=auc, correlation=0.5, prevalence=0.68
    )
    assert found == pytest.approx(stated, abs=0.01)


def test_power_is_how_often_delongs_test_finds_the_gain():
    chance = np.random.default_rng(2)
    outcome = np.repeat([0.0, 1.0], [51, 109])
    gap = np.sqrt(2) * ndtri([0.70, 0.80])
    spread = [[1, 0.5], [0.5, 1]]
    found = []
    for _ in range(800):
        scores = chance.multivariate_normal([0, 0], spread, 160)
        scores += outcome[:, None] * gap
        found.append(delong_test(outcome, scores[:, 1], scores[:, 0]).p < 0.05)
    expected = power_of_auc_gain(
        160, reference=0.70, auc=0.80, correlation=0.5, prevalence=109 / 160
    )
    assert np.mean(found) == pytest.approx(expected, abs=0.045)


@pytest.mark.parametrize("auc", [0.75, 0.80])
def test_hanley_and_mcneils_approximation_agrees(auc):
    """Theirs supposes exponential scores, with somewhat smaller errors above 0.75."""
    one, two = hanley_mcneil_se(0.70, 109, 51), hanley_mcneil_se(auc, 109, 51)
    error = (one**2 + two**2 - 2 * 0.46 * one * two) ** 0.5
    approximate = float(ndtr((auc - 0.70) / error - ndtri(0.975)))
    found = power_of_auc_gain(
        160, reference=0.70, auc=auc, correlation=0.5, prevalence=109 / 160
    )
    assert found == pytest.approx(approximate, abs=0.06)


@given(
    st.floats(0.55, 0.9),
    st.floats(0.02, 0.09),
    st.floats(0, 0.9),
    st.floats(0.1, 0.9),
    st.floats(0.2, 0.95),
)
@settings(max_examples=25, deadline=None)
def test_the_fewest_patients_just_reach_the_power(
    reference, gain, correlation, prevalence, power
):
    options = {
        "reference": reference,
        "auc": reference + gain,
        "correlation": correlation,
        "prevalence": prevalence,
    }
    patients = patients_for_auc_gain(power, **options)
    assert power_of_auc_gain(patients, **options) >= power
    if patients > 25:
        assert power_of_auc_gain(patients - 1, **options) < power


def test_without_a_gain_the_power_is_the_significance_level():
    found = power_of_auc_gain(
        160, reference=0.7, auc=0.7, correlation=0.5, prevalence=0.5
    )
    assert found == pytest.approx(0.05)


def test_scores_that_share_more_show_a_gain_sooner():
    powers = [
        power_of_auc_gain(160, reference=0.7, auc=0.75, correlation=r, prevalence=0.68)
        for r in (0.0, 0.5, 0.9)
    ]
    assert powers == sorted(powers)


def test_an_area_of_one_half_is_no_exception():
    around = [
        power_of_auc_gain(200, reference=x, auc=0.6, correlation=0.3, prevalence=0.5)
        for x in (0.5 - 1e-7, 0.5, 0.5 + 1e-7)
    ]
    assert around == pytest.approx([around[1]] * 3, abs=1e-4)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"auc": 1.0}, "AUC lies between"),
        ({"correlation": 1.0}, "correlation lies between"),
        ({"prevalence": 68.0}, "prevalence lies between"),
        ({"auc": 0.70}, "smallest gain that would matter"),
    ],
)
def test_impossible_wishes_are_refused(wrong, complaint):
    options = {"reference": 0.7, "auc": 0.75, "correlation": 0.5, "prevalence": 0.68}
    with pytest.raises(InvalidChoice, match=complaint):
        patients_for_auc_gain(**options | wrong)


def test_a_cohort_without_either_outcome_is_refused():
    with pytest.raises(InvalidChoice, match="hold nobody with"):
        power_of_auc_gain(3, reference=0.7, auc=0.8, correlation=0.5, prevalence=0.05)


@pytest.mark.parametrize("power", [0.01, 1.0])
def test_a_power_out_of_reach_is_refused(power):
    with pytest.raises(InvalidChoice, match=r"power lies between 0\.05 and 1"):
        patients_for_auc_gain(
            power, reference=0.7, auc=0.8, correlation=0.5, prevalence=0.5
        )
