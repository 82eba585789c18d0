"""A cohort folder is repeatable, resumable, honest about what it is, and readable."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lbp_outcome.cohort.folder import check_cohort, read_cohort
from lbp_outcome.errors import InvalidChoice, UnknownName
from lbp_outcome.io.images import read_image
from lbp_outcome.outcomes import OUTCOMES
from lbp_outcome.questionnaires import QUESTIONNAIRES
from lbp_outcome.simulate.cohort import simulate_cohort
from lbp_outcome.visits import VISITS

SEED = 11


def contents(folder):
    """Return every file below a folder with its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def times(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def read_table(path):
    return pd.read_csv(path, sep="\t", na_values="n/a", keep_default_na=False)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    out = tmp_path_factory.mktemp("tables") / "simulated"
    return simulate_cohort(out, patients=400, seed=1, tables_only=True)


@pytest.fixture
def copy(cohort, tmp_path):
    return Path(shutil.copytree(cohort, tmp_path / "copy"))


def test_a_seed_gives_the_same_bytes_with_one_process_or_two(cohort, tmp_path):
    twice = simulate_cohort(tmp_path / "again", patients=2, seed=SEED, processes=2)
    assert contents(twice) == contents(cohort)


def test_another_seed_gives_other_patients(tables, tmp_path):
    other = simulate_cohort(tmp_path / "other", patients=400, seed=2, tables_only=True)
    assert contents(other)["participants.tsv"] != contents(tables)["participants.tsv"]


def test_a_finished_folder_is_left_alone(copy, capsys):
    before = times(copy)
    simulate_cohort(copy, patients=2, seed=SEED, processes=1)
    assert times(copy) == before
    assert "nothing simulated again" in capsys.readouterr().err


def test_an_interrupted_folder_goes_on_where_it_stopped(copy, cohort):
    """As after a power cut: no tables, one patient missing, one half written."""
    (copy / "participants.tsv").unlink()
    (copy / "derivatives" / "labels" / "dataset_description.json").unlink()
    shutil.rmtree(copy / "sub-0002")
    (copy / ".writing-left" / "anat").mkdir(parents=True)
    (copy / "derivatives" / "truth" / ".writing-left.tsv").write_text("half")
    untouched = times(copy / "sub-0001")
    simulate_cohort(copy, patients=2, seed=SEED, processes=1)
    assert contents(copy) == contents(cohort)
    assert times(copy / "sub-0001") == untouched


def test_ctrl_c_leaves_nothing_half_written(tmp_path, cohort):
    out = tmp_path / "simulated"
    code = (
        "import signal\n"
        "from pathlib import Path\n"
        "from lbp_outcome.simulate.cohort import simulate_cohort\n"
        # a test run in the background has Ctrl-C switched off, and hands that on
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "if __name__ == '__main__':\n"
        f"    simulate_cohort(Path({str(out)!r}), patients=2, seed={SEED}, processes=2)"
    )
    script = tmp_path / "run.py"
    script.write_text(code)
    run = subprocess.Popen(
        [sys.executable, script], start_new_session=True, stderr=subprocess.DEVNULL
    )
    wait_for(lambda: any(out.glob("**/.writing-*")) or any(out.glob("sub-*")), run)
    os.killpg(run.pid, signal.SIGINT)
    assert run.wait(timeout=120) != 0
    assert not list(out.rglob(".writing-*"))
    assert not (out / "participants.tsv").exists()
    finished = contents(cohort)
    for name, written in contents(out).items():
        assert finished[name] == written, name


def wait_for(ready, run):
    for _ in range(2400):
        if ready():
            return
        assert run.poll() is None, "the run ended before it could be interrupted"
        time.sleep(0.05)
    raise AssertionError("nothing was written within two minutes")


@pytest.mark.parametrize(
    "other", [{"seed": 12}, {"patients": 4}, {"scenario": "null-imaging"}]
)
def test_settings_are_never_mixed_in_one_folder(copy, other):
    before = contents(copy)
    with pytest.raises(InvalidChoice, match=f"was simulated with {next(iter(other))}"):
        simulate_cohort(copy, **{"patients": 2, "seed": SEED, **other})
    assert contents(copy) == before


def test_a_folder_of_somebody_else_is_refused(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear patient")
    with pytest.raises(InvalidChoice, match="holds other files"):
        simulate_cohort(tmp_path, patients=2, tables_only=True)
    assert contents(tmp_path).keys() == {"letter.txt"}


def test_a_real_cohort_is_refused(tmp_path):
    (tmp_path / "dataset_description.json").write_text('{"Name": "real"}')
    with pytest.raises(InvalidChoice, match="is not a simulated cohort"):
        simulate_cohort(tmp_path, patients=2, tables_only=True)


@pytest.mark.parametrize("wrong", [{"patients": 0}, {"seed": -1}, {"processes": 0}])
def test_impossible_numbers_are_refused_before_anything_is_written(tmp_path, wrong):
    with pytest.raises(InvalidChoice, match=next(iter(wrong))):
        simulate_cohort(tmp_path / "new", **wrong)
    assert not (tmp_path / "new").exists()


def test_an_unknown_scenario_writes_nothing(tmp_path):
    with pytest.raises(UnknownName, match="Did you mean 'default'"):
        simulate_cohort(tmp_path / "new", scenario="defautl")
    assert not (tmp_path / "new").exists()


def test_the_folder_keeps_its_own_data_dictionary(cohort, tables):
    assert check_cohort(cohort) == []
    assert check_cohort(tables) == []
    assert read_cohort(cohort).simulated


def test_every_description_says_that_it_is_simulated(cohort):
    descriptions = list(cohort.rglob("dataset_description.json"))
    assert len(descriptions) == 5  # cohort, three kinds of masks, truth
    sidecars = [*cohort.glob("sub-*/anat/*.json"), *cohort.glob("sub-*/xray/*.json")]
    assert sidecars
    for path in (*descriptions, *sidecars):
        assert json.loads(path.read_text())["Simulated"] is True
    assert (cohort / "README").read_text().startswith("SIMULATED")


def test_no_truth_lies_outside_its_folder(cohort, tables):
    planted = set(read_table(tables / "derivatives/truth/patients.tsv").columns)
    planted -= {"participant_id"}
    for folder in (cohort, tables):
        for path in folder.rglob("*.[tj]s*"):
            if "truth" not in path.relative_to(folder).parts:
                text = path.read_text()
                assert not [name for name in planted if name in text], path


def test_mask_and_images_of_a_patient_lie_on_one_grid(cohort):
    t2s = sorted(cohort.glob("sub-*/anat/*_T2w.nii.gz"))
    assert len(t2s) == 2 * 6  # one sagittal and five axial series of two patients
    for path in t2s:
        series = path.name.removesuffix("_T2w.nii.gz")
        t2 = read_image(path)
        others = [
            *path.parent.glob(f"{series}_T1w.nii.gz"),
            *(cohort / "derivatives").rglob(f"{series}_*.nii.gz"),
        ]
        assert len(others) == (7 if "acq-sag" in series else 3)
        for other in others:
            assert t2.same_grid(read_image(other)), other


def test_visits_and_blanks_are_as_in_a_real_export(tables):
    participants = read_table(tables / "participants.tsv")
    forms = {
        path.stem: read_table(path) for path in (tables / "phenotype").glob("*.tsv")
    }
    assert set(forms) == set(QUESTIONNAIRES)
    assert participants.participant_id.is_unique
    for name, table in forms.items():
        assert tuple(table.columns[2:]) == QUESTIONNAIRES[name].items
        visits = table.groupby("participant_id").visit.agg(tuple)
        assert set(visits) == {VISITS}
    for name in ("zcq", "odi", "eq5d"):
        assert set(forms[name].participant_id) == set(participants.participant_id)
    zcq = forms["zcq"]
    after = zcq[zcq.visit == "month_12"].drop(columns=["participant_id", "visit"])
    assert 0.02 < after.isna().all(axis=1).mean() < 0.09
    assert zcq.loc[zcq.visit == "baseline", "zcq_13"].isna().all()
    assert participants.bmi.isna().sum() > 0
    assert participants.age.isna().sum() == 0


def test_pain_is_asked_in_one_way_per_hospital(tables):
    """Both ways give the same scores, and no patient may have a score twice."""
    site = read_table(tables / "participants.tsv").set_index("participant_id").site
    asked = {
        name: set(read_table(tables / "phenotype" / f"{name}.tsv").participant_id)
        for name in ("pain_vas", "pain_nrs")
    }
    assert set(site[list(asked["pain_vas"])]) == {"A", "B"}
    assert set(site[list(asked["pain_nrs"])]) == {"C"}
    assert asked["pain_vas"] | asked["pain_nrs"] == set(site.index)


def test_the_cohorts_own_outcome_has_the_published_frequency(tables):
    """Scored by the questionnaire and the outcome that studies use."""
    cohort = read_cohort(tables)
    outcome = OUTCOMES["zcq_2of3"]
    values = [
        outcome(cohort.scores_at(p, "baseline"), cohort.scores_at(p, "month_12")).value
        for p in cohort.patients
    ]
    known = np.array([value for value in values if value is not None])
    assert 0.93 < len(known) / 400 < 1.0  # 5 % lost, a few more too blank to decide
    standard_error = np.sqrt(0.68 * 0.32 / len(known))
    assert known.mean() == pytest.approx(0.68, abs=3.5 * standard_error)


def test_true_values_stand_beside_their_units(cohort):
    truth = read_table(cohort / "derivatives" / "truth" / "measurements.tsv")
    columns = ["subject", "name", "level", "part", "side", "value", "unit", "reason"]
    assert list(truth.columns) == columns
    assert (truth.value.isna() == truth.reason.notna()).all()
    imaged = {path.parents[1].name for path in cohort.glob("sub-*/anat/*_T2w.nii.gz")}
    assert set(truth.subject) == imaged
