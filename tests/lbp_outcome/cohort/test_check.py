"""Every problem of a cohort is told at once: what, where, and what to do."""

import gzip
import json

import nibabel
import numpy as np
import pytest

from lbp_outcome.cohort.folder import check_cohort, read_cohort
from lbp_outcome.errors import CohortError


def test_a_cohort_of_tables_alone_is_in_order(folder):
    assert check_cohort(folder) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("61", "7", "participants.tsv line 2, age = 7: must be >= 18"),
        ("61", "old", "participants.tsv line 2, age = old: is not a number"),
        (
            "31.0",
            "31,0",
            "line 3, bmi = 31,0: decimal comma; write 31.0",
        ),
        ("31.0", "inf", "participants.tsv line 3, bmi = inf: is not a number"),
        ("72\tM", "72\tX", "participants.tsv line 3, sex = X: must be one of F, M"),
        (
            "sub-03",
            "sub-01",
            "participants.tsv line 4, participant_id = sub-01: the same participant_id "
            "stands on line 2 already",
        ),
        (
            "sub-03",
            "J. Jansen",
            "line 4, participant_id = J. Jansen: a pseudonym is 'sub-' "
            "and letters or digits",
        ),
        (
            "bmi",
            "bim",
            "line 1: the column 'bim' is not in the data dictionary or "
            "participants.json. Did you mean 'bmi'?",
        ),
        ("\tsmoker", "\tage", "line 1: the column 'age' stands twice"),
        (
            "participant_id",
            "patient",
            "participants.tsv line 1: the column 'participant_id' is missing",
        ),
        (
            "61\tF\t24.5",
            "61\tF",
            "line 2: 5 cells where the header has 6",
        ),
        ("L3-L4", "L3/L4", "operated_level = L3/L4: must be one of T12-L1, L1-L2"),
    ],
)
def test_names_file_line_column_and_value(edit, old, new, problem):
    problems = check_cohort(edit("participants.tsv", old, new))
    assert any(found.find(problem) >= 0 for found in problems), problems


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("\t4\t4\t3", "\t4\t4\t9", "zcq.tsv line 2, zcq_3 = 9: must be one of 1, 2, 3"),
        ("\t2\t3\t3", "\t2\t2\t3", "zcq.tsv line 2, zcq_7 = 2: must be one of 1, 3, 5"),
        ("sub-02", "sub-09", "participant_id = sub-09: this patient is not in part"),
        (
            "month_12",
            "year_1",
            "zcq.tsv line 3, visit = year_1: must be one of baseline",
        ),
        ("month_12", "baseline", "the same participant_id and visit stands on line 2"),
        ("zcq_18", "zqc_18", "the column 'zqc_18' is not in the data dictionary. Did"),
    ],
)
def test_checks_every_answer_of_a_questionnaire(edit, old, new, problem):
    problems = check_cohort(edit("phenotype/zcq.tsv", old, new))
    assert any(problem in found for found in problems), problems


def test_lists_all_problems_at_once_and_the_error_counts_them(edit):
    edit("participants.tsv", "61", "7")
    folder = edit("participants.tsv", "72\tM", "72\tX")
    assert len(check_cohort(folder)) == 2
    with pytest.raises(
        CohortError, match=r"age = 7: .* \(and 1 more; `lbp check` lists"
    ):
        read_cohort(folder)


def test_a_spreadsheet_export_with_decimal_commas_is_told_apart(folder):
    (folder / "participants.tsv").unlink()
    table = "participant_id;age;bmi\nsub-01;61;24,5\nsub-02;72;31.0\n"
    (folder / "participants.csv").write_text(table)
    (problem,) = check_cohort(folder)
    assert problem == "participants.csv line 2, bmi = 24,5: decimal comma; write 24.5"


def test_a_decimal_comma_in_a_comma_separated_table_splits_the_number(folder):
    (folder / "participants.tsv").unlink()
    (folder / "participants.csv").write_text(
        "participant_id,age,bmi\nsub-01,61,24,5\nsub-02,72,31.0\n"
    )
    assert (
        "line 2: 4 cells where the header has 3; is a decimal comma"
        in (check_cohort(folder)[0])
    )


def test_a_misspelt_questionnaire_is_named(folder):
    path = folder / "phenotype" / "zcq.tsv"
    path.rename(path.with_name("zqc.tsv"))
    (problem,) = check_cohort(folder)
    assert problem.endswith("no questionnaire has this name. Did you mean 'zcq'?")


def test_the_same_score_from_two_instruments_is_a_problem(folder):
    (folder / "phenotype" / "pain_nrs.tsv").write_text(
        "participant_id\tvisit\tleg_pain_nrs\tback_pain_nrs\nsub-01\tbaseline\t6\t5\n"
    )
    assert any("another instrument" in problem for problem in check_cohort(folder))


def test_text_that_is_not_utf8_is_told(folder):
    (folder / "participants.tsv").write_bytes(b"participant_id\tage\nsub-01\t6\xff1\n")
    assert "not UTF-8" in check_cohort(folder)[0]


def test_a_folder_that_is_no_cohort_says_so(tmp_path):
    (problem,) = check_cohort(tmp_path)
    assert "no participants.tsv and no sub-* folder" in problem
    (problem,) = check_cohort(tmp_path / "nowhere")
    assert "there is no such folder" in problem


def test_a_broken_sidecar_is_told(folder):
    (folder / "participants.json").write_text("{")
    assert "participants.json: this is not valid JSON" in check_cohort(folder)[0]


@pytest.fixture
def imaged(folder):
    anat = folder / "sub-01" / "anat"
    labels = folder / "derivatives" / "labels" / "sub-01" / "anat"
    anat.mkdir(parents=True)
    labels.mkdir(parents=True)
    rng = np.random.default_rng(0)
    t2 = rng.integers(0, 500, (8, 32, 32)).astype(np.int16)
    mask = np.zeros_like(t2)
    mask[2:6, 8:20, 20:28], mask[2:6, 8:20, 6:14] = 2, 1
    for path, values in (
        (anat / "sub-01_acq-sag_T2w.nii.gz", t2),
        (labels / "sub-01_acq-sag_T2w_dseg.nii.gz", mask),
    ):
        nibabel.save(nibabel.Nifti1Image(values, np.diag([4.0, 1, 1, 1])), path)
    return folder


def test_opens_every_image(imaged):
    assert check_cohort(imaged) == []


def test_a_truncated_image_is_found(imaged):
    path = imaged / "sub-01" / "anat" / "sub-01_acq-sag_T2w.nii.gz"
    path.write_bytes(path.read_bytes()[:2000])
    (problem,) = check_cohort(imaged)
    assert problem.startswith(
        "sub-01/anat/sub-01_acq-sag_T2w.nii.gz: the file is trunc"
    )


def test_unknown_labels_are_found(imaged):
    path = next((imaged / "derivatives").rglob("*_dseg.nii.gz"))
    values = np.asanyarray(nibabel.load(path).dataobj).copy()
    values[0, 0, 0] = 77
    nibabel.save(nibabel.Nifti1Image(values, np.diag([4.0, 1, 1, 1])), path)
    (problem,) = check_cohort(imaged)
    assert "77" in problem
    assert "not defined by scheme spider" in problem


def test_a_mask_elsewhere_in_space_is_found(imaged):
    path = next((imaged / "derivatives").rglob("*_dseg.nii.gz"))
    values = np.asanyarray(nibabel.load(path).dataobj)
    affine = np.diag([4.0, 1, 1, 1])
    affine[2, 3] = 900
    nibabel.save(nibabel.Nifti1Image(values, affine), path)
    (problem,) = check_cohort(imaged)
    assert "lies outside the T2 image" in problem


def test_a_mask_on_other_voxels_than_its_image_is_found(imaged):
    path = next((imaged / "derivatives").rglob("*_dseg.nii.gz"))
    values = np.asanyarray(nibabel.load(path).dataobj)[:, :, 2:]
    nibabel.save(nibabel.Nifti1Image(values, np.diag([4.0, 1, 1, 1])), path)
    (problem,) = check_cohort(imaged)
    assert "do not have their voxels at the same places" in problem


def test_a_patient_folder_without_a_row_is_found(imaged):
    (imaged / "sub-77").mkdir()
    (problem,) = check_cohort(imaged)
    assert problem == "sub-77: this patient is not in participants.tsv"


def test_images_without_tables_can_be_read(imaged):
    (imaged / "participants.tsv").unlink()
    for table in (imaged / "phenotype").iterdir():
        table.unlink()
    assert read_cohort(imaged).patients == ("sub-01",)


def test_the_truth_of_a_simulation_is_never_taken_for_a_segmentation(imaged):
    labels = imaged / "derivatives" / "labels"
    labels.rename(imaged / "derivatives" / "truth")
    assert read_cohort(imaged).files["sub-01"].segmentation is None


def test_the_truth_of_a_simulation_is_no_cohort(tmp_path):
    (tmp_path / "sub-01").mkdir()
    described = json.dumps({"Simulated": True, "Truth": True})
    (tmp_path / "dataset_description.json").write_text(described)
    (problem,) = check_cohort(tmp_path)
    assert problem.endswith("this is the truth of a simulation; no study may read it")
    with pytest.raises(CohortError, match="no study may read it"):
        read_cohort(tmp_path)


def test_truth_among_the_predictors_is_refused(edit, declare):
    declare(oracle_probability={"Description": "copied", "Minimum": 0, "Maximum": 1})
    folder = edit("participants.tsv", "operated_level", "oracle_probability")
    for level in ("L4-L5", "L3-L4", "L4-L5"):
        edit("participants.tsv", level, "0.7")
    problems = check_cohort(folder)
    assert any(
        problem.startswith("participants.tsv line 1, oracle_probability: this is the")
        for problem in problems
    )


def test_a_masks_own_sidecar_says_what_its_lowest_vertebra_is(imaged):
    mask = next((imaged / "derivatives").rglob("*_dseg.nii.gz"))
    sidecar = mask.with_name(mask.name.replace(".nii.gz", ".json"))
    sidecar.write_text(json.dumps({"LowestVertebra": "L6"}))
    assert read_cohort(imaged).files["sub-01"].segmentation.lowest == "L6"


def test_a_mask_of_muscles_is_never_taken_for_a_spine(imaged):
    muscles = imaged / "derivatives" / "labels"
    described = json.dumps({"LabelScheme": "musclemap"})
    (muscles / "dataset_description.json").write_text(described)
    assert read_cohort(imaged).files["sub-01"].segmentation is None


def test_gzip_noise_is_no_image(imaged):
    path = imaged / "sub-01" / "anat" / "sub-01_acq-sag_T2w.nii.gz"
    path.write_bytes(gzip.compress(b"hello" * 100))
    assert len(check_cohort(imaged)) == 1
