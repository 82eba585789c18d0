"""Every explanation is tried on models whose answer is known."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.special import logit

from datamodules import DATAMODULES
from explain import EXPLANATIONS
from explain._sanity import weight_randomisation
from lbp_outcome.contracts import ImageExplanationMethod, TableExplanationMethod
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.simulate.planted_views import (
    SMALL_CROP,
    SPOT_LEVEL,
    planted_spot,
    planted_table,
    spot_region,
)
from lbp_outcome.statistics.discrimination import auc
from models import MODELS

METHODS = list(EXPLANATIONS.values())
OF_TABLES = [item for item in METHODS if isinstance(item, TableExplanationMethod)]
OF_IMAGES = [item for item in METHODS if isinstance(item, ImageExplanationMethod)]
WEIGHTS = np.array([0.05, -0.02, 0.0])
TRAIN = planted_table(200, seed=1)
NEW = planted_table(30, seed=2)


@dataclass(frozen=True)
class Linear:
    """Probability 0.5 plus a weighted sum: each weight is the true effect."""

    def predict(self, data):
        return 0.5 + data.held_out.table @ WEIGHTS

    def save(self, folder):
        raise NotImplementedError


@dataclass(frozen=True)
class Opposite:
    """A network whose log-odds are turned round: what raised them lowers them."""

    model: object

    @property
    def network(self):
        return Negative(self.model.network)

    def predict(self, data):
        return 1 - self.model.predict(data)

    def save(self, folder):
        raise NotImplementedError


@dataclass(frozen=True)
class Negative:
    network: object

    @property
    def level_features(self):
        return self.network.level_features

    def modules(self):
        return self.network.modules()

    def __call__(self, batch):
        return -self.network(batch)


def fold(train, held_out, data="tabular"):
    return DATAMODULES[data].build(train, held_out, 0)


def single(view, row):
    return fold(view.take([]), view.take([row]), "multimodal")


@pytest.fixture(params=OF_TABLES, ids=lambda item: item.name)
def of_tables(request):
    return request.param


@pytest.fixture(params=OF_IMAGES, ids=lambda item: item.name)
def of_images(request):
    return request.param


USE_LITTLE = ("base_rate", "average", "single_best", "single_best_linear")
"""Comparators, of which one predictor at most has a share in the prediction."""

KNOW_THEIR_PREDICTORS = ("published_score",)
"""Read no planted predictor."""

LEARN_TO_LOOK = {"fusion": {"encoder": "fresh"}}
"""Settings with which a network learns to look at images that are no spines."""

LEARNERS = [
    item
    for item in MODELS.values()
    if item.name not in (*USE_LITTLE, *KNOW_THEIR_PREDICTORS)
]


@pytest.fixture(
    scope="module",
    params=[item for item in LEARNERS if not item.sees_images],
    ids=lambda item: item.name,
)
def fitted(request):
    constant = TRAIN.table * [1.0, 1.0, 0.0]
    data = fold(replace(TRAIN, table=constant), NEW)
    return request.param.fit(data, request.param.grid[0], 0)


@pytest.fixture(
    scope="module",
    params=[item for item in LEARNERS if item.name in LEARN_TO_LOOK],
    ids=lambda item: item.name,
)
def trained(request):
    """A network that has found the planted spot."""
    data = fold(planted_spot(40, seed=0), planted_spot(40, seed=1), "multimodal")
    model = request.param.fit(data, LEARN_TO_LOOK[request.param.name], 0)
    assert auc(planted_spot(40, seed=1).outcome, model.predict(data)) > 0.9
    return model


CASES = planted_spot(12, seed=5)
A_CASE = 1


def suited(method, model):
    """The model in which a spot does what the method's bright regions mean."""
    return model if method.direction == "raises" else Opposite(model)


def test_recovers_the_weights_of_a_linear_model(of_tables):
    found = of_tables.attribute(Linear(), fold(TRAIN, NEW))
    away = NEW.table - np.median(TRAIN.table, axis=0)
    np.testing.assert_allclose(found.contributions, away * WEIGHTS, atol=1e-9)


def test_finds_sign_and_size_of_what_a_fitted_model_uses(of_tables, fitted):
    if not of_tables.suits(fitted):
        pytest.skip("the method does not suit this model")
    found = of_tables.attribute(fitted, fold(TRAIN, NEW)).contributions
    assert np.corrcoef(found[:, 0], NEW.table[:, 0])[0, 1] > 0.8
    assert np.corrcoef(found[:, 1], NEW.table[:, 1])[0, 1] < -0.8
    sizes = np.abs(found).mean(axis=0)
    assert 1.3 < sizes[0] / sizes[1] < 4.0  # the true weights are 2 and -1


def test_gives_no_credit_to_an_unused_predictor(of_tables, fitted):
    for model in (fitted, Linear()):
        found = of_tables.attribute(model, fold(TRAIN, NEW)).contributions
        np.testing.assert_allclose(found[:, 2], 0.0, atol=1e-9)


def test_adds_up_when_it_says_it_does(of_tables, fitted):
    if not of_tables.complete:
        pytest.skip("the method does not claim completeness")
    data = fold(TRAIN, NEW)
    for model in (fitted, Linear()):
        found = of_tables.attribute(model, data)
        total = found.reference + found.contributions.sum(axis=1)
        predicted = model.predict(data)
        expected = logit(predicted) if found.scale == "log-odds" else predicted
        np.testing.assert_allclose(total, expected, atol=1e-5)


def test_explains_the_table_of_a_network_after_training_is_over(of_tables, trained):
    nobody = fold(CASES.take([]), CASES.take([0, A_CASE]), "multimodal")
    found = of_tables.attribute(trained, nobody)
    assert found.contributions.shape == (2, len(CASES.predictors))
    if of_tables.complete:
        total = found.reference + found.contributions.sum(axis=1)
        np.testing.assert_allclose(total, trained.predict(nobody), atol=1e-6)


def test_puts_the_planted_region_first(of_images, trained):
    model, region, shares = suited(of_images, trained), spot_region(SMALL_CROP), []
    for row in range(A_CASE, len(CASES), 2):
        maps = of_images.attribute(model, single(CASES, row)).maps
        total = sum(values.sum() for values in maps.values())
        assert max(maps, key=lambda level: maps[level].sum()) == SPOT_LEVEL
        shares.append(maps[SPOT_LEVEL][region].sum() / total)
    by_chance = region.mean() / len(CASES.levels)
    assert np.mean(shares) > 4 * by_chance


def test_gives_nothing_to_an_absent_level(of_images, trained):
    patient = CASES.patients[A_CASE]
    images = CASES.images[patient]
    without = {d: crop for d, crop in images.levels.items() if d != SPOT_LEVEL}
    view = replace(CASES, images={patient: replace(images, levels=without)})
    found = of_images.attribute(suited(of_images, trained), single(view, A_CASE))
    assert set(found.maps) == set(without)


def test_explains_nothing_where_there_is_no_image(of_images, trained):
    view = replace(CASES, images={})
    assert of_images.attribute(trained, single(view, A_CASE)).maps == {}


def test_draws_on_the_voxels_of_the_crops_from_0_to_1(of_images, trained):
    found = of_images.attribute(suited(of_images, trained), single(CASES, A_CASE))
    for level, values in found.maps.items():
        assert values.shape == found.images.levels[level].values.shape
        assert values.min() >= 0
    assert max(values.max() for values in found.maps.values()) == pytest.approx(1.0)


def test_depends_on_what_the_network_learned(of_images, trained):
    check = weight_randomisation(
        of_images, suited(of_images, trained), single(CASES, A_CASE), seed=0
    )
    assert check.passed, check.statement


def test_leaves_the_network_as_it_was(of_images, trained):
    data = single(CASES, A_CASE)
    before = trained.predict(data)
    of_images.attribute(trained, data)
    np.testing.assert_array_equal(trained.predict(data), before)
    assert not any(layer._forward_hooks for layer in trained.network.modules())


def test_explains_one_patient_at_a_time(of_images, trained):
    two = fold(CASES.take([]), CASES.take([0, 1]), "multimodal")
    with pytest.raises(InvalidChoice, match="one patient at a time"):
        of_images.attribute(trained, two)


def test_does_not_suit_a_model_that_sees_no_image(of_images, fitted):
    assert not of_images.suits(fitted)
    with pytest.raises(InvalidChoice, match="looks at no image"):
        of_images.attribute(fitted, fold(NEW.take([]), NEW.take([0])))


@pytest.mark.parametrize("method", METHODS, ids=lambda item: item.name)
def test_says_where_it_is_described(method):
    assert method.reference.startswith("doi:")
