"""The leaky world is stopped at the door; the honest worlds are let in."""

import pytest

from lbp_outcome import cli
from lbp_outcome.simulate.cohort import simulate_cohort
from lbp_outcome.study.checking import CheckFailed, examine, stop_at_errors
from lbp_outcome.study.checks import CHECKS, Examined
from lbp_outcome.study.data import study_data
from lbp_outcome.study.plan import read_plan
from lbp_outcome.study.run import run_study
from lbp_outcome.study.tracked.tracking import runs_with

PLAN = """\
name: leaky
cohort: cohort
predictors:
  clinical: [age, sex, bmi, smoker, leg_pain_baseline, back_pain_baseline{more}]
models: [{{name: clinical, method: logistic}}]
validation: {{outer: 4, inner: 2, repeats: 1, bootstrap: 200}}
"""


def plan_of(folder, scenario, more="", patients=160):
    simulate_cohort(
        folder / "cohort", patients=patients, tables_only=True, scenario=scenario
    )
    (folder / "plan.yaml").write_text(PLAN.format(more=more))
    return folder / "plan.yaml"


@pytest.fixture
def leaky_run(tracked):
    """Return the newest run in MLflow of the study named `leaky`."""
    return lambda: runs_with({"study": "leaky", "kind": "study"})[0]


def test_the_leaky_world_is_stopped_before_anything_is_trained(tmp_path, leaky_run):
    file = plan_of(tmp_path, "leaky", ", analgesics_score")
    with pytest.raises(CheckFailed) as stopped:
        run_study(file, tmp_path / "out")
    said = str(stopped.value)
    assert "LBP102 knows_the_future" in said
    assert "'analgesics_score' follows leg_pain one year after surgery" in said
    assert "LBP103 patient_twice" in said
    assert "lines 2, 161 of participants.tsv" in said
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "out.unfinished").exists()
    kept = leaky_run()
    assert kept.info.status == "FAILED"
    assert kept.data.tags["checks"] == "failed"
    assert "LBP103 patient_twice" in kept.data.tags["failure"]
    assert not runs_with({"study_run": kept.info.run_id}), "nothing was trained"
    assert "sub-" not in str(kept.data.tags)


def test_the_command_line_says_so_in_one_line_and_returns_3(tmp_path, tracked, capsys):
    file = plan_of(tmp_path, "leaky")
    assert cli.run(file, tmp_path / "out") == 3
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "LBP103 patient_twice" in said


@pytest.mark.parametrize("scenario", ["default", "strong-imaging", "null-imaging"])
def test_an_honest_world_is_let_in(scenario, tmp_path):
    plan = read_plan(plan_of(tmp_path, scenario))
    examined = Examined(plan=plan, data=study_data(plan))
    verdicts = examine(examined, "before training")
    stop_at_errors(verdicts)
    assert {v.check.name for v in verdicts if v.findings} == {"too_many_parameters"}


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("outcome_among_predictors", 0),
        ("knows_the_future", 0),
        ("patient_twice", 1),
        ("prepared_outside_folds", 0),
        ("empty_predictors", 0),
        ("site_explains_outcome", 4),
    ],
)
def test_false_alarms_are_rare_in_thirty_honest_studies(name, most, invent):
    """The full count, over 200 simulated cohorts, is a benchmark."""
    alarms = sum(bool(CHECKS[name].look(invent(s).before())) for s in range(100, 130))
    assert alarms <= most
