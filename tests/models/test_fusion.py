"""The network starts as a regression, and corrects it only by what it can show."""

import time
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from scipy.special import expit

from datamodules import DATAMODULES
from lbp_outcome.anatomy import LUMBAR_DISCS
from lbp_outcome.batch import to_batch
from lbp_outcome.errors import InvalidChoice, UnknownName, UnreadableFile
from lbp_outcome.simulate.planted_views import SMALL_CROP, planted_spot, planted_table
from lbp_outcome.statistics.discrimination import auc
from lbp_outcome.view import CROP_SHAPE, CohortView, PatientImages
from models import MODELS
from models._fusion.folds import NOBODY, judging_members
from models._fusion.gated_attention import GatedAttention
from models._fusion.network import FusionNetwork
from models._fusion.readings import readings
from models._fusion.remembered import shipped_look
from models._fusion.settings import FusionSettings
from models._fusion.trust import trusted
from models._levels.encoder import Reading
from models._levels.patient_numbers import patient_numbers, two_channels
from models._levels.weights import shipped_encoder

FUSION, REGRESSION = MODELS["fusion"], MODELS["fusion_regression"]
BRIEFLY = {"epochs": 2, "members": 2, "dropout": 0.0}
FRESH = {"encoder": "fresh", "epochs": 1}
FILM = np.random.default_rng(0).normal(size=(40, 32)).astype("f4")


def with_films(view):
    images = {p: replace(view.images[p], radiograph=FILM) for p in view.patients}
    return replace(view, images=images)


def full_size(patients, seed):
    """Noise in crops that the shipped encoder takes, one level each."""
    view = planted_spot(
        patients, seed=seed, shape=CROP_SHAPE, levels=LUMBAR_DISCS[-2:-1]
    )
    images = {
        patient: PatientImages(
            levels={
                level: replace(crop, values=np.abs(crop.values))
                for level, crop in found.levels.items()
            },
            radiograph=FILM,
        )
        for patient, found in view.images.items()
    }
    chance = np.random.default_rng(seed)
    return replace(view, images=images, margin=view.outcome - chance.random(patients))


SMALL, SMALL_NEW = (
    with_films(planted_spot(n, seed=seed)) for n, seed in ((12, 0), (5, 1))
)
TRAIN, NEW = full_size(12, seed=2), full_size(3, seed=3)
TABLE, NEW_TABLE = planted_table(120, seed=4), planted_table(60, seed=5)


def fold(train=TRAIN, held_out=NEW):
    return DATAMODULES["multimodal"].build(train, held_out, 0)


@pytest.fixture(scope="module", params=["pretrained", "finetuned", "fresh"])
def encoder(request):
    return request.param


@pytest.fixture(scope="module")
def sides(encoder):
    return (SMALL, SMALL_NEW) if encoder == "fresh" else (TRAIN, NEW)


@pytest.fixture(scope="module")
def fitted(encoder, sides):
    model = FUSION.fit(fold(*sides), {**BRIEFLY, "encoder": encoder, "epochs": 1}, 0)
    return outspoken(model)


def outspoken(model):
    """The same model with corrections at random and fully trusted."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for head in model.network.members.modules():
            if isinstance(head, torch.nn.Linear):
                torch.nn.init.normal_(head.weight, std=0.5)
    model.network.trust.fill_(1.0)
    return model


def without(view, *modalities):
    table = np.full_like(view.table, np.nan) if "table" in modalities else view.table
    images = {
        patient: PatientImages(
            levels={} if "mri" in modalities else found.levels,
            radiograph=None if "radiograph" in modalities else found.radiograph,
        )
        for patient, found in view.images.items()
    }
    return replace(view, table=table, images=images)


MODALITIES = ("mri", "radiograph", "table")
SUBSETS = [
    tuple(m for bit, m in enumerate(MODALITIES) if subset >> bit & 1)
    for subset in range(8)
]


class TestStart:
    @pytest.mark.parametrize("margin", [True, False], ids=["margin", "verdict"])
    def test_is_the_regression_of_embedded(self, margin):
        train = TRAIN if margin else replace(TRAIN, margin=None)
        table = train.table.copy()
        table[3, 0] = np.nan
        data = fold(replace(train, table=table))
        start = FUSION.fit(data, {"epochs": 0, "penalty": 30.0}, 0)
        twin = MODELS["embedded"].fit(data, {"penalty": 30.0}, 0)
        np.testing.assert_allclose(start.predict(data), twin.predict(data), atol=1e-6)

    def test_of_an_amount_is_ridge_regression(self):
        train = replace(TABLE, outcome=50 + 10 * TABLE.margin, margin=None)
        data = fold(train, NEW_TABLE)
        start = REGRESSION.fit(data, {"epochs": 0, "penalty": 30.0}, 0)
        twin = MODELS["ridge"].fit(data, {"penalty": 30.0}, 0)
        np.testing.assert_allclose(start.predict(data), twin.predict(data), rtol=1e-5)

    def test_stays_where_nobody_can_be_spared_to_judge(self):
        few = TABLE.take(range(12))
        data = fold(few, NEW_TABLE)
        start = FUSION.fit(data, {}, 0)
        twin = MODELS["embedded"].fit(data, {}, 0)
        np.testing.assert_allclose(start.predict(data), twin.predict(data), atol=1e-6)

    def test_reads_all_patients_at_once_as_one_by_one(self):
        twin = shipped_encoder()
        crops = [
            np.stack([two_channels(level, view_crop) for level, view_crop in pair])
            for pair in (
                [*zip(NEW.levels * 2, crops_of(row), strict=False)] for row in (0, 1)
            )
        ]
        stacked = torch.from_numpy(np.stack(crops))
        found = twin(stacked.flatten(0, 1))
        parts = Reading(*(part.unflatten(0, (2, 2)) for part in found))
        present = torch.tensor([[True, True], [True, False]])
        together = readings(parts, present).detach().numpy()
        with torch.inference_mode():
            alone = [
                patient_numbers(twin, stacked[0]),
                patient_numbers(twin, stacked[1, :1]),
            ]
        np.testing.assert_allclose(together, alone, rtol=2e-3, atol=1e-4)
        nobody = readings(parts, torch.zeros(2, 2, dtype=torch.bool))
        assert nobody.isnan().all()


def crops_of(row):
    """Crops of this patient and of the next."""
    return [
        NEW.images[NEW.patients[each]].levels[NEW.levels[0]] for each in (row, row + 1)
    ]


class TestTrust:
    CHANCE = np.random.default_rng(0)
    START, NOISE, TRUE = CHANCE.normal(size=(3, 400))
    TRUTH = START + TRUE + CHANCE.normal(size=400)
    VOTES = np.column_stack([TRUE, NOISE, 0 * NOISE])

    def test_believes_what_helps_and_not_what_does_not(self):
        found = trusted(self.START, self.VOTES, self.TRUTH, "amount", 1.0)
        assert found.shares[0] > 0.8
        assert found.shares[1] < 0.15
        assert found.shares[2] == 0.0

    def test_shrinks_votes_that_are_too_loud(self):
        found = trusted(self.START, 4 * self.VOTES, self.TRUTH, "amount", 1.0)
        assert found.shares[0] == pytest.approx(0.25, abs=0.05)

    def test_is_nothing_for_votes_that_only_repeat_the_start(self):
        votes = np.column_stack([self.START, self.NOISE * 0])
        found = trusted(self.START, votes, self.TRUTH + self.START, "amount", 1.0)
        assert not found.shares.any()

    def test_of_a_verdict_has_the_loss_it_says(self):
        yes = (self.TRUTH > 0).astype(float)
        shares, loss = trusted(self.START, self.VOTES, yes, "yes_no", 1.702)
        log_odds = 1.702 * (self.START + self.VOTES @ shares)
        chance = expit(log_odds)
        plain = -np.log(np.where(yes == 1, chance, 1 - chance)).mean()
        assert loss == pytest.approx(plain, abs=0.05)  # it may also stretch the start

    def test_is_rare_for_noise(self):
        believed = 0
        for seed in range(60):
            start, noise, truth = np.random.default_rng(seed).normal(size=(3, 128))
            found = trusted(start, noise[:, None], start + truth, "amount", 1.0)
            believed += found.shares.any()
        assert believed <= 0.3 * 60


class TestJudges:
    def test_each_patient_judges_one_member_and_copies_the_same(self):
        copies = TABLE.drawn([*range(120), *range(40)])
        judges = judging_members(copies, "yes_no", 4, 0)
        assert set(judges) == {0, 1, 2, 3}
        np.testing.assert_array_equal(judges[120:], judges[:40])

    def test_there_are_none_where_patients_are_few(self):
        few = TABLE.take(range(20))
        assert set(judging_members(few, "yes_no", 4, 0)) == {NOBODY}


@pytest.mark.parametrize("lost", SUBSETS, ids=lambda lost: "-".join(lost) or "nothing")
def test_predicts_from_any_subset_of_modalities(fitted, sides, lost):
    found = fitted.predict(fold(sides[0], without(sides[1], *lost)))
    assert ((found > 0) & (found < 1)).all()


@pytest.mark.parametrize("lost", SUBSETS[1:-1], ids="-".join)
def test_ignores_for_ever_what_no_training_patient_had(lost):
    data = fold(without(TRAIN, *lost))
    model = outspoken(FUSION.fit(data, {"epochs": 0}, 0))
    full, part = (model.predict(fold(held_out=v)) for v in (NEW, without(NEW, *lost)))
    np.testing.assert_allclose(full, part, rtol=1e-6)


def test_a_modality_left_out_votes_nothing(fitted, sides):
    network = fitted.network
    full, part = (
        network.votes(network.see_view(view))[0].shares.detach()
        for view in (sides[1], without(sides[1], "radiograph"))
    )
    assert full[:, 1].any()
    assert not part[:, 1].any()


def test_pays_no_attention_to_what_is_flagged_absent(fitted, sides):
    batch = to_batch(sides[1])
    absent = replace(
        batch,
        level_present=torch.zeros_like(batch.level_present),
        radiograph_present=torch.zeros(len(batch), dtype=torch.bool),
    )
    strange = replace(
        absent, crops=absent.crops + 99.0, radiograph=absent.radiograph + 99.0
    )
    with torch.inference_mode():
        torch.testing.assert_close(fitted.network(absent), fitted.network(strange))


def test_does_not_care_in_which_order_the_levels_come():
    model = outspoken(FUSION.fit(fold(SMALL, SMALL_NEW), FRESH, 0))
    turned = replace(SMALL_NEW, levels=SMALL_NEW.levels[::-1])
    here, there = (fold(SMALL, view) for view in (SMALL_NEW, turned))
    np.testing.assert_allclose(model.predict(here), model.predict(there), rtol=1e-5)
    attention = model.level_attention(here)
    np.testing.assert_allclose(attention, model.level_attention(there)[:, ::-1], 1e-5)
    np.testing.assert_allclose(attention.sum(axis=1), 1.0, rtol=1e-5)


def test_looking_once_is_looking_through_the_network(fitted, sides):
    """What is remembered and what Grad-CAM differentiates are one prediction."""
    data = fold(*sides)
    with torch.inference_mode():
        seen = fitted.network(to_batch(sides[1])).double().sigmoid().numpy()
    np.testing.assert_allclose(seen, fitted.predict(data), atol=5e-3)


def test_remembers_patients_by_their_images_not_their_names():
    one, other = NEW.patients[:2]
    swapped = replace(
        NEW, images={**NEW.images, one: NEW.images[other], other: NEW.images[one]}
    )
    features = shipped_look(NEW).features
    torch.testing.assert_close(shipped_look(swapped).features[[1, 0]], features[:2])


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda v: v[:, ::2], "voxels"),
        (lambda v: v.T.copy(), "voxels"),
        (lambda v: np.full_like(v, np.nan), "NaN"),
        (lambda v: np.ones_like(v), "one value throughout"),
        (lambda v: v - 5, "scaled"),
    ],
)
@pytest.mark.parametrize("choice", ["pretrained", "finetuned"])
def test_refuses_crops_that_the_shipped_encoder_does_not_know(choice, spoil, why):
    patient, level = NEW.patients[0], NEW.levels[0]
    crop = NEW.images[patient].levels[level]
    bad = PatientImages(levels={level: replace(crop, values=spoil(crop.values))})
    spoiled = replace(NEW, images={patient: bad})
    with pytest.raises(InvalidChoice, match=f"T2 crop of L4-L5.*{why}"):
        shipped_look(spoiled)
    model = FUSION.fit(fold(TRAIN.take(range(4))), {"epochs": 0, "encoder": choice}, 0)
    with pytest.raises(InvalidChoice, match=f"T2 crop of L4-L5.*{why}"):
        model.predict(AsItIs(spoiled.take([]), spoiled))


@dataclass(frozen=True)
class AsItIs:
    """A fold of which nobody has looked at the images before."""

    train: CohortView
    held_out: CohortView


def test_a_fresh_encoder_refuses_crops_of_another_size_and_nan():
    model = FUSION.fit(fold(SMALL, SMALL_NEW), {**FRESH, "epochs": 0}, 0)
    other = planted_spot(2, seed=9, shape=(4, 16, 16))
    with pytest.raises(InvalidChoice, match=r"\(8, 32, 16\) voxels"):
        model.predict(fold(other.take([]), other))
    blank = planted_spot(2, seed=9, brightness=np.nan)
    with pytest.raises(InvalidChoice, match="crop of L4-L5 holds NaN"):
        model.predict(AsItIs(blank.take([]), blank))


def test_a_fresh_encoder_averages_fine_crops():
    fine = FusionNetwork(0, FusionSettings(encoder="fresh"), (8, 128, 64))
    assert fine.levels.mean.shape == (2, 8, 64, 32)


def test_offers_the_nearest_word_for_a_setting():
    with pytest.raises(UnknownName, match="pretrained"):
        FUSION.fit(fold(), {"encoder": "pretrainde"}, 0)
    with pytest.raises(InvalidChoice, match="must be one of"):
        FUSION.fit(fold(), {"encoder": 1}, 0)


def test_refuses_to_train_an_encoder_on_data_that_come_in_no_batches():
    data = DATAMODULES["tabular"].build(SMALL, SMALL_NEW, 0)
    with pytest.raises(InvalidChoice, match="multimodal"):
        FUSION.fit(data, FRESH, 0)


def test_trains_the_encoder_only_where_that_is_asked_for():
    frozen = FusionNetwork(2, FusionSettings()).levels
    assert not any(each.requires_grad for each in frozen.parameters())
    shipped = shipped_encoder().state_dict()
    settings = {"encoder": "finetuned", "epochs": 1, "correction_decay": 0}
    levels = FUSION.fit(fold(), settings, 0).network.levels
    assert all(
        torch.equal(kept, shipped[name])
        for name, kept in levels.as_shipped.state_dict().items()
    )
    assert all(each.requires_grad for each in levels.encoder.parameters())


def test_gives_the_same_weights_for_the_same_seed_and_others_for_another():
    one, same, other = (
        FUSION.fit(fold(TABLE, NEW_TABLE), BRIEFLY, s).network.state_dict()
        for s in (0, 0, 1)
    )
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(
        one["members.0.tokens.2.0.weight"], other["members.0.tokens.2.0.weight"]
    )


def test_leaves_no_file_no_print_and_no_random_state_behind(
    tmp_path, monkeypatch, capfd
):
    monkeypatch.chdir(tmp_path)
    before = torch.get_rng_state()
    FUSION.fit(fold(TABLE, NEW_TABLE), BRIEFLY, 0)
    assert list(tmp_path.iterdir()) == []
    assert "".join(capfd.readouterr()) == ""
    assert torch.equal(before, torch.get_rng_state())


def test_comes_back_from_disk_with_any_encoder(fitted, sides, tmp_path):
    data = fold(*sides)
    fitted.save(tmp_path)
    found = FUSION.load(tmp_path).predict(data)
    np.testing.assert_array_equal(found, fitted.predict(data))


def test_refuses_weights_of_another_shape(fitted, tmp_path):
    fitted.save(tmp_path)
    path = tmp_path / "model.json"
    path.write_text(path.read_text().replace('"width": 32', '"width": 16'))
    with pytest.raises(UnreadableFile, match="does not fit the model's card"):
        FUSION.load(tmp_path)


class TestCompanions:
    CHANCE = np.random.default_rng(0)
    PAIN = 30 + 10 * TABLE.table[:, 0] + CHANCE.normal(size=120)
    BETTER = (TABLE.table[:, 1] > 0).astype(float)
    BEFORE = np.where(CHANCE.random(120) < 0.2, np.nan, PAIN)

    def fitted(self, **companions):
        train = replace(TABLE, companions=companions)
        return FUSION.fit(fold(train, NEW_TABLE), {**BRIEFLY, "penalty": 3.0}, 0)

    def test_are_predicted_each_in_its_own_unit(self):
        model = self.fitted(pain=self.BEFORE, better=self.BETTER)
        found = model.companions(fold(TABLE, NEW_TABLE))
        assert list(found) == ["pain", "better"]
        truth = 30 + 10 * NEW_TABLE.table[:, 0]
        assert np.abs(found["pain"] - truth).mean() < 2.0
        assert auc((NEW_TABLE.table[:, 1] > 0).astype(float), found["better"]) > 0.95

    def test_that_teach_nothing_are_left_out(self):
        unknown, same = np.full(120, np.nan), np.ones(120)
        model = self.fitted(unknown=unknown, same=same)
        assert model.companions(fold(TABLE, NEW_TABLE)) == {}

    def test_of_held_out_patients_are_hidden(self):
        new = replace(NEW_TABLE, companions={"pain": np.zeros(60)})
        assert fold(TABLE, new).held_out.companions == {}


def test_stays_near_the_regression_where_there_is_nothing_more_to_find():
    data = fold(TABLE, NEW_TABLE)
    settings = {"penalty": 3.0, "epochs": 8, "members": 2}
    fusion = FUSION.fit(data, settings, 0).predict(data)
    ridge = MODELS["embedded"].fit(data, {"penalty": 3.0}, 0).predict(data)
    assert abs(auc(NEW_TABLE.outcome, fusion) - auc(NEW_TABLE.outcome, ridge)) < 0.02


FILM_SETTINGS = {"epochs": 12, "members": 2, "penalty": 30.0, "learning_rate": 3e-3}


class TestLosingAModality:
    """A film that matters, beside a table of which one column does."""

    @staticmethod
    def filmed(patients, seed, table=1.0):
        view = planted_table(patients, seed=seed, weights=(table, 0.0))
        chance = np.random.default_rng(seed)
        sign = chance.normal(size=patients)
        films = chance.normal(size=(patients, 32, 24)).astype("f4")
        films[:, 8:16, 6:12] += sign[:, None, None].astype("f4")
        margin = view.margin + 3 * sign
        images = {
            patient: PatientImages(radiograph=film)
            for patient, film in zip(view.patients, films, strict=True)
        }
        outcome = (margin > 0).astype(float)
        return replace(view, images=images, margin=margin, outcome=outcome)

    def auc_of(self, train, new):
        data = fold(train, new)
        return auc(new.outcome, FUSION.fit(data, FILM_SETTINGS, 0).predict(data))

    def test_costs_what_it_was_worth_and_nothing_where_it_was_not(self):
        train, new = self.filmed(120, 6, table=0.0), self.filmed(300, 7, table=0.0)
        model = FUSION.fit(fold(train, new), FILM_SETTINGS, 0)
        full, no_film, no_table = (
            auc(new.outcome, model.predict(fold(train, without(new, *lost))))
            for lost in ((), ("radiograph",), ("table",))
        )
        ridge = (
            MODELS["embedded"].fit(fold(train, new), {}, 0).predict(fold(train, new))
        )
        assert full > auc(new.outcome, ridge) + 0.15  # only the film knows
        assert abs(full - no_table) < 0.02
        assert abs(no_film - 0.5) < 0.1

    def test_leaves_what_a_model_without_it_would_know(self):
        train, new = self.filmed(120, 8), self.filmed(300, 9)
        never = self.auc_of(without(train, "radiograph"), new)
        model = FUSION.fit(fold(train, new), FILM_SETTINGS, 0)
        lost = model.predict(fold(train, without(new, "radiograph")))
        assert auc(new.outcome, lost) > never - 0.03


def test_predicts_one_patient_in_half_a_second_and_again_at_once(fitted, sides):
    data = fold(sides[0], sides[1].take([0]))
    fitted.predict(data)
    start = time.process_time()
    fitted.predict(data)
    assert time.process_time() - start < 0.5


def test_is_small_and_normalises_no_batch():
    network = FusionNetwork(20, FusionSettings())
    members = network.members.parameters()
    assert sum(p.numel() for p in members) < 100_000
    assert not any("BatchNorm" in type(layer).__name__ for layer in network.modules())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_trains_on_a_gpu_and_predicts_on_the_cpu():
    model = FUSION.fit(fold(TABLE, NEW_TABLE), BRIEFLY, 0)
    assert {p.device.type for p in model.network.parameters()} == {"cpu"}
    assert np.isfinite(model.predict(fold(TABLE, NEW_TABLE))).all()


def test_trains_in_half_precision_as_on_a_gpu():
    network = FusionNetwork(2, FusionSettings(encoder="fresh"), SMALL_CROP)
    network.trust.fill_(1.0)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        network(to_batch(SMALL_NEW)).sum().backward()
    grads = [p.grad for p in network.parameters() if p.grad is not None]
    assert grads
    assert all(grad.isfinite().all() for grad in grads)


class TestGatedAttention:
    TOKENS = torch.randn(3, 4, 8, generator=torch.Generator().manual_seed(0))

    def test_shares_add_up_to_one_among_those_present(self):
        present = torch.tensor([[True] * 4, [True, False, False, True], [False] * 4])
        weights = GatedAttention(8)(self.TOKENS, present)
        assert weights.sum(dim=1).tolist() == pytest.approx([1.0, 1.0, 0.0])
        assert not weights[~present].any()

    def test_follows_the_tokens_wherever_they_stand(self):
        attention, order = GatedAttention(8), torch.tensor([2, 0, 3, 1])
        present = torch.ones(3, 4, dtype=torch.bool)
        torch.testing.assert_close(
            attention(self.TOKENS, present)[:, order],
            attention(self.TOKENS[:, order], present),
        )
