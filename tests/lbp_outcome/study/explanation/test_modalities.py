"""What each modality adds is exact: shares add up, strangers get nothing."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from datamodules import DATAMODULES
from lbp_outcome.anatomy import LUMBAR_DISCS
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.simulate.planted_views import planted_table
from lbp_outcome.study.explanation.modalities import (
    FRONTAL,
    LATERAL,
    MRI,
    ModalityShares,
    modality_shares,
)
from lbp_outcome.study.explanation.modalities_figure import draw_modalities
from lbp_outcome.study.outcome_model import data_for
from lbp_outcome.view import (
    RADIOGRAPH_SHAPE,
    LevelCrop,
    PatientImages,
    WholeVolume,
)
from models import MODELS

L4_L5 = LUMBAR_DISCS[-2]
GROUPS = ("clinical", "clinical", "measurements")
ALL = ("clinical", "measurements", MRI, LATERAL)


def patients(count=4, seed=1, images=True):
    view = planted_table(count, seed=seed, weights=(1.0, -1.0, 0.5))
    named = zip(view.predictors, GROUPS, strict=True)
    view = replace(view, predictors=tuple(replace(p, group=g) for p, g in named))
    if not images:
        return view
    crop = LevelCrop(values=np.ones((2, 2, 2), "f4"), affine=np.eye(4))
    film = np.zeros(RADIOGRAPH_SHAPE, "f4")
    found = PatientImages(levels={L4_L5: crop}, radiograph=film)
    return replace(view, images=dict.fromkeys(view.patients, found), levels=(L4_L5,))


def learning(train):
    return DATAMODULES["tabular"].build(train, train.take([]), 0)


def has(view):
    """Who has which modality, as a model would see it."""
    images = [view.images.get(patient, PatientImages()) for patient in view.patients]
    return np.column_stack(
        [
            ~np.isnan(view.table[:, :2]).all(axis=1),
            ~np.isnan(view.table[:, 2]),
            [bool(found.levels) for found in images],
            [found.radiograph is not None for found in images],
        ]
    ).astype(float)


def interacting(weights):
    """A model of all modalities and of every pair of them."""

    def predict(view):
        there = has(view)
        values = np.nan_to_num(view.table) @ np.array([0.3, 0.2, 0.4])
        pairs = np.einsum("pi,ij,pj->p", there, np.reshape(weights, (4, 4)), there)
        return expit(values + pairs)

    return predict


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=16, max_size=16))
def test_shares_add_up_to_the_prediction_less_that_of_nothing(weights):
    view, predict = patients(), interacting(weights)
    found = modality_shares(predict, view, "binary")
    nobody = patients(images=False)
    nothing = predict(replace(nobody, table=np.full_like(nobody.table, np.nan)))
    expected = logit(predict(view)) - logit(nothing)
    np.testing.assert_allclose(found.shares.sum(axis=1), expected, atol=1e-9)
    np.testing.assert_allclose(found.predicted(ALL), predict(view), rtol=1e-9)
    np.testing.assert_allclose(found.predicted(()), nothing, rtol=1e-9)


def test_shares_are_the_average_over_all_orders():
    """Oracle: walk every order of the modalities, one by one."""
    weights = np.random.default_rng(2).normal(size=16)
    found = modality_shares(interacting(weights), patients(), "binary")
    total = np.zeros_like(found.shares)
    orders = list(permutations(range(4)))
    for order in orders:
        kept = []
        for member in order:
            before = logit(found.predicted(kept))
            kept.append(ALL[member])
            total[:, member] += logit(found.predicted(kept)) - before
    np.testing.assert_allclose(found.shares, total / len(orders), atol=1e-9)


def test_a_modality_that_the_model_does_not_read_gets_exactly_nothing():
    view = patients(60, images=False)
    reads = view.reading(("clinical",), images=False)
    fitted = MODELS["logistic"].fit(learning(reads), {}, 0)

    def predict(seen):
        clinical = seen.reading(("clinical",), images=False)
        return fitted.predict(data_for("logistic", clinical))

    found = modality_shares(predict, view, "binary")
    assert found.modalities == ("clinical", "measurements")
    np.testing.assert_array_equal(found.shares[:, 1], 0.0)
    assert np.abs(found.shares[:, 0]).max() > 0.05


def test_modalities_that_do_the_same_get_the_same():
    weights = np.zeros((4, 4))
    weights[2, 3] = 1.0  # only both images together say anything
    weights[2, 2] = weights[3, 3] = -0.4
    found = modality_shares(interacting(weights), patients(), "binary")
    np.testing.assert_allclose(found.shares[:, 2], found.shares[:, 3], atol=1e-12)


def test_a_modality_that_the_patient_lacks_gets_exactly_nothing_and_costs_nothing():
    view, asked = patients(), []
    view = replace(view, images={})
    weights = np.random.default_rng(3).normal(size=16)

    def predict(seen):
        asked.append(seen)
        return interacting(weights)(seen)

    found = modality_shares(predict, view, "binary")
    assert not found.present[:, 2:].any()
    assert found.present[:, :2].all()
    np.testing.assert_array_equal(found.shares[:, 2:], 0.0)
    assert len(asked) == 4  # subsets of the two modalities that somebody has


def test_shares_of_a_sum_are_its_parts_whatever_is_missing_elsewhere():
    """Of a model without interactions each share is that modality's own part."""
    train = patients(80, seed=5, images=False)
    fitted = MODELS["stacked"].fit(learning(train), {}, 0)
    new = patients(6, seed=6, images=False)
    table = new.table.copy()
    table[0, :2], table[1, 2] = np.nan, np.nan
    new = replace(new, table=table)

    def predict(seen):
        return fitted.predict(data_for("stacked", seen))

    found = modality_shares(predict, new, "binary")
    opinions = fitted.opinions(data_for("stacked", new))
    np.testing.assert_allclose(found.shares, opinions[:, :2], atol=1e-9)
    assert found.shares[0, 0] == 0.0
    assert found.shares[1, 1] == 0.0


def test_every_kind_of_image_is_a_modality_and_absent_ones_are_named():
    film = np.zeros(RADIOGRAPH_SHAPE, "f4")
    volume = WholeVolume(values=np.ones((2, 2, 2), "f4"), affine=np.eye(4))
    each = {
        MRI: PatientImages(volumes={"t2": volume}),
        LATERAL: PatientImages(radiograph=film, absent={"frontal": "no film"}),
        FRONTAL: PatientImages(frontal=film),
    }
    view = patients(3).reading((), images=True)
    view = replace(
        view, levels=(), images=dict(zip(view.patients, each.values(), strict=True))
    )

    def predict(seen):
        images = [seen.images[patient] for patient in seen.patients]
        shown = [(bool(i.volumes), i.radiograph, i.frontal) for i in images]
        number = [v + 2 * (x is not None) + 4 * (f is not None) for v, x, f in shown]
        return np.array(number, dtype=float)

    found = modality_shares(predict, view, "continuous")
    assert found.modalities == (MRI, LATERAL, FRONTAL)
    np.testing.assert_array_equal(found.present, np.eye(3, dtype=bool))
    np.testing.assert_allclose(found.shares, np.diag([1.0, 2.0, 4.0]), atol=1e-12)
    one = modality_shares(predict, view.take([1]), "continuous")
    assert one.modalities == (LATERAL, FRONTAL)


def test_of_a_number_the_shares_are_in_its_unit():
    def predict(view):
        return 40.0 + 5.0 * has(view)[:, 0] - 3.0 * has(view)[:, 1]

    found = modality_shares(predict, patients(images=False), "continuous")
    assert found.scale == "outcome"
    np.testing.assert_allclose(found.shares, [[5.0, -3.0]] * 4)


def test_a_certain_model_still_has_shares():
    found = modality_shares(
        lambda view: has(view)[:, 0], patients(images=False), "binary"
    )
    assert np.isfinite(found.shares).all()


def test_without_modalities_or_without_patients_there_is_nothing_to_share():
    view = patients(images=False)
    bare = view.reading((), images=False)
    found = modality_shares(lambda seen: np.full(len(seen), 0.4), bare, "binary")
    assert found.modalities == ()
    assert found.shares.shape == (4, 0)
    nobody = modality_shares(
        lambda seen: np.full(len(seen), 0.4), view.take([]), "binary"
    )
    assert nobody.shares.shape == (0, 2)


@pytest.mark.parametrize("scale", ["log-odds", "outcome"])
def test_is_drawn_with_absent_modalities_and_the_caution(scale):
    found = ModalityShares(
        modalities=ALL[:2],
        present=np.array([[True, False]]),
        scale=scale,
        scores=np.array([[0.1], [0.9], [0.1], [0.9]]),
    )
    assert draw_modalities(found, "sub-1").startswith(b"\x89PNG")


def test_a_score_too_few_is_no_set_of_shares():
    with pytest.raises(InvalidChoice, match="2 modalities have 4 subsets, not 3"):
        ModalityShares(
            modalities=ALL[:2],
            present=np.array([[True, False]]),
            scale="outcome",
            scores=np.zeros((3, 1)),
        )
