"""The command line: one clear line for each mistake, exit code 2, nothing half-done."""

import nibabel
import numpy as np
import pandas as pd
import pytest

from lbp_outcome import BANNER
from lbp_outcome.cli import main

PLAN = """\
name: bad
cohort: cohort
predictors: {clinical: [age]}
models: [{name: clinical, method: logistic}]
"""
PEOPLE = "participant_id\tage\nsub-1\t61\nsub-2\t72\n"


@pytest.fixture
def lbp(capsys):
    """Run a command and return exit code, standard output and standard error."""

    def run(*arguments):
        with pytest.raises(SystemExit) as stopped:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return stopped.value.code, said.out, said.err

    return run


@pytest.fixture
def refused(lbp, tmp_path):
    """A command that must fail with one line and leave nothing behind."""

    def run(*arguments):
        before = sorted(tmp_path.rglob("*"))
        code, _, error = lbp(*arguments)
        assert code == 2
        assert error.startswith("lbp: ")
        assert error.count("\n") == 1
        assert "Traceback" not in error
        assert sorted(tmp_path.rglob("*")) == before
        return error

    return run


def nifti(path, values, affine=None):
    affine = np.diag([4.0, 1.0, 1.0, 1.0]) if affine is None else affine
    nibabel.save(nibabel.Nifti1Image(values.astype(np.int16), affine), path)
    return path


def two_bodies():
    mask = np.zeros((10, 40, 80))
    mask[2:8, 8:32, 44:68], mask[2:8, 8:32, 12:36], mask[2:8, 8:32, 36:44] = 2, 1, 202
    return mask


def test_measure_writes_the_promised_table(lbp, tmp_path):
    mask = nifti(tmp_path / "sub-7_T2w_dseg.nii.gz", two_bodies())
    code, out, _ = lbp(
        "measure", mask, "--scheme", "spider", "--out", tmp_path / "m.csv"
    )
    assert code == 0
    table = pd.read_csv(tmp_path / "m.csv")
    assert list(table.columns[:4]) == ["subject", "name", "level", "part"]
    assert {"side", "value", "unit", "reason", "remark"} < {*table.columns}
    assert set(table["subject"]) == {"sub-7"}
    height = table[(table["name"] == "disc_height_mm") & (table["level"] == "L4-L5")]
    assert height["value"].item() == pytest.approx(8, abs=0.2)
    assert height["unit"].item() == "mm"
    assert (table["value"].isna() == table["reason"].notna()).all()
    assert f"{table['value'].notna().sum()} values" in out


def test_measure_of_a_cohort_writes_one_table(lbp, refused, tmp_path):
    anat = tmp_path / "cohort" / "derivatives" / "labels" / "sub-7" / "anat"
    anat.mkdir(parents=True)
    (tmp_path / "cohort" / "sub-7").mkdir()
    people = tmp_path / "cohort" / "participants.tsv"
    people.write_text("participant_id\tage\nsub-7\t61\n")
    nifti(anat / "sub-7_T2w_dseg.nii.gz", two_bodies())
    table = tmp_path / "all.parquet"
    code, out, _ = lbp("measure", tmp_path / "cohort", "--out", table)
    assert code == 0
    assert "1 patients measured, 0 as before, 0 failed" in out
    assert set(pd.read_parquet(table)["subject"]) == {"sub-7"}
    assert "--out FILE.parquet" in refused("measure", tmp_path / "cohort")


def test_an_empty_mask(refused, tmp_path):
    mask = nifti(tmp_path / "m.nii.gz", np.zeros((8, 8, 8)))
    assert "the mask is empty" in refused("measure", mask, "--out", tmp_path / "m.csv")


def test_unknown_labels(refused, tmp_path):
    mask = two_bodies()
    mask[0, 0, 0] = 77
    path = nifti(tmp_path / "m.nii.gz", mask)
    error = refused("measure", path, "--out", tmp_path / "m.csv")
    assert "label 77 is not defined by scheme spider" in error


def test_what_was_not_measured_is_listed_by_reason(lbp, tmp_path):
    mask = nifti(tmp_path / "m.nii.gz", two_bodies())
    code, out, _ = lbp("measure", mask)
    assert code == 0
    assert "disc_height_mm L4-L5: 8" in out
    reasons = out.partition("Not measured")[2]
    assert reasons.count("- no T2 image was given: ") == 1
    assert "canal_area_mm2" in reasons


def test_a_recognised_scheme_is_said_with_the_reason(lbp, tmp_path):
    mask = nifti(tmp_path / "m.nii.gz", two_bodies())
    code, _, said = lbp("measure", mask, "--scheme", "auto")
    assert code == 0
    assert "lbp: m.nii.gz: recognised as spider: " in said


def test_a_scheme_that_is_not_certain_is_asked_for(refused, tmp_path):
    values = two_bodies()
    mask = nifti(tmp_path / "m.nii.gz", np.where(values < 100, values, 0))
    error = refused("measure", mask, "--scheme", "auto", "--out", tmp_path / "m.csv")
    assert "can be read in more than one scheme; state which one it is" in error


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--age", "x"), "age = x cannot be read"),
        (("--tt2", "x"), "unrecognized arguments: --tt2 x"),
        (("--age", "60"), "--age YEARS and --sex F or M"),
        (("--age", "60", "--sex", "male"), "sex is 'male', not F or M"),
        (("--age", "600", "--sex", "F"), "cannot be"),
        (("--water", "w.nii.gz"), "--muscles FILE"),
        (("--muscles", "m.nii.gz", "--water", "w.nii.gz"), "--fat FILE"),
        (("--norms", "no.csv"), "no.csv: No such file"),
    ],
)
def test_a_wrong_option_is_one_line(refused, tmp_path, options, says):
    mask = nifti(tmp_path / "m.nii.gz", two_bodies())
    assert says in refused("measure", mask, *options, "--out", tmp_path / "m.csv")


@pytest.mark.parametrize(
    ("out", "says"),
    [
        ("folder.csv", "this is a folder; give the name of a file"),
        ("m.nii.gz/o.csv", "nothing can be written there"),
        ("o.txt", "ends in .csv, .tsv or .parquet"),
    ],
)
def test_a_table_that_cannot_be_written_is_refused(refused, tmp_path, out, says):
    mask = nifti(tmp_path / "m.nii.gz", two_bodies())
    (tmp_path / "folder.csv").mkdir()
    assert says in refused("measure", mask, "--out", tmp_path / out)


def test_a_header_with_an_unknown_kind_of_voxels_is_one_line(refused, tmp_path):
    path = nifti(tmp_path / "m.nii", two_bodies())
    header = bytearray(path.read_bytes())
    header[70:72] = (9999).to_bytes(2, "little")
    path.write_bytes(bytes(header))
    assert "m.nii: this is not a NIfTI image" in refused("measure", path)


def test_doubts_stand_beneath_printed_numbers(lbp, tmp_path):
    mask = nifti(tmp_path / "m.nii.gz", two_bodies())
    _, out, _ = lbp("measure", mask)
    assert "Doubtful: the vertebral bodies are 24 mm wide (adults: 30 to 66)" in out


def test_a_folder_that_is_no_cohort_is_said_so(refused, tmp_path):
    error = refused("measure", tmp_path, "--out", tmp_path / "m.parquet")
    assert "this folder is no cohort (it has no participants.tsv)" in error


def test_an_unknown_scheme(refused, tmp_path):
    mask = nifti(tmp_path / "m.nii.gz", two_bodies())
    error = refused("measure", mask, "--scheme", "spyder", "--out", tmp_path / "m.csv")
    assert "Did you mean 'spider'?" in error


def test_an_image_of_another_geometry(refused, tmp_path):
    mask = nifti(tmp_path / "m.nii.gz", two_bodies())
    far = np.diag([4.0, 1.0, 1.0, 1.0])
    far[:3, 3] = 900
    image = nifti(tmp_path / "t2.nii.gz", two_bodies(), far)
    error = refused("measure", mask, "--t2", image, "--out", tmp_path / "m.csv")
    assert "t2.nii.gz" in error


def test_a_truncated_image(refused, tmp_path):
    rng = np.random.default_rng(0)
    path = nifti(tmp_path / "m.nii.gz", rng.integers(0, 9, (40, 40, 40)))
    path.write_bytes(path.read_bytes()[:3000])
    error = refused("measure", path, "--out", tmp_path / "m.csv")
    assert "m.nii.gz: the file is truncated or damaged" in error


def test_a_file_that_is_not_there(refused, tmp_path):
    error = refused("measure", tmp_path / "no.nii.gz", "--out", tmp_path / "m.csv")
    assert "there is no such file" in error


@pytest.mark.parametrize(
    ("people", "message"),
    [
        (PEOPLE.replace("61", "61,5"), "line 2, age = 61,5: decimal comma; write 61.5"),
        (PEOPLE.replace("age", "aeg"), "'aeg' is not in the data dictionary"),
        (PEOPLE.replace("sub-2", "sub-1"), "stands on line 2 already"),
    ],
)
def test_a_table_with_a_mistake(refused, lbp, tmp_path, people, message):
    (tmp_path / "cohort").mkdir()
    (tmp_path / "cohort" / "participants.tsv").write_text(people)
    (tmp_path / "plan.yaml").write_text(PLAN)
    error = refused("run", tmp_path / "plan.yaml", "--out", tmp_path / "out")
    assert message in error
    code, out, _ = lbp("check", tmp_path / "cohort")
    assert code == 1
    assert message in out


def test_an_outcome_among_the_predictors_stops_with_a_code_of_its_own(tmp_path, capsys):
    (tmp_path / "cohort").mkdir()
    (tmp_path / "cohort" / "participants.tsv").write_text(PEOPLE)
    (tmp_path / "plan.yaml").write_text(PLAN.replace("[age]", "[age, zcq_2of3]"))
    with pytest.raises(SystemExit) as stopped:
        main(["run", str(tmp_path / "plan.yaml"), "--out", str(tmp_path / "out")])
    assert stopped.value.code == 3
    error = capsys.readouterr().err
    assert error.startswith("lbp: LBP101 ")
    assert "'zcq_2of3' is an outcome, so it cannot be a predictor" in error
    assert error.count("\n") == 1


def test_a_cohort_without_the_outcome(refused, tmp_path):
    (tmp_path / "cohort").mkdir()
    (tmp_path / "cohort" / "participants.tsv").write_text(PEOPLE)
    (tmp_path / "plan.yaml").write_text(PLAN)
    error = refused("run", tmp_path / "plan.yaml", "--out", tmp_path / "out")
    assert "no patient of this cohort has the outcome 'zcq_2of3'" in error


def test_check_is_silent_about_a_cohort_in_order(lbp, tmp_path):
    (tmp_path / "participants.tsv").write_text(PEOPLE)
    code, out, _ = lbp("check", tmp_path)
    assert code == 0
    assert "in order" in out


def test_explain_and_advise_ask_for_what_is_missing(refused):
    assert "--patient" in refused("explain", "somewhere")
    assert "--patient" in refused("advise", "demo-fusion")
    assert "--cohort" in refused("advise", "demo-fusion", "--patient", "sub-1")


def test_the_version_carries_the_banner(lbp):
    _, out, _ = lbp("--version")
    assert " ".join(BANNER.split()) in " ".join(out.split())


def test_doctor_says_whose_the_packages_are(lbp):
    code, out, _ = lbp("doctor")
    assert code == 0
    assert "models: ours" in out


def test_simulate_takes_the_place_and_strength_of_a_planted_signal(lbp, tmp_path):
    code, out, _ = lbp(
        *("simulate", tmp_path / "cohort", "--patients", "30", "--tables-only"),
        *("--scenario", "planted", "--where", "disc:L3-L4"),
        *("--strength", "1.5"),
    )
    assert code == 0
    assert "30 simulated patients" in out
    description = (tmp_path / "cohort" / "dataset_description.json").read_text()
    assert '"where": "disc:L3-L4"' in description
    assert '"strength": 1.5' in description


@pytest.mark.parametrize(
    ("wishes", "says"),
    [
        (("--patients", "-3"), "patients = -3: must be at least 1"),
        (("--patients", "1000000000"), "simulate fewer, or tables only"),
        (("--scenario", "plantd"), "Did you mean 'planted'"),
        (("--scenario", "planted", "--where", "disc:L9"), "no level 'L9'"),
        (("--where", "disc"), "plants no signal"),
        (("--tables-only", "--dixon"), "leave out --dixon"),
    ],
)
def test_simulate_refuses_what_cannot_be(refused, tmp_path, wishes, says):
    assert says in refused("simulate", tmp_path / "cohort", *wishes)


def test_simulate_refuses_a_folder_of_truth_as_a_cohort(lbp, tmp_path):
    lbp("simulate", tmp_path / "cohort", "--patients", "5", "--tables-only")
    truth = tmp_path / "cohort" / "derivatives" / "truth"
    code, out, _ = lbp("check", truth)
    assert code == 1
    assert "this is the truth of a simulation; no study may read it" in out


def test_the_catalogue_lists_features_with_their_measurements(lbp):
    code, out, _ = lbp("catalogue")
    assert code == 0
    assert "Central canal stenosis" in out
    assert "canal_area_mm2" in out


def test_a_sheet_needs_a_patient_of_the_cohort(refused, tmp_path):
    (tmp_path / "participants.tsv").write_text("participant_id\tage\nsub-7\t61\n")
    (tmp_path / "sub-7").mkdir()
    assert "--patient" in refused("sheet", tmp_path)
    assert "Did you mean 'sub-7'" in refused("sheet", tmp_path, "--patient", "sub-8")
    error = refused("sheet", tmp_path, "--patient", "sub-7")
    assert "no segmentation of the spine" in error
