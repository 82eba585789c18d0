"""Each modality has its own expert; how far it is believed is learned out of fold."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.special import expit, logit

from datamodules import DATAMODULES
from lbp_outcome.errors import InvalidChoice, UnreadableFile
from lbp_outcome.simulate.planted_views import planted_table
from lbp_outcome.statistics.discrimination import auc
from models import MODELS
from models.stacked import _believed, _folds

STACKED = MODELS["stacked"]
WEIGHTS = (1.0, -0.5, 1.0, 0.5, 0.0, 0.0)
GROUPS = ("clinical", "clinical", "measurements", "measurements", "blood", "blood")


def patients(count, seed, weights=WEIGHTS):
    """Two groups that tell something about the outcome, and one that does not."""
    view = planted_table(count, seed=seed, weights=weights)
    named = zip(view.predictors, GROUPS, strict=True)
    grouped = tuple(replace(item, group=group) for item, group in named)
    return replace(view, predictors=grouped)


TRAIN, NEW = patients(160, seed=1), patients(400, seed=2)


def fold(train, held_out):
    return DATAMODULES["multimodal"].build(train, held_out, 0)


def lacking(view, *groups):
    gone = np.array([item.group in groups for item in view.predictors])
    return replace(view, table=np.where(gone, np.nan, view.table))


@pytest.fixture(scope="module")
def fitted():
    return STACKED.fit(fold(TRAIN, NEW), {}, 0)


def test_says_the_same_as_the_sum_of_its_experts(fitted):
    data = fold(TRAIN, NEW)
    total = fitted.intercept + fitted.opinions(data).sum(axis=1)
    np.testing.assert_allclose(fitted.predict(data), expit(total), rtol=1e-12)


@pytest.mark.parametrize("absent", [("clinical",), ("measurements", "blood")])
def test_an_expert_is_silent_about_who_lacks_its_modality_and_no_other_is(
    fitted, absent
):
    names = [expert.name for expert in fitted.experts]
    whole = fitted.opinions(fold(TRAIN, NEW))
    some = fitted.opinions(fold(TRAIN, lacking(NEW, *absent)))
    for column, name in enumerate(names):
        expected = np.zeros(len(NEW)) if name in absent else whole[:, column]
        np.testing.assert_array_equal(some[:, column], expected)


def test_of_a_patient_of_whom_nothing_is_known_it_says_about_the_base_rate(fitted):
    unknown = lacking(NEW, *GROUPS)
    found = fitted.predict(fold(TRAIN, unknown))
    assert np.ptp(found) == 0
    assert found[0] == pytest.approx(TRAIN.outcome.mean(), abs=0.05)


def test_learns_where_each_patient_lacks_some_modality():
    table = TRAIN.table.copy()
    table[::2, :2] = np.nan
    table[1::2, 2:4] = np.nan
    data = fold(replace(TRAIN, table=table), NEW)
    assert auc(NEW.outcome, STACKED.fit(data, {}, 0).predict(data)) > 0.75


@pytest.mark.parametrize("margin", [True, False], ids=["margins", "verdicts"])
def test_is_as_good_as_one_regression_of_everything(margin):
    view = TRAIN if margin else replace(TRAIN, margin=None)
    data = fold(view, NEW)
    joint = MODELS["graded" if margin else "logistic"].fit(data, {}, 0)
    stacked = STACKED.fit(data, {}, 0)
    areas = [auc(NEW.outcome, model.predict(data)) for model in (stacked, joint)]
    assert areas[0] > areas[1] - 0.02


def test_whoever_is_believed_was_right_about_patients_they_had_not_seen():
    """An expert who knows the training outcomes by heart earns no trust by it."""
    chance = np.random.default_rng(3)
    memory = chance.normal(size=(100, 60))
    useless = replace(
        planted_table(100, seed=4, weights=(0.0,) * 60), table=memory, margin=None
    )
    fitted = STACKED.fit(
        fold(useless, useless.take([])), {"penalty": 3.0, "pull": 0}, 0
    )
    assert fitted.trust[0] < 0.2


def test_trust_is_the_penalised_optimum_and_never_below_zero():
    chance = np.random.default_rng(5)
    right, wrong = chance.normal(size=(2, 200))
    outcome = (right + wrong + chance.logistic(size=200) > 0).astype(float)
    said = np.column_stack([right, -wrong])  # the second says the opposite
    intercept, trust = _believed(said, outcome, 2.0)
    assert trust[1] == 0.0

    def loss(weights):
        score = weights[0] + weights[1] * right
        fit = np.logaddexp(0, score).sum() - outcome @ score
        return fit + (weights[1] - 1) ** 2

    slope = approx_fprime(np.array([intercept, trust[0]]), loss, 1e-7)
    np.testing.assert_allclose(slope, 0.0, atol=1e-3)


def test_a_strong_pull_takes_every_expert_at_its_word():
    said = np.random.default_rng(6).normal(size=(50, 2))
    _, trust = _believed(said, (said[:, 0] > 0).astype(float), 1e9)
    np.testing.assert_allclose(trust, 1.0, atol=1e-6)


def test_copies_of_a_patient_never_stand_on_both_sides():
    drawn = TRAIN.drawn(np.random.default_rng(7).integers(0, 160, 160))
    people = np.array([name.partition("#")[0] for name in drawn.patients])
    assert len(np.unique(people)) < len(people)
    for fold_ in _folds(drawn.patients, drawn.outcome, 0):
        assert not set(people[fold_.train]) & set(people[fold_.held_out])


def test_another_seed_deals_other_folds_and_moves_predictions_little(fitted):
    data = fold(TRAIN, NEW)
    other = STACKED.fit(data, {}, 1).predict(data)
    assert not np.array_equal(other, fitted.predict(data))
    assert np.abs(logit(other) - logit(fitted.predict(data))).max() < 0.3


def test_one_patient_with_the_rarer_outcome_is_too_few():
    rare = replace(TRAIN, outcome=(np.arange(160) == 3).astype(float), margin=None)
    with pytest.raises(InvalidChoice, match="2 outer folds need at least 2 patients"):
        STACKED.fit(fold(rare, NEW), {}, 0)


@pytest.mark.parametrize("method", ["stacked", "sequential"])
@pytest.mark.parametrize(
    ("part", "value", "says"),
    [
        (("encoder", "sha256"), "0" * 64, "fitted with other weights"),
        (("encoder", "architecture"), "resnet18", "fitted with a resnet18"),
        (("encoder",), None, "damaged"),
        (("modalities", "clinical"), None, "says nothing of 'clinical'"),
    ],
)
def test_is_refused_where_another_network_is_shipped_or_the_card_is_damaged(
    tmp_path, method, part, value, says
):
    MODELS[method].fit(fold(TRAIN.take(range(40)), NEW), {}, 0).save(tmp_path)
    card = tmp_path / "model.json"
    content = json.loads(card.read_text())
    *path, last = part
    place = content["fitted"]
    for key in path:
        place = place[key]
    place[last] = value
    card.write_text(json.dumps(content))
    with pytest.raises(UnreadableFile, match=says):
        MODELS[method].load(tmp_path)
