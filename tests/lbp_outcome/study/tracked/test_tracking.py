"""What MLflow keeps of a study: enough to find and judge it, nothing of patients."""

import json
from pathlib import Path

import mlflow
import numpy as np
import pytest

from lbp_outcome.errors import InvalidChoice, LbpError
from lbp_outcome.study.data import study_data
from lbp_outcome.study.fitting.cross_validation import FoldResult
from lbp_outcome.study.fitting.folds import study_folds
from lbp_outcome.study.plan import read_plan
from lbp_outcome.study.tracked import tracking
from lbp_outcome.study.tracked.lineage import CONTEXT
from lbp_outcome.study.tracked.provenance import code_commit, environment, study_id
from lbp_outcome.study.tracked.record import StudyRecord
from lbp_outcome.study.tracked.tracking import Figure, runs_with


@pytest.fixture(scope="module")
def kept(study):
    """The study's run, and those below it."""
    results = json.loads((study / "results.json").read_text())
    run = mlflow.get_run(results["provenance"]["mlflow_run"])
    return run, runs_with({"study_run": run.info.run_id})


@pytest.fixture(scope="module")
def planned(workplace, tracked):
    plan = read_plan(workplace / "plan.yaml")
    return plan, study_data(plan)


@pytest.fixture
def record(planned, tmp_path):
    """Begin, or go on with, the record of a study."""
    made = {"code_version": "0", "plan_sha256": "1", "data_sha256": tmp_path.name}

    def begin():
        return StudyRecord(*planned, {**made, "cohort": "/somewhere/cohort"})

    return begin


@pytest.fixture
def results_of_folds(planned):
    plan, data = planned
    return [
        FoldResult(
            model="clinical",
            fold=fold,
            settings={"penalty": 0.1},
            predicted=np.full(len(fold.held_out), 0.6),
            selected=None,
            native=Path("nowhere"),
        )
        for fold in study_folds(plan, data)
    ]


def test_a_model_of_a_study_has_every_estimate_between_its_bounds(kept):
    metrics = next(r for r in kept[1] if r.info.run_name == "clinical").data.metrics
    bounded = [name for name in metrics if f"{name}_low" in metrics]
    assert {"auc", "brier", "calibration_slope"} <= set(bounded)
    for name in bounded:
        assert metrics[f"{name}_low"] <= metrics[name] <= metrics[f"{name}_high"]


def test_the_steps_of_a_model_are_its_folds(kept):
    run = next(r for r in kept[1] if r.info.run_name == "clinical")
    series = mlflow.MlflowClient().get_metric_history(run.info.run_id, "fold_brier")
    folds = [
        r.data.metrics["fold_brier"]
        for r in kept[1]
        if r.data.tags["kind"] == "fold" and r.data.tags["model"] == "clinical"
    ]
    assert [point.step for point in series] == list(range(8))
    assert sorted(point.value for point in series) == sorted(folds)


def test_every_run_says_which_study_model_and_code_it_belongs_to(kept):
    study, children = kept
    for run in [study, *children]:
        tags = run.data.tags
        assert tags["study_id"] == study_id(study.data.params)
        assert tags["mlflow.source.git.commit"] == code_commit()
        assert tags["simulated"] == "True"
        assert run.info.status == "FINISHED"
    assert {r.data.tags["model"] for r in children} == {
        "base_rate", "clinical", "boosted", "published",
    }  # fmt: skip


def test_nothing_says_where_on_this_computer_anything_lies(kept, workplace):
    for run in [kept[0], *kept[1]]:
        said = json.dumps([run.data.tags, run.data.params])
        assert str(workplace) not in said
        assert str(Path.home()) not in said
    assert " @ " not in environment()


def test_data_lineage_counts_patients_and_names_none(kept, study, workplace):
    run, children = kept
    results = json.loads((study / "results.json").read_text())
    model = next(r for r in children if r.info.run_name == "clinical")
    for found in (run, model):
        (used,) = found.inputs.dataset_inputs
        assert {tag.key: tag.value for tag in used.tags} == {CONTEXT: "training"}
        assert results["provenance"]["data_sha256"].startswith(used.dataset.digest)
        assert json.loads(used.dataset.profile)["num_rows"] == results["patients"]
        assert "zcq_2of3" in used.dataset.schema
        assert "sub-" not in str(dict(used.dataset))


def test_a_failed_study_says_why_without_naming_a_patient(record, tmp_path):
    def fail(words):
        with record().study(tmp_path):
            raise LbpError(words)

    with pytest.raises(LbpError):
        fail("sub-0001: the image\nof sub-0001 is torn")
    (run,) = runs_with({"study_id": record().id})
    assert run.info.status == "FAILED"
    assert run.data.tags["failure"] == "a patient: the image of a patient is torn"


def test_of_an_unforeseen_error_only_its_kind_is_told(record, tmp_path):
    with pytest.raises(KeyError), record().study(tmp_path):
        raise KeyError("sub-0001")
    (run,) = runs_with({"study_id": record().id})
    assert run.data.tags["failure"] == "KeyError"


def test_a_second_attempt_goes_on_with_the_runs_of_the_first(
    record, results_of_folds, tmp_path
):
    runs, second = [], record()

    def interrupted():
        first = record()
        with first.study(tmp_path) as run:
            runs.append(run)
            first.fold(results_of_folds[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    (begun,) = runs
    assert mlflow.get_run(begun).info.status == "KILLED"
    with second.study(tmp_path) as taken_up:
        assert mlflow.get_run(begun).info.status == "RUNNING"
        for result in results_of_folds:
            second.fold(result)
    assert taken_up == begun
    assert mlflow.get_run(begun).info.status == "FINISHED"
    assert "failure" not in mlflow.get_run(begun).data.tags
    below = runs_with({"study_run": begun})
    names = sorted(run.info.run_name for run in below)
    expected = ["clinical", *(f"clinical {result.name}" for result in results_of_folds)]
    assert names == sorted(expected)
    fold = next(r for r in below if r.info.run_name == "clinical repeat-0-fold-0")
    assert fold.data.params["penalty"] == "0.1"
    assert 0 < fold.data.metrics["fold_brier"] < 1
    assert fold.data.metrics["fold_auc"] == 0.5


def test_a_deleted_run_is_not_taken_up(record, tmp_path):
    with record().study(tmp_path) as first:
        pass
    mlflow.delete_run(first)
    with record().study(tmp_path) as second:
        pass
    assert first != second


def test_a_deleted_experiment_is_refused_in_one_line(tracked):
    number = tracking.use_experiment("thrown away")
    mlflow.delete_experiment(number)
    with pytest.raises(InvalidChoice, match=f"experiments restore -x {number}"):
        tracking.use_experiment("thrown away")


def test_more_numbers_than_mlflow_takes_at_a_time_are_all_kept(tracked):
    run = tracking.start(tracking.use_experiment("many"), "many", {})
    many = [Figure("loss", float(step), step) for step in range(1200)]
    tracking.write(run, metrics=many, params={"a": "x" * 9000}, tags={"b": "c"})
    found = mlflow.MlflowClient().get_metric_history(run.id, "loss")
    assert sorted(point.step for point in found) == list(range(1200))
    assert len(mlflow.get_run(run.id).data.params["a"]) == tracking.LONGEST
