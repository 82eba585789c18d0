"""The encoder is taught on known spines, examined on others, and vouched for."""

import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from lbp_outcome.anatomy import LUMBAR_DISCS
from lbp_outcome.errors import InvalidChoice, UnreadableFile
from lbp_outcome.io.images import write_image
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around
from lbp_outcome.simulate.graded_spine import drawn_patient, graded_spine
from lbp_outcome.study.grading_accuracy import (
    agreement,
    balanced_accuracy,
    explained,
    grading_accuracy,
)
from lbp_outcome.study.known_spines import (
    COLUMNS,
    read_gradings,
    spines_of_cohort,
    spines_of_gradings,
)
from lbp_outcome.study.pretraining import (
    as_graded,
    finetune,
    pretrain,
    read_spine_file,
)
from models._levels.encoder import ARCHITECTURE, LevelEncoder
from models._levels.gradings import NAMES
from models._levels.weights import FILE, MANIFEST, read_encoder

REAL = Path(__file__).parents[4] / "shared/data/spider_tables/radiological_gradings.csv"
here = pytest.mark.skipif(not REAL.is_file(), reason="the shared data are not here")
STAND_IN = AnalyticSpine(segments=(Segment(wedge_deg=8), Segment(), Segment()))
HEAD = ("Patient", "IVD label", *COLUMNS)


@pytest.fixture(scope="module")
def spine():
    return graded_spine(seed=3, number=0)


def test_a_simulated_spine_is_the_same_each_time_and_graded_throughout(spine):
    again = graded_spine(seed=3, number=0)
    np.testing.assert_array_equal(spine.crops, again.crops)
    assert spine.gradings == again.gradings
    assert sum(spine.operated) == 1
    known = set().union(*spine.gradings)
    assert known >= {name for name in NAMES if name != "looping_roots"}


def test_the_narrowest_level_of_a_simulated_spine_is_the_operated_one(spine):
    areas = [grading["sac_area_mm2"] for grading in spine.gradings]
    assert spine.operated[int(np.argmin(areas))]


def test_whether_roots_loop_is_said_of_the_two_levels_above_the_operated_one(spine):
    above = [
        spine.operated.index(True) - row
        for row, grading in enumerate(spine.gradings)
        if "looping_roots" in grading
    ]
    assert set(above) <= {1, 2}


def test_spines_to_learn_from_do_not_give_rare_findings_away_by_the_sac():
    def correlation(balanced):
        drawn = [drawn_patient(0, n, balanced=balanced) for n in range(300)]
        area, roots, fat = (
            np.concatenate([getattr(one, name) for one in drawn]).astype(float)
            for name in ("sac_area", "redundant_roots", "without_fat")
        )
        assert balanced == (abs(roots.mean() - 0.5) < 0.05)  # 40 % in patients
        return [np.corrcoef(np.log(area), finding)[0, 1] for finding in (roots, fat)]

    assert max(correlation(balanced=False)) < -0.3
    assert np.abs(correlation(balanced=True)).max() < 0.1


def table(path, rows, head=HEAD):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
    return path


def stand_in(folder, patient, t1=False):
    """Images named as SPIDER names them; nobody's."""
    grid = grid_around(STAND_IN, (4.0, 1.5, 1.5), margin_mm=15)
    mask = STAND_IN.mask(grid)
    write_image(folder / "masks" / f"{patient}_t2.nii.gz", mask)
    for look in ("t2", "t1") if t1 else ("t2",):
        image = STAND_IN.t2(mask)
        write_image(folder / "images" / f"{patient}_{look}.nii.gz", image)
    return folder


@pytest.fixture
def images(tmp_path):
    for name in ("images", "masks"):
        (tmp_path / "set" / name).mkdir(parents=True)
    return tmp_path / "set"


class TestGradings:
    @here
    def test_of_the_released_table_are_all_read(self):
        found = read_gradings(REAL)
        assert len(found) == 218
        assert sum(map(len, found.values())) == 1520
        # golden: the first line of the file
        first = {"pfirrmann_grade": 3, "modic_type": 0, "herniation": 0, "slip": 0}
        assert found["1"][1] == first

    @here
    def test_of_the_released_table_teach_the_encoder(self, images, tmp_path):
        stand_in(images, "2", t1=True)
        assert finetune(tmp_path / "out", REAL, images, epochs=1) == 1
        encoder = read_encoder(tmp_path / "out" / FILE)
        assert all(bool(p.isfinite().all()) for p in encoder.parameters())

    def test_belong_to_the_disc_that_spider_numbers(self, images, tmp_path):
        rows = [("7", disc, disc + 1, 0, 0, 0) for disc in (1, 2)]
        stand_in(images, "7")
        ((patient, spine),) = spines_of_gradings(
            table(tmp_path / "g.csv", rows), images
        )
        assert patient == "7"
        # from the head down: disc 2 is L4-L5, disc 1 is L5-S1
        assert [g["pfirrmann_grade"] for g in spine.gradings] == [3.0, 2.0]
        assert not spine.crops[:, 1].any()  # no T1

    @pytest.mark.parametrize(
        ("row", "says"),
        [
            (("1", "1", "6", 0, 0, 0), "line 2, Pfirrman grade = '6'.*from 1 to 5"),
            (("1", "1", "3", "x", 0, 0), "line 2, Modic = 'x'"),
            (("1", "", "3", 0, 0, 0), "line 2, IVD label = ''"),
            (("1", "1", "2.5", 0, 0, 0), "Pfirrman grade = '2.5'"),
        ],
    )
    def test_that_cannot_be_are_named_with_their_line(self, tmp_path, row, says):
        with pytest.raises(UnreadableFile, match=says):
            read_gradings(table(tmp_path / "g.csv", [row]))

    def test_without_a_column_are_refused(self, tmp_path):
        path = table(tmp_path / "g.csv", [("1", 1)], head=HEAD[:2])
        with pytest.raises(UnreadableFile, match="lacks Disc herniation, Modic"):
            read_gradings(path)

    def test_that_are_blank_are_not_known(self, tmp_path):
        path = table(tmp_path / "g.csv", [("1", 1, "", 2, "", "")])
        assert read_gradings(path) == {"1": {1: {"modic_type": 2.0}}}

    def test_without_any_image_are_refused(self, images, tmp_path):
        path = table(tmp_path / "g.csv", [("1", 1, 3, 0, 0, 0)])
        with pytest.raises(InvalidChoice, match="no patient of g"):
            finetune(tmp_path / "out", path, images)


def test_a_cohort_without_truth_teaches_nothing(tmp_path):
    with pytest.raises(InvalidChoice, match="is not simulated"):
        list(spines_of_cohort(tmp_path))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of a very small pretraining, its figures, and the random state left."""
    out, before = tmp_path_factory.mktemp("pretrained"), torch.get_rng_state()
    figures = pretrain(out, patients=1, seed=3, epochs=1, unseen=2)
    return out, figures, torch.equal(before, torch.get_rng_state())


class TestPretraining:
    def test_ends_with_weights_that_its_manifest_vouches_for(self, made):
        out, figures, _ = made
        (entry,) = json.loads((out / MANIFEST).read_text())
        sum_ = hashlib.sha256((out / FILE).read_bytes()).hexdigest()
        assert (entry["sha256"], entry["architecture"]) == (sum_, ARCHITECTURE)
        assert "--patients 1 --seed 3 --epochs 1" in entry["command"]
        assert entry["unseen"].keys() == figures.keys()
        read_encoder(out / FILE)

    def test_keeps_every_spine_and_does_nothing_twice(self, made):
        out, figures, _ = made
        before = {path: path.stat().st_mtime_ns for path in out.rglob("*.npz")}
        again = pretrain(out, patients=1, seed=3, epochs=1, unseen=2)
        assert again == figures
        assert before == {path: path.stat().st_mtime_ns for path in out.rglob("*.npz")}

    def test_examines_on_other_people_than_it_learned_from(self, made):
        out, _, _ = made
        first, other = (
            read_spine_file(out / folder / "00000.npz")
            for folder in ("spines", "unseen")
        )
        assert not np.array_equal(first.graded.truth, other.graded.truth)

    @pytest.mark.parametrize("wrong", [{"epochs": 0}, {"seed": -1}, {"patients": 0}])
    def test_refuses_numbers_that_cannot_be(self, tmp_path, wrong):
        with pytest.raises(InvalidChoice, match=next(iter(wrong))):
            pretrain(tmp_path, **wrong)

    def test_leaves_the_random_numbers_of_others_alone(self, made):
        assert made[2]


def test_a_grading_that_does_not_apply_is_not_known(spine):
    truth = as_graded(spine).truth
    assert truth.shape == (len(LUMBAR_DISCS), len(NAMES))
    grades = truth[:, NAMES.index("pfirrmann_grade")]
    assert ((grades >= 1) & (grades <= 5)).all()


class TestFigures:
    def test_what_is_the_same_in_all_patients_has_none(self, spine):
        encoder = LevelEncoder().eval()
        assert grading_accuracy(encoder, [(as_graded(spine), 0)]) == {}

    def test_a_perfect_reading_scores_one_and_guessing_one_half(self):
        true = np.array([0.0, 1.0, 1.0, 0.0])
        assert balanced_accuracy(np.column_stack([true, true])) == 1.0
        assert balanced_accuracy(np.column_stack([true, np.ones(4)])) == 0.5

    def test_the_mean_explains_nothing(self):
        true = np.array([1.0, 2.0, 6.0])
        assert explained(np.column_stack([true, true])) == 1.0
        assert explained(np.column_stack([true, np.full(3, 3.0)])) == pytest.approx(0)

    def test_chance_agrees_on_nothing(self):
        true = np.array([0.0, 0.0, 1.0, 2.0])
        assert agreement(np.column_stack([true, true])) == 1.0
        assert agreement(np.column_stack([true, np.zeros(4)])) == 0.0
        # by hand: agreed 3/4, by chance (2 * 3 + 1 * 0 + 1 * 1) / 16
        read = np.array([0.0, 0.0, 0.0, 2.0])
        expected = (3 / 4 - 7 / 16) / (1 - 7 / 16)
        assert agreement(np.column_stack([true, read])) == pytest.approx(expected)
