"""Every model on the shelf keeps the same promises."""

import pickle
import pickletools
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from datamodules import DATAMODULES
from lbp_outcome.errors import InvalidChoice, UnknownName, UnreadableFile
from lbp_outcome.simulate.planted_views import planted_spot, planted_table
from lbp_outcome.statistics.discrimination import auc
from lbp_outcome.view import PatientImages
from models import MODELS

COMPARATOR = "base_rate"
"""Looks at no patient, so it learns nothing and refuses nobody."""

NEED_A_PREDICTOR = ("boosted",)
"""Have nothing to split on without one, and say so."""

TRAIN = planted_table(60, seed=1, weights=(3.0, -2.0, 0.0), gaps=0.05)
NEW = planted_table(40, seed=2, weights=(3.0, -2.0, 0.0))


def fold(recipe, train=TRAIN, held_out=NEW):
    return DATAMODULES[recipe.data].build(train, held_out, 0)


@pytest.fixture(scope="module", params=MODELS.values(), ids=lambda item: item.name)
def recipe(request):
    return request.param


@pytest.fixture(scope="module")
def fitted(recipe):
    return recipe.fit(fold(recipe), recipe.grid[0], 0)


@pytest.fixture
def saved(fitted, tmp_path):
    fitted.save(tmp_path)
    return tmp_path


def is_probability(values):
    return bool(
        np.isfinite(values).all() and (values >= 0).all() and (values <= 1).all()
    )


def reads_as_pickle(content):
    try:
        return bool(list(pickletools.genops(content)))
    except (ValueError, KeyError, IndexError, UnicodeDecodeError):
        return False


def test_the_pickle_detector_knows_a_pickle():
    assert reads_as_pickle(pickle.dumps({"weights": [1.0]}))


def test_beats_chance_on_an_easy_outcome(recipe, fitted):
    found = fitted.predict(fold(recipe))
    assert is_probability(found)
    if recipe.name == COMPARATOR:
        assert found == pytest.approx(TRAIN.outcome.mean())
    else:
        assert auc(NEW.outcome, found) > 0.75


def test_repeats_itself_and_leaves_the_random_numbers_of_others_alone(recipe, fitted):
    np.random.seed(0)  # noqa: NPY002 - the global state is what is tested
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    again = recipe.fit(fold(recipe), recipe.grid[0], 0)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    np.testing.assert_array_equal(
        again.predict(fold(recipe)), fitted.predict(fold(recipe))
    )


def test_never_sees_the_outcome_of_a_held_out_patient(recipe):
    assert NEW.outcome is not None
    assert fold(recipe).held_out.outcome is None


def test_predicts_a_patient_alike_whoever_else_is_predicted(recipe, fitted):
    together = fitted.predict(fold(recipe))
    alone = [
        fitted.predict(fold(recipe, held_out=NEW.take([row])))[0] for row in (0, 7)
    ]
    np.testing.assert_allclose(alone, together[[0, 7]], rtol=1e-5)


def test_predicts_nobody_when_nobody_is_held_out(recipe, fitted):
    assert fitted.predict(fold(recipe, held_out=NEW.take([]))).shape == (0,)


def test_survives_a_patient_of_whom_nothing_is_known(recipe, fitted):
    unknown = replace(NEW, table=np.full_like(NEW.table, np.nan))
    assert is_probability(fitted.predict(fold(recipe, held_out=unknown)))


def test_survives_a_predictor_that_no_training_patient_has(recipe):
    table = TRAIN.table.copy()
    table[:, 1] = np.nan
    data = fold(recipe, train=replace(TRAIN, table=table))
    assert is_probability(recipe.fit(data, recipe.grid[0], 0).predict(data))


def test_survives_missing_images_on_either_side(recipe):
    if not recipe.sees_images:
        pytest.skip("the model looks at no image")
    train, new = planted_spot(24, seed=3), planted_spot(6, seed=4)
    some = {p: train.images[p] for p in train.patients[::2]}
    none = dict.fromkeys(new.patients, PatientImages())
    for images in (new.images, none, {}):
        data = fold(recipe, replace(train, images=some), replace(new, images=images))
        fitted = recipe.fit(data, {**recipe.grid[0], "epochs": 1}, 0)
        assert is_probability(fitted.predict(data))


def test_comes_back_from_disk_to_the_last_bit(recipe, fitted, saved):
    loaded = recipe.load(saved)
    np.testing.assert_array_equal(
        loaded.predict(fold(recipe)), fitted.predict(fold(recipe))
    )


def test_saves_no_pickle_and_no_archive_that_could_hold_one(saved):
    files = [path for path in saved.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert path.suffix in {".json", ".ubj", ".safetensors"}
        assert not zipfile.is_zipfile(path)
        assert not reads_as_pickle(path.read_bytes())


def test_refuses_a_file_that_was_altered(recipe, saved):
    for path in sorted(saved.iterdir()):
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        with pytest.raises(UnreadableFile):
            recipe.load(saved)
        path.write_bytes(content)
    recipe.load(saved)


def test_refuses_the_folder_of_another_model(recipe, tmp_path):
    other = "base_rate" if recipe.name != "base_rate" else "logistic"
    MODELS[other].fit(fold(MODELS[other]), {}, 0).save(tmp_path)
    with pytest.raises(UnreadableFile, match=f"this is a {other} model"):
        recipe.load(tmp_path)


def test_names_the_predictors_it_was_not_fitted_on(recipe, fitted):
    if recipe.name == COMPARATOR:
        pytest.skip("the base rate reads no predictor")
    renamed = tuple(replace(item, name=f"other_{item.name}") for item in NEW.predictors)
    strangers = replace(NEW, predictors=renamed)
    data = fold(recipe, train=strangers.take([]), held_out=strangers)
    with pytest.raises(InvalidChoice, match="predictor_0"):
        fitted.predict(data)


def test_refuses_to_learn_where_all_outcomes_are_equal(recipe):
    same = replace(TRAIN, outcome=np.ones(len(TRAIN)))
    with pytest.raises(InvalidChoice, match="nothing to tell apart"):
        recipe.fit(fold(recipe, train=same), recipe.grid[0], 0)


def test_refuses_a_setting_it_does_not_have(recipe):
    with pytest.raises(UnknownName, match="setting"):
        recipe.fit(fold(recipe), {"no_such_setting": 1}, 0)


def test_needs_no_predictor_or_says_so(recipe):
    train, new = TRAIN.reading((), images=False), NEW.reading((), images=False)
    data = fold(recipe, train, new)
    if recipe.name in NEED_A_PREDICTOR:
        with pytest.raises(InvalidChoice, match="at least one predictor"):
            recipe.fit(data, recipe.grid[0], 0)
    else:
        found = recipe.fit(data, recipe.grid[0], 0).predict(data)
        assert found == pytest.approx(TRAIN.outcome.mean(), abs=0.05)
