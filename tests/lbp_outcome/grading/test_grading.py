"""Grading X-rays: shipped weights on films of a patient they never saw."""

import csv
import json

import numpy as np
import pytest
from PIL import Image as Picture

from lbp_outcome.cli import main
from lbp_outcome.errors import InvalidChoice, NotMeasurable, UnreadableFile
from lbp_outcome.grading import XrayGrader, grade_cohort, grade_files
from lbp_outcome.grading.agreement import agreements
from lbp_outcome.grading.drawing import DRAWS, Unsure
from lbp_outcome.grading.films import DOUBT, NAMING, NOT_FOUND
from lbp_outcome.grading.pretrain import pretrain_xray, tuned, write_with_figures
from lbp_outcome.grading.training_films import simulate_films
from lbp_outcome.measurements._table import COLUMNS
from lbp_outcome.radiographs import SCALES
from models._xray.findings import SPUR_LIMITS, SPUR_MOST
from models._xray.reading import FilmReader
from models._xray.weights import VIEWS


@pytest.fixture(scope="session")
def grader():
    return XrayGrader()


@pytest.fixture(scope="session")
def patients():
    return simulate_films(2, seed=77_001)


@pytest.fixture(scope="session")
def graded(grader, patients):
    return [
        grader.grade(p.films["lateral"].film, p.films["frontal"].film) for p in patients
    ]


@pytest.fixture
def folder(patients, tmp_path):
    """The films of one patient as files."""
    for view, name in (("lateral", "lateral"), ("frontal", "ap")):
        film = patients[0].films[view]
        path = tmp_path / f"sub-01_view-{name}_xray.png"
        Picture.fromarray(film.pixels).save(path)
        about = {"PixelSpacing": [film.pixel_mm, film.pixel_mm]}
        path.with_suffix(".json").write_text(json.dumps(about))
    return tmp_path


@pytest.mark.parametrize("view", ["lateral", "frontal"])
def test_corners_are_found_within_two_millimetres(grader, patients, view):
    for patient in patients:
        taught = patient.films[view]
        corners = grader.read(view, taught.film).corners
        off = np.linalg.norm(corners - taught.corners, axis=-1)
        assert np.median(off) < 1.0
        assert np.mean(off < 2.0) > 0.8


def test_grades_lie_near_the_truth(graded, patients):
    found = agreements(graded, [patient.truth for patient in patients])
    assert found["xray_kellgren_lawrence_grade"].error < 0.8
    assert found["xray_height_loss_percent"].error < 10
    assert found["xray_listhesis_mm"].error < 1
    assert found["xray_osteophyte_front_mm"].error < 1


def test_every_number_says_how_sure_it_is_and_what_speaks_against_it(graded):
    for row in graded[0]:
        if row.value is None:
            assert row.reason
            continue
        low, _, high = row.remark.split(";")[0].split()[3:6]
        assert float(low) <= round(row.value, 2) <= float(high)
        assert row.doubt == DOUBT
        assert row.naming == (NAMING if row.level else "")


def test_every_grade_names_its_wording(graded):
    remarks = {row.name: row.remark for row in graded[0]}
    for scale in SCALES.values():
        assert remarks[f"xray_{scale.overall.name}"].endswith(scale.wording)


def test_the_same_film_gives_the_same_table(grader, patients, graded):
    films = (patients[0].films[view].film for view in ("lateral", "frontal"))
    assert grader.grade(*films) == graded[0]


def test_a_lateral_film_alone_leaves_what_needs_the_frontal_one_ungraded(
    grader, patients
):
    rows = {r.name: r for r in grader.grade(patients[0].films["lateral"].film)}
    assert "frontal film" in rows["xray_wilke_degree"].reason
    assert rows["xray_cobb_deg"].reason == "no frontal X-ray was read"
    assert rows["xray_lane_summary_grade"].value is not None


def test_discs_beyond_the_film_are_named_as_not_found(grader, patients):
    pixels, pixel_mm = patients[0].films["lateral"].film
    corners = patients[0].films["lateral"].corners[:, :, 0]
    middle = (corners[2].max() + corners[3].min()) / 2  # through L3
    row = int((len(pixels) - 1) / 2 + middle / pixel_mm[0])
    rows = grader.grade((pixels[row:], pixel_mm))
    named = {(str(r.level), r.reason) for r in rows if r.reason == NOT_FOUND}
    assert len({level for level, _ in named}) >= 2
    assert len([r for r in rows if r.name == "xray_lane_summary_grade"]) == 6


def test_noise_is_refused(grader):
    noise = np.random.default_rng(0).normal(100, 20, (600, 370))
    with pytest.raises(NotMeasurable, match="no lumbar disc"):
        grader.grade((noise, (0.58, 0.58)))


def test_a_view_that_there_is_not_is_refused_by_name(grader, patients):
    with pytest.raises(InvalidChoice, match="'oblique'"):
        grader.read("oblique", patients[0].films["lateral"].film)


def test_the_table_has_the_columns_of_all_measurements(folder, grader):
    out = folder / "grades.csv"
    grade_files(folder / "sub-01_view-lateral_xray.png", out=out, grader=grader)
    with out.open() as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == COLUMNS
    assert {row[0] for row in rows[1:]} == {"sub-01"}


def test_a_film_without_a_picture_is_refused_with_its_name(folder, grader):
    path = folder / "sub-01_view-lateral_xray.png"
    Picture.fromarray(np.full((90, 60), 7, dtype=np.uint8)).save(path)
    with pytest.raises(UnreadableFile, match=r"lateral_xray\.png: .*grey"):
        grade_files(path, grader=grader)


@pytest.fixture
def cohort(folder):
    """A cohort of three: both films, a damaged one, none."""
    for name in ("sub-01", "sub-02"):
        (folder / name / "xray").mkdir(parents=True)
    for path in list(folder.glob("sub-01_*")):
        path.rename(folder / "sub-01" / "xray" / path.name)
    broken = folder / "sub-02" / "xray" / "sub-02_view-lateral_xray.png"
    broken.write_bytes(b"no picture")
    broken.with_suffix(".json").write_text('{"PixelSpacing": [0.5, 0.5]}')
    people = "participant_id\tage\tsex\nsub-01\t60\tF\nsub-02\t61\tM\nsub-03\t62\tF\n"
    (folder / "participants.tsv").write_text(people)
    return folder


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_patient_who_cannot_be_graded_does_not_stop_the_others(
    cohort, grader, ending
):
    import pandas as pd

    out = cohort / f"grades.{ending}"
    found = grade_cohort(cohort, out, grader=grader)
    table = pd.read_csv(out) if ending == "csv" else pd.read_parquet(out)
    assert found.done == ("sub-01",)
    assert "damaged" in found.failed["sub-02"]
    assert found.without == ("sub-03",)
    assert tuple(table.columns) == COLUMNS
    assert table.set_index("name").loc["xray_cobb_deg", "value"] >= 0


def test_a_cohort_without_a_table_to_write_is_refused_in_one_line(cohort, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["grade", str(cohort)])
    assert stopped.value.code == 2
    assert "--out" in capsys.readouterr().err


def test_draws_have_the_chances_they_were_drawn_from():
    chances = np.array([0.9, 0.7, 0.5, 0.4, 0.2, 0.1, 0.05])
    scale = (0.0, *SPUR_LIMITS, SPUR_MOST)
    order = np.random.default_rng(0).standard_normal(DRAWS)
    number = Unsure.ordinal(chances, scale, order)
    passed = [(number.draws > limit).mean() for limit in SPUR_LIMITS]
    np.testing.assert_allclose(passed, chances, atol=1 / DRAWS)
    assert number.value == pytest.approx(SPUR_LIMITS[2])
    assert (number.draws.argsort() == order.argsort()).mean() > 0.9


def test_a_number_that_is_surely_none_is_none():
    number = Unsure.ordinal(
        np.full(7, 1e-3), (0.0, *SPUR_LIMITS, SPUR_MOST), np.arange(DRAWS) * 1.0
    )
    assert number.value == pytest.approx(0, abs=0.01)
    assert number.draws.max() <= SPUR_LIMITS[0]


def test_a_perfect_grader_agrees_perfectly(patients):
    truth = [patient.truth for patient in patients]
    for name, found in agreements(truth, truth).items():
        assert found.error == 0, name
        assert found.kappa is None or found.kappa.estimate == pytest.approx(1)


def test_too_few_patients_to_learn_from_are_refused(tmp_path):
    with pytest.raises(InvalidChoice, match="patients = 3"):
        pretrain_xray(tmp_path, patients=3)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_learns_its_own_errors_and_writes_them_with_its_weights(
    grader, patients, tmp_path
):
    readers = [FilmReader(view) for view in VIEWS]
    for reader in readers:
        reader.load_state_dict(grader.readers[reader.view].state_dict())
        reader.errors.zero_()
        tuned(reader, patients)
        assert 0 < float(reader.errors[0]) < 15
    found = write_with_figures(readers, tmp_path, patients, "made up")
    again = XrayGrader(tmp_path)
    assert again.errors == {reader.view: reader.errors.tolist() for reader in readers}
    entries = json.loads((tmp_path / "MANIFEST.json").read_text())
    figures = entries[0]["figures"]["both films"]
    assert figures.keys() == found.keys()
    assert figures["xray_lane_summary_grade"]["n"] == 12
