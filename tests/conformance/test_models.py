"""Every model on the shelf keeps the same promises."""

import pickle
import pickletools
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit

from datamodules import DATAMODULES
from lbp_outcome.batch import CROP_SHAPE
from lbp_outcome.contracts import AdditiveModel, SelectingModel, TreeModel
from lbp_outcome.errors import InvalidChoice, UnknownName, UnreadableFile
from lbp_outcome.simulate.planted_views import planted_spot, planted_table
from lbp_outcome.statistics.discrimination import auc
from lbp_outcome.view import PatientImages
from models import MODELS

COMPARATORS = ("base_rate", "average")
"""Look at no patient, so they learn nothing and refuse nobody."""

NEED_A_PREDICTOR = (
    *("boosted", "boosted_regression"),
    *("single_best", "single_best_linear", "published_score"),
)
"""Have nothing to work with without one, and say so."""

TRAINED = ("fusion", "fusion_regression")
"""Are trained in passes over the patients."""

WEIGHTS = (4.0, -1.5, 0.0)

KNOWN_PREDICTORS = {
    "published_score": {
        "leg_pain_baseline": (50.0, -15.0),
        "age": (75.0, 10.0),
        "operated_by": (0.0, 1.0),
    }
}
"""Names, middles and spreads of the planted predictors, for models that know theirs."""


def planted(recipe, patients, seed, gaps=0.0):
    """Simulated patients whose outcome is of the model's kind and easy to foresee."""
    view = planted_table(patients, seed=seed, weights=WEIGHTS, gaps=gaps)
    if recipe.predicts == "continuous":
        noise = np.random.default_rng(seed).normal(size=patients)
        truth = np.nan_to_num(view.table) @ WEIGHTS
        view = replace(view, outcome=50 + 10 * (truth + noise))
    if known := KNOWN_PREDICTORS.get(recipe.name):
        middle, spread = np.array(list(known.values())).T
        named = zip(view.predictors, known, strict=True)
        view = replace(
            view,
            predictors=tuple(replace(item, name=name) for item, name in named),
            table=middle + spread * view.table,
        )
    return view


@pytest.fixture(scope="module", params=MODELS.values(), ids=lambda item: item.name)
def recipe(request):
    return request.param


@pytest.fixture(scope="module")
def train(recipe):
    return planted(recipe, 60, seed=1, gaps=0.05)


@pytest.fixture(scope="module")
def new(recipe):
    return planted(recipe, 40, seed=2)


def fold(recipe, train, held_out):
    return DATAMODULES[recipe.data].build(train, held_out, 0)


@pytest.fixture(scope="module")
def data(recipe, train, new):
    return fold(recipe, train, new)


@pytest.fixture(scope="module")
def fitted(recipe, data):
    return recipe.fit(data, recipe.grid[0], 0)


@pytest.fixture
def saved(fitted, tmp_path):
    fitted.save(tmp_path)
    return tmp_path


def briefly(recipe):
    """One pass is enough for a network that is trained."""
    return {"epochs": 1} if recipe.name in TRAINED else {}


def spots(recipe, patients, seed):
    """Images for the model: a pretrained one wants full crops, never below 0."""
    if not recipe.pretrained:
        return planted_spot(patients, seed=seed)
    view = planted_spot(patients, seed=seed, shape=CROP_SHAPE)
    images = {
        patient: PatientImages(
            levels={
                level: replace(crop, values=np.abs(crop.values))
                for level, crop in found.levels.items()
            }
        )
        for patient, found in view.images.items()
    }
    return replace(view, images=images)


def is_prediction(recipe, values):
    if not np.isfinite(values).all():
        return False
    return recipe.predicts == "continuous" or bool(
        ((values >= 0) & (values <= 1)).all()
    )


def reads_as_pickle(content):
    try:
        return bool(list(pickletools.genops(content)))
    except (ValueError, KeyError, IndexError, UnicodeDecodeError):
        return False


def test_the_pickle_detector_knows_a_pickle():
    assert reads_as_pickle(pickle.dumps({"weights": [1.0]}))


def test_beats_chance_on_an_easy_outcome(recipe, fitted, data, train, new):
    found = fitted.predict(data)
    assert is_prediction(recipe, found)
    if recipe.name in COMPARATORS:
        assert found == pytest.approx(train.outcome.mean())
    elif recipe.predicts == "binary":
        assert auc(new.outcome, found) > 0.75
    else:
        missed = np.mean((new.outcome - found) ** 2)
        assert missed < 0.5 * np.mean((new.outcome - train.outcome.mean()) ** 2)


def test_repeats_itself_and_leaves_the_random_numbers_of_others_alone(
    recipe, fitted, data
):
    np.random.seed(0)  # noqa: NPY002 - the global state is what is tested
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    again = recipe.fit(data, recipe.grid[0], 0)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    np.testing.assert_array_equal(again.predict(data), fitted.predict(data))


def test_fits_all_settings_at_once_as_it_fits_each_alone(recipe, data):
    if recipe.fit_all is None:
        pytest.skip("the model gains nothing from fitting several settings at once")
    settings = [*recipe.grid[::-1], recipe.grid[0]]  # any order, one of them twice
    together = recipe.fit_all(data, settings, 3)
    for setting, model in zip(settings, together, strict=True):
        alone = recipe.fit(data, setting, 3)
        np.testing.assert_array_equal(model.predict(data), alone.predict(data))


def test_never_sees_the_outcome_of_a_held_out_patient(data, new):
    assert new.outcome is not None
    assert data.held_out.outcome is None


def test_predicts_a_patient_alike_whoever_else_is_predicted(
    recipe, fitted, data, train, new
):
    together = fitted.predict(data)[[0, 7]]
    alone = [fitted.predict(fold(recipe, train, new.take([row])))[0] for row in (0, 7)]
    if recipe.sees_images:
        np.testing.assert_allclose(alone, together, rtol=1e-5)
    else:
        np.testing.assert_array_equal(alone, together)


def test_predicts_nobody_when_nobody_is_held_out(recipe, fitted, train, new):
    assert fitted.predict(fold(recipe, train, new.take([]))).shape == (0,)


def test_survives_a_patient_of_whom_nothing_is_known(recipe, fitted, train, new):
    unknown = replace(new, table=np.full_like(new.table, np.nan))
    found = fitted.predict(fold(recipe, train, unknown))
    assert is_prediction(recipe, found)


def test_survives_a_predictor_that_no_training_patient_has(recipe, train, new):
    table = train.table.copy()
    table[:, 1] = np.nan
    data = fold(recipe, replace(train, table=table), new)
    assert is_prediction(recipe, recipe.fit(data, recipe.grid[0], 0).predict(data))


def test_survives_a_predictor_that_is_the_same_for_all(recipe, train, new):
    table = train.table.copy()
    table[:, 1] = 0.1
    data = fold(recipe, replace(train, table=table), new)
    fitted = recipe.fit(data, {**recipe.grid[0], **briefly(recipe)}, 0)
    assert is_prediction(recipe, fitted.predict(data))


def test_survives_missing_images_on_either_side(recipe):
    if not recipe.sees_images:
        pytest.skip("the model looks at no image")
    train, new = spots(recipe, 24, seed=3), spots(recipe, 6, seed=4)
    some = {p: train.images[p] for p in train.patients[::2]}
    none = dict.fromkeys(new.patients, PatientImages())
    for images in (new.images, none, {}):
        data = fold(recipe, replace(train, images=some), replace(new, images=images))
        fitted = recipe.fit(data, {**recipe.grid[0], **briefly(recipe)}, 0)
        assert is_prediction(recipe, fitted.predict(data))


def test_comes_back_from_disk_to_the_last_bit(recipe, fitted, saved, data):
    loaded = recipe.load(saved)
    np.testing.assert_array_equal(loaded.predict(data), fitted.predict(data))


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
    other = MODELS["base_rate" if recipe.name != "base_rate" else "logistic"]
    train = planted(other, 20, seed=1)
    other.fit(fold(other, train, train.take([])), {}, 0).save(tmp_path)
    with pytest.raises(UnreadableFile, match=f"this is a {other.name} model"):
        recipe.load(tmp_path)


def test_names_the_predictors_it_was_not_fitted_on(recipe, fitted, new):
    if recipe.name in COMPARATORS:
        pytest.skip("a comparator reads no predictor")
    renamed = tuple(replace(item, name=f"other_{item.name}") for item in new.predictors)
    strangers = replace(new, predictors=renamed)
    data = fold(recipe, strangers.take([]), strangers)
    with pytest.raises(InvalidChoice, match=new.predictors[0].name):
        fitted.predict(data)


def test_refuses_to_learn_where_all_outcomes_are_equal(recipe, train, new):
    same = replace(train, outcome=np.ones(len(train)))
    with pytest.raises(InvalidChoice, match="nothing to tell apart"):
        recipe.fit(fold(recipe, same, new), recipe.grid[0], 0)


def test_refuses_a_patient_whose_outcome_is_missing(recipe, train, new):
    outcome = train.outcome.copy()
    outcome[3] = np.nan
    unknown = replace(train, outcome=outcome)
    with pytest.raises(InvalidChoice, match="leave out patients without one"):
        recipe.fit(fold(recipe, unknown, new), recipe.grid[0], 0)


def test_refuses_a_setting_it_does_not_have(recipe, data):
    with pytest.raises(UnknownName, match="setting"):
        recipe.fit(data, {"no_such_setting": 1}, 0)


def test_needs_no_predictor_or_says_so(recipe, train, new):
    data = fold(recipe, train.reading((), images=False), new.reading((), images=False))
    if recipe.name in NEED_A_PREDICTOR:
        with pytest.raises(InvalidChoice, match="at least one predictor"):
            recipe.fit(data, recipe.grid[0], 0)
    else:
        found = recipe.fit(data, recipe.grid[0], 0).predict(data)
        assert found == pytest.approx(train.outcome.mean(), abs=0.05)


def test_is_not_moved_by_a_predictor_that_it_did_not_select(
    recipe, fitted, data, train, new
):
    if not isinstance(fitted, SelectingModel):
        pytest.skip("the model uses every predictor")
    names = [item.name for item in new.predictors]
    assert set(fitted.selected) <= set(names)
    unused = [
        column for column, name in enumerate(names) if name not in fitted.selected
    ]
    table = new.table.copy()
    table[:, unused] += 5.0
    table[::2, unused] = np.nan
    moved = fold(recipe, train, replace(new, table=table))
    np.testing.assert_array_equal(fitted.predict(moved), fitted.predict(data))


def test_adds_up_where_it_says_that_it_is_a_sum(recipe, fitted, data, train):
    if not isinstance(fitted, AdditiveModel):
        pytest.skip("the model is no sum over the predictors")
    total = fitted.intercept + fitted.terms(data).sum(axis=1)
    expected = expit(total) if recipe.predicts == "binary" else total
    np.testing.assert_allclose(fitted.predict(data), expected, rtol=1e-12)
    own = fitted.terms(fold(recipe, train.take([]), train))
    np.testing.assert_allclose(own.mean(axis=0), 0.0, atol=1e-10)


def test_says_which_kind_of_outcome_it_predicts(recipe, fitted):
    if isinstance(fitted, AdditiveModel | TreeModel):
        assert fitted.predicts == recipe.predicts


def test_predicts_the_mean_of_its_training_patients_on_average(recipe, fitted, train):
    """Calibration in the large, where a single optimum promises it."""
    if recipe.name not in {"logistic", "ridge", "elastic_net", "published_score"}:
        pytest.skip("the model makes no such promise")
    predicted = fitted.predict(fold(recipe, train.take([]), train))
    assert predicted.mean() == pytest.approx(train.outcome.mean(), abs=1e-6)
    if recipe.predicts == "binary":
        assert np.isfinite(logit(predicted)).all()
