import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.mixture import GaussianMixture

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.measurements._mixture import brightest_percent, fit_mixture


def mixed(shares, means, spreads, count=4000, seed=0):
    rng = np.random.default_rng(seed)
    ends = np.rint(np.cumsum((0.0, *shares)) * count).astype(int)
    kind = np.repeat(np.arange(len(shares)), np.diff(ends))
    return rng.normal(np.array(means)[kind], np.array(spreads)[kind])


def by_scikit_learn(values, components):
    """MuscleMap's rule on scikit-learn's mixture, with fewer restarts."""
    column = values[:, None]
    model = GaussianMixture(components, n_init=3, max_iter=1000, random_state=0)
    belongs = model.fit_predict(column)
    darkest, *_, brightest = np.argsort(model.means_[:, 0])
    if components == 2:
        return 100 * (values >= values[belongs == darkest].max()).mean()
    return 100 * (values >= values[belongs == brightest].min()).mean()


def test_thirty_percent_of_fat_four_deviations_away_are_found():
    # Golden number of the domain sheet: 30 +/- 2 %.
    values = mixed((0.7, 0.3), (100.0, 160.0), (15.0, 15.0))
    assert brightest_percent(values, 2) == pytest.approx(30.0, abs=1.0)


@pytest.mark.parametrize("components", [2, 3])
@pytest.mark.parametrize(
    ("shares", "means", "spreads"),
    [
        ((0.7, 0.3), (100.0, 160.0), (15.0, 15.0)),
        ((0.5, 0.2, 0.3), (80.0, 150.0, 260.0), (12.0, 25.0, 30.0)),
        ((0.85, 0.15), (90.0, 220.0), (14.0, 40.0)),
    ],
)
def test_agrees_with_scikit_learn(components, shares, means, spreads):
    values = np.rint(mixed(shares, means, spreads))
    expected = by_scikit_learn(values, components)
    assert brightest_percent(values, components) == pytest.approx(expected, abs=0.5)


@settings(max_examples=15, deadline=None)
@given(gain=st.floats(0.01, 500), offset=st.floats(-50, 50), seed=st.integers(0, 9))
def test_does_not_depend_on_the_scale_of_the_signal(gain, offset, seed):
    values = mixed((0.6, 0.4), (100.0, 190.0), (15.0, 20.0), count=1500, seed=seed)
    scaled = gain * (values + offset)
    for components in (2, 3):
        expected = brightest_percent(values, components)
        assert brightest_percent(scaled, components) == pytest.approx(expected, abs=0.3)


def test_recovers_the_parts_of_a_mixture_darkest_first():
    values = mixed((0.5, 0.3, 0.2), (50.0, 120.0, 220.0), (8.0, 12.0, 16.0))
    found = fit_mixture(values, 3)
    np.testing.assert_allclose(found.mean, [50, 120, 220], rtol=0.02)
    np.testing.assert_allclose(found.spread, [8, 12, 16], rtol=0.1)
    np.testing.assert_allclose(found.share, [0.5, 0.3, 0.2], atol=0.01)


def test_dark_outliers_of_a_wide_fat_component_do_not_make_all_of_it_fat():
    rng = np.random.default_rng(2)
    values = mixed((0.7, 0.3), (100.0, 200.0), (4.0, 40.0))
    values = np.r_[values, rng.uniform(20, 60, 25)]
    assert brightest_percent(values, 2) == pytest.approx(30.0, abs=3.0)


def test_refuses_what_no_mixture_can_be_fitted_to():
    with pytest.raises(NotMeasurable, match="only 40 voxels"):
        brightest_percent(np.arange(40.0), 2)
    with pytest.raises(NotMeasurable, match="same signal"):
        brightest_percent(np.full(500, 7.0), 3)
