"""One modality after the other updates what is known; an absent one changes nothing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datamodules import DATAMODULES
from lbp_outcome.simulate.planted_views import planted_table
from lbp_outcome.statistics.discrimination import auc
from models import MODELS
from models._ridge import ridge_linear, ridge_logistic

SEQUENTIAL = MODELS["sequential"]
WEIGHTS = (1.0, -0.5, 1.0, 0.5, 0.0)
GROUPS = ("clinical", "clinical", "measurements", "measurements", "blood")


def patients(count, seed):
    view = planted_table(count, seed=seed, weights=WEIGHTS)
    named = zip(view.predictors, GROUPS, strict=True)
    grouped = tuple(replace(item, group=group) for item, group in named)
    return replace(view, predictors=grouped)


TRAIN, NEW = patients(160, seed=1), patients(400, seed=2)


def fold(train, held_out):
    return DATAMODULES["multimodal"].build(train, held_out, 0)


def lacking(view, groups):
    gone = np.array([item.group in groups for item in view.predictors])
    return replace(view, table=np.where(gone, np.nan, view.table))


@pytest.fixture(scope="module")
def fitted():
    return SEQUENTIAL.fit(fold(TRAIN, NEW), {}, 0)


@settings(max_examples=8, deadline=None)
@given(absent=st.sets(st.sampled_from(GROUPS)))
def test_an_absent_modality_leaves_the_state_exactly_as_it_is(fitted, absent):
    found = fitted.after_each(fold(TRAIN, lacking(NEW, absent)))
    for place, name in enumerate(fitted.modalities):
        before, after = found[:, place], found[:, place + 1]
        if name in absent or name == "mri_reading":  # nobody here has an MRI
            np.testing.assert_array_equal(before, after)
        else:
            assert np.abs(after - before).max() > 0


def test_predicts_what_it_says_after_the_last_step(fitted):
    data = fold(TRAIN, NEW)
    after = fitted.after_each(data)
    assert after.shape == (len(NEW), 1 + len(fitted.modalities))
    np.testing.assert_array_equal(after[:, -1], fitted.predict(data))
    assert np.ptp(after[:, 0]) == 0
    assert after[0, 0] == pytest.approx(TRAIN.outcome.mean(), abs=0.05)


def test_the_first_step_is_the_regression_of_the_first_modality_alone(fitted):
    data = fold(TRAIN, NEW)
    alone = [view.reading(("clinical",), images=False) for view in (TRAIN, NEW)]
    graded = MODELS["graded"].fit(fold(*alone), {"penalty": 100.0}, 0)
    expected = graded.predict(fold(*alone))
    np.testing.assert_allclose(fitted.after_each(data)[:, 1], expected, rtol=1e-9)


def test_each_step_predicts_new_patients_better_where_there_is_something_to_learn(
    fitted,
):
    after = fitted.after_each(fold(TRAIN, NEW))
    areas = [auc(NEW.outcome, column) for column in after.T]
    nothing, clinical, measured, *rest = areas
    assert nothing == 0.5
    assert clinical > 0.65
    assert measured > clinical + 0.05
    assert min(rest) > measured - 0.02


@pytest.mark.parametrize("margin", [True, False], ids=["margins", "verdicts"])
def test_is_as_good_as_one_regression_of_everything(margin):
    data = fold(TRAIN if margin else replace(TRAIN, margin=None), NEW)
    joint = MODELS["graded" if margin else "logistic"].fit(data, {}, 0)
    one = SEQUENTIAL.fit(data, {}, 0)
    areas = [auc(NEW.outcome, model.predict(data)) for model in (one, joint)]
    assert areas[0] > areas[1] - 0.02


def test_a_second_step_without_penalty_is_the_regression_of_what_was_left():
    """Oracle: least squares of the residual, by hand."""
    fitted = SEQUENTIAL.fit(fold(TRAIN, NEW), {"penalty": 0}, 0)
    margin, found = TRAIN.margin, TRAIN.margin - TRAIN.margin.mean()
    for columns in (slice(0, 2), slice(2, 4)):
        block = TRAIN.table[:, columns] - TRAIN.table[:, columns].mean(axis=0)
        found = found - block @ np.linalg.lstsq(block, found, rcond=None)[0]
    steps = fitted.steps[:2]
    spread = margin.std() * np.prod([step.narrowing for step in steps])
    assert spread == pytest.approx(found.std(), rel=1e-9)


def test_a_regression_that_starts_where_the_last_one_ended_adds_nothing():
    """The offset of the logistic regression, against what it must give."""
    chance = np.random.default_rng(3)
    design = chance.normal(size=(80, 2))
    outcome = (design[:, 0] + chance.logistic(size=80) > 0).astype(float)
    weights = ridge_logistic(design, outcome, [1e6])[0]
    start = weights[0] + design @ weights[1:]
    again = ridge_logistic(design, outcome, [1e6], start)[0]
    np.testing.assert_allclose(again, 0.0, atol=1e-4)


def test_knowing_more_makes_it_surer(fitted):
    assert all(0 < step.narrowing <= 1 for step in fitted.steps)
    assert fitted.steps[0].narrowing < 1
    blind = SEQUENTIAL.fit(fold(lacking(TRAIN, GROUPS), NEW), {}, 0)
    assert {step.narrowing for step in blind.steps} == {1.0}
    assert np.ptp(blind.predict(fold(TRAIN, NEW))) == 0
    assert ridge_linear(np.zeros((4, 0)), np.arange(4.0), [1.0]).shape == (1, 1)


def test_who_has_an_image_is_no_better_off_by_having_it():
    """Presence alone says nothing, though in training those who passed had it."""
    table = TRAIN.table.copy()
    table[TRAIN.outcome == 0, 4] = np.nan
    table[:4, 4] = (0.5, -0.5, 1.0, -1.0)
    fitted = SEQUENTIAL.fit(fold(replace(TRAIN, table=table), NEW), {}, 0)
    middle = NEW.take([0])
    average = fitted.steps[2].modality.score.preparation.mean
    have = middle.table.copy()
    have[0, 4] = average[0]
    lack = middle.table.copy()
    lack[0, 4] = np.nan
    with_it, without = (
        predicted(fitted, replace(middle, table=each)) for each in (have, lack)
    )
    assert with_it == pytest.approx(without, abs=0.02)


def predicted(fitted, view):
    return float(fitted.predict(fold(TRAIN, view))[0])
