"""The engine: killed and taken up again, on one core or two, it says the same."""

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.study.run import run_study

PLAN = """\
name: {name}
cohort: cohort
outcome: {outcome}
predictors: {{clinical: [age, sex, smoker, leg_pain_baseline, back_pain_baseline]}}
models:
{models}
validation: {validation}
seed: 3
"""
BINARY = "  - {name: clinical, method: logistic, reads: [clinical]}"
QUICK = "inner: 2, bootstrap: 200, permutations: 2"
SMALL = "{outer: 3, inner: 2, repeats: 2, bootstrap: 200, permutations: 2}"


def write(
    workplace, name, outcome="zcq_2of3", models=BINARY, validation=SMALL, more=""
):
    text = PLAN.format(name=name, outcome=outcome, models=models, validation=validation)
    file = workplace / f"{name}.yaml"
    file.write_text(text + more)
    return file


def predictions(folder):
    return pd.read_parquet(folder / "predictions.parquet")


def results(folder):
    return json.loads((folder / "results.json").read_text())


@pytest.fixture(scope="module")
def whole(workplace, tracked):
    file = write(workplace, "engine")
    return run_study(file, workplace / "engine", processes=1).parent


def test_nothing_unfinished_is_left(whole):
    assert not whole.with_name("engine.unfinished").exists()


def test_a_killed_run_goes_on_and_ends_with_the_same_numbers(workplace, whole):
    file = write(workplace, "engine")
    out = workplace / "killed"
    command = [sys.executable, "-c", "from lbp_outcome.cli import main; main()"]
    running = subprocess.Popen(
        [*command, "run", str(file), "--out", str(out), "--processes", "1"],
        env=os.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    bench = out.with_name("killed.unfinished")
    until = time.monotonic() + 120
    while not [*bench.glob("clinical/*/refit.json")] and time.monotonic() < until:
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert not out.exists()
    kept = {path: path.stat().st_mtime_ns for path in bench.rglob("refit.json")}
    assert kept
    run_study(file, out, processes=1)
    pd.testing.assert_frame_equal(predictions(out), predictions(whole))
    again, first = results(out), results(whole)
    assert again["models"] == first["models"]
    assert again["differences"] == first["differences"]


def test_work_of_another_plan_is_not_taken_up(workplace, tracked, whole):
    bench = workplace / "fresh.unfinished"
    (bench / "clinical").mkdir(parents=True)
    (bench / "unfinished.json").write_text('{"plan_sha256": "another"}')
    (bench / "clinical" / "left.txt").write_text("by another plan")
    run_study(write(workplace, "engine"), workplace / "fresh", processes=1)
    assert not bench.exists()
    pd.testing.assert_frame_equal(predictions(workplace / "fresh"), predictions(whole))


def test_two_processes_find_what_one_finds(workplace, tracked, whole, monkeypatch):
    monkeypatch.setattr("lbp_outcome.study.fitting.refitting.FEW", 2)
    out = run_study(write(workplace, "engine"), workplace / "two", processes=2).parent
    pd.testing.assert_frame_equal(predictions(out), predictions(whole))


def test_a_changed_plan_never_replaces_the_results_of_the_old_one(workplace, whole):
    changed = write(workplace, "engine", more="subgroups: []\n")
    with pytest.raises(InvalidChoice, match="a changed plan is a new study"):
        run_study(changed, whole)
    write(workplace, "engine")
    assert (whole / "results.json").is_file()


def test_a_continuous_outcome_is_predicted_in_its_own_unit(workplace, tracked):
    models = "  - {name: clinical, method: ridge, reads: [clinical]}"
    file = write(workplace, "pain", outcome="leg_pain", models=models)
    found = run_study(file, workplace / "pain").parent
    clinical = results(found)["models"]["clinical"]
    rows = predictions(found)
    rows = rows[rows["model"] == "clinical"]
    error = (rows["outcome"] - rows["predicted"]).abs().mean()
    assert clinical["mae"]["value"] == pytest.approx(error)
    assert results(found)["models"]["average"]["r2"]["value"] < 0.05


def test_a_hospital_that_is_held_out_is_predicted_by_a_model_of_the_others(
    workplace, tracked
):
    where = f"{{scheme: site_hold_out, by: site, held_out: B, {QUICK}}}"
    out = run_study(write(workplace, "site_b", validation=where), workplace / "b")
    sites = pd.read_csv(
        workplace / "cohort" / "participants.tsv", sep="\t", index_col=0
    )["site"]
    assert set(sites[predictions(out.parent)["patient"]]) == {"B"}


def test_every_hospital_is_predicted_once_where_each_is_left_out(workplace, tracked):
    where = f"{{scheme: leave_one_site_out, by: site, {QUICK}}}"
    out = run_study(write(workplace, "loso", validation=where), workplace / "l")
    found = predictions(out.parent)
    sites = pd.read_csv(
        workplace / "cohort" / "participants.tsv", sep="\t", index_col=0
    )["site"]
    places = found.assign(site=sites[found["patient"]].to_numpy())
    assert all(len(set(rows["site"])) == 1 for _, rows in places.groupby("fold"))
    assert (found.groupby(["model", "patient"]).size() == 1).all()
