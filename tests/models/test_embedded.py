"""A pretrained look at the MRI joins the table, or is done without."""

import json
from dataclasses import replace

import numpy as np
import pytest

from datamodules import DATAMODULES
from lbp_outcome.anatomy import LUMBAR_DISCS
from lbp_outcome.batch import CROP_SHAPE
from lbp_outcome.errors import InvalidChoice, UnreadableFile
from lbp_outcome.simulate.planted_views import planted_table
from lbp_outcome.statistics.discrimination import auc
from lbp_outcome.view import LevelCrop, PatientImages
from models import MODELS
from models._levels.encoder import LevelEncoder
from models._levels.patient_numbers import NUMBERS, PatientReader
from models._levels.weights import shipped_encoder

EMBEDDED = MODELS["embedded"]
L4_L5 = LUMBAR_DISCS[-2]
LEVELS = LUMBAR_DISCS[-2:]
MRI = tuple(number.name for number in NUMBERS)


def crop(seed, **changes):
    """Noise of a brightness of its own: the network sees it as something or other."""
    chance = np.random.default_rng(seed)
    values = chance.random(CROP_SHAPE).astype("f4") * chance.uniform(0.3, 1.7)
    return replace(
        LevelCrop(values=values, affine=np.eye(4), t1=values[::-1]), **changes
    )


def images(seed):
    return PatientImages(levels={L4_L5: crop(seed)})


def imaged(patients, seed):
    """Patients whose outcome is what the network happens to see in noise."""
    view = planted_table(patients, seed=seed, weights=(0.0, 0.0))
    found = {p: images(1000 * seed + row) for row, p in enumerate(view.patients)}
    view = replace(view, images=found, levels=LEVELS, margin=None)
    reader = PatientReader(shipped_encoder())
    seen = [
        reader.read(found[p], LEVELS)[MRI.index("mri_multifidus_fat")] for p in found
    ]
    return replace(view, outcome=(np.array(seen) > np.median(seen)).astype(float))


@pytest.fixture(scope="module")
def train():
    return imaged(24, seed=1)


@pytest.fixture(scope="module")
def new():
    return imaged(16, seed=2)


def fold(train, held_out):
    return DATAMODULES["multimodal"].build(train, held_out, 0)


@pytest.fixture(scope="module")
def fitted(train, new):
    return EMBEDDED.fit(fold(train, new), {"penalty": 30.0}, 0)


def test_learns_from_what_the_network_sees(fitted, train, new):
    assert auc(new.outcome, fitted.predict(fold(train, new))) > 0.8


def test_predicts_without_mri_as_for_the_average_patient(fitted, train, new):
    blind = replace(new, images={}, table=np.full_like(new.table, np.nan))
    found = fitted.predict(fold(train, blind))
    assert np.ptp(found) == 0
    assert found[0] == pytest.approx(0.5, abs=0.1)


def test_without_any_mri_it_is_the_model_of_the_table(new):
    table = planted_table(60, seed=5)
    other = planted_table(20, seed=6)
    one = EMBEDDED.fit(fold(table, other), {"penalty": 300.0}, 0)
    plain = MODELS["graded"].fit(fold(table, other), {"penalty": 300.0}, 0)
    data = fold(table, other)
    np.testing.assert_allclose(one.predict(data), plain.predict(data), rtol=1e-9)


def test_does_without_t1(fitted, train, new):
    without = {
        patient: PatientImages(levels={L4_L5: replace(found.levels[L4_L5], t1=None)})
        for patient, found in new.images.items()
    }
    found = fitted.predict(fold(train, replace(new, images=without)))
    assert np.isfinite(found).all()


BAD = {
    "NaN": (np.full(CROP_SHAPE, np.nan, "f4"), "NaN or infinite"),
    "constant": (np.ones(CROP_SHAPE, "f4"), "one value throughout"),
    "standardised": (
        np.random.default_rng(0).normal(size=CROP_SHAPE).astype("f4"),
        "another modality",
    ),
}


@pytest.mark.parametrize("look", ["values", "t1"])
@pytest.mark.parametrize(("values", "says"), BAD.values(), ids=BAD)
def test_refuses_what_is_no_image_by_name(look, values, says):
    spoilt = PatientImages(levels={L4_L5: crop(0, **{look: values})})
    name = "T1" if look == "t1" else "T2"
    with pytest.raises(InvalidChoice, match=f"{name} crop of L4-L5 .*{says}"):
        PatientReader(shipped_encoder()).read(spoilt, LEVELS)


def test_refuses_crops_whose_axes_are_in_another_order():
    turned = crop(0, values=crop(0).values.T.copy(), t1=None)
    with pytest.raises(InvalidChoice, match=r"\(64, 128, 12\) voxels .left, posterior"):
        PatientReader(shipped_encoder()).read(
            PatientImages(levels={L4_L5: turned}), LEVELS
        )


def test_refuses_a_table_that_already_holds_its_readings(train, new):
    taken = replace(train.predictors[0], name=MRI[0])
    strange = replace(train, predictors=(taken, *train.predictors[1:]))
    with pytest.raises(InvalidChoice, match=MRI[0]):
        EMBEDDED.fit(fold(strange, strange.take([])), {}, 0)


class Counting(LevelEncoder):
    """Counts how often it looks."""

    looks = 0

    def forward(self, crops):
        type(self).looks += 1
        return super().forward(crops)


def test_reads_the_same_images_once_whoever_they_are_said_to_belong_to():
    reader = PatientReader(Counting().eval())
    first, again = reader.read(images(3), LEVELS), reader.read(images(3), LEVELS)
    np.testing.assert_array_equal(first, again)
    assert Counting.looks == 1
    changed = crop(3)
    changed.values[0, 0, 0] += 1.0
    reader.read(PatientImages(levels={L4_L5: changed}), LEVELS)
    assert Counting.looks == 2


def test_what_it_remembers_cannot_be_changed_from_outside():
    reader = PatientReader(shipped_encoder())
    first = reader.read(images(4), LEVELS)
    kept = first.copy()
    first[:] = 0.0
    np.testing.assert_array_equal(reader.read(images(4), LEVELS), kept)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("sha256", "0" * 64, "fitted with other weights"),
        ("architecture", "resnet18", "fitted with a resnet18"),
    ],
)
def test_is_refused_where_another_network_is_shipped(
    fitted, tmp_path, key, value, says
):
    fitted.save(tmp_path)
    card = tmp_path / "model.json"
    content = json.loads(card.read_text())
    content["fitted"]["encoder"][key] = value
    card.write_text(json.dumps(content))
    with pytest.raises(UnreadableFile, match=says):
        EMBEDDED.load(tmp_path)


def test_fits_on_patients_drawn_twice_as_a_bootstrap_does(train, new):
    twice = train.drawn([0, 0, *range(1, 20)])
    found = EMBEDDED.fit(fold(twice, new), {}, 0).predict(fold(twice, new))
    assert np.isfinite(found).all()
