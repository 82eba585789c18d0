"""A study leaves honest predictions, numbers that follow from them, and a trail."""

import json
from dataclasses import dataclass

import mlflow
import numpy as np
import pandas as pd
import pytest

from lbp_outcome import BANNER
from lbp_outcome.contracts import ModelRecipe
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.statistics.discrimination import auc_within_folds
from lbp_outcome.statistics.splits import nested_folds
from lbp_outcome.study.checking import CheckFailed
from lbp_outcome.study.fitting.cross_validation import fold_work
from lbp_outcome.study.fitting.refit import refit
from lbp_outcome.study.plan import ModelPlan
from lbp_outcome.study.run import run_study
from lbp_outcome.study.tracked.registration import load_registered
from lbp_outcome.units import Unit
from lbp_outcome.view import CohortView, Predictor
from models import MODELS


@pytest.fixture(scope="module")
def predictions(study):
    return pd.read_parquet(study / "predictions.parquet")


@pytest.fixture(scope="module")
def results(study):
    return json.loads((study / "results.json").read_text())


def test_predictions_have_the_promised_columns_and_one_row_per_repeat(predictions):
    columns = ["patient", "model", "repeat", "fold", "outcome", "predicted"]
    assert list(predictions.columns) == columns
    counted = predictions.groupby(["model", "patient"]).size()
    assert (counted == 2).all()
    assert predictions["predicted"].between(0, 1).all()


def test_every_model_predicts_the_same_patients_in_the_same_folds(predictions):
    places = predictions.set_index(["patient", "repeat"])[["model", "fold", "outcome"]]
    by_model = dict(iter(places.groupby("model")))
    first = by_model["clinical"].sort_index()
    for rows in by_model.values():
        other = rows.sort_index()
        assert first[["fold", "outcome"]].equals(other[["fold", "outcome"]])


def test_the_results_follow_from_the_predictions(predictions, results):
    rows = predictions[predictions["model"] == "clinical"]
    areas = [
        auc_within_folds(
            part["outcome"].to_numpy(float),
            part["predicted"].to_numpy(float),
            part["fold"].to_numpy(),
        )
        for _, part in rows.groupby("repeat")
    ]
    found = results["models"]["clinical"]["auc"]
    assert found["value"] == pytest.approx(np.mean(areas))
    assert found["low"] < found["value"] < found["high"]
    brier = ((rows["outcome"] - rows["predicted"]) ** 2).mean()
    assert results["models"]["clinical"]["brier"]["value"] == pytest.approx(brier)
    once = rows[rows["repeat"] == 0]
    assert results["base_rate"]["value"] == pytest.approx(once["outcome"].mean())


def test_the_base_rate_ranks_nobody(results):
    assert results["models"]["base_rate"]["auc"]["value"] == 0.5
    assert {"base_rate", "boosted"} <= set(results["differences"])
    assert "clinical" not in results["differences"]


def test_the_report_states_banner_base_rate_and_that_patients_are_simulated(
    study, results
):
    page = (study / "report.html").read_text()
    assert BANNER in page
    assert f"{100 * results['base_rate']['value']:.0f}" in page
    assert "Simulated data" in page
    assert results["banner"] == BANNER


def test_mlflow_keeps_study_models_and_folds(study, results):
    run = results["provenance"]["mlflow_run"]
    parent = mlflow.get_run(run)
    assert parent.info.status == "FINISHED"
    assert parent.data.params["data_sha256"] == results["provenance"]["data_sha256"]
    children = mlflow.search_runs(
        search_all_experiments=True,
        filter_string=f"tags.study_run = '{run}'",
        output_format="list",
    )
    kinds = [child.data.tags["kind"] for child in children]
    models = len(results["models"])
    assert kinds.count("model") == models
    assert kinds.count("fold") == models * 4 * 2
    model = next(c for c in children if c.info.run_name == "clinical")
    assert model.data.tags["mlflow.parentRunId"] == run
    assert model.data.metrics["auc"] == results["models"]["clinical"]["auc"]["value"]
    names = {item.path for item in mlflow.MlflowClient().list_artifacts(run)}
    assert {"report.html", "results.json", "environment.txt", "plan.yaml"} <= names


@pytest.mark.parametrize("model", ["base_rate", "clinical", "boosted"])
def test_a_registered_model_answers_alike_through_mlflow_and_through_us(study, model):
    ours = load_registered(f"small-{model}")
    pyfunc = mlflow.pyfunc.load_model(f"models:/small-{model}/1")
    names = [item.name for item in ours.card.predictors]
    row = {name: ours.card.ranges[name].low for name in names}
    found = pyfunc.predict(pd.DataFrame([row or {"none": 0.0}]))
    view = CohortView(
        patients=("sub-1",),
        predictors=ours.card.predictors,
        table=np.array([[row[name] for name in names]]).reshape(1, len(names)),
    )
    raw = float(ours.predict(view)[0])
    honest = ours.card.recalibration.recalibrate(raw)
    assert found["uncalibrated"][0] == pytest.approx(raw)
    assert tuple(found.loc[0, ["probability", "low", "high"]]) == pytest.approx(honest)


def test_nothing_saved_is_a_pickle(study, workplace):
    for folder in (study, workplace / "tracking" / "artifacts"):
        endings = {path.suffix for path in folder.rglob("*") if path.is_file()}
        assert endings <= {
            ".json", ".html", ".png", ".parquet", ".yaml", ".txt", ".csv", ".ubj",
            ".safetensors", ".py", ".md", "",
        }  # fmt: skip


def test_a_changed_model_file_is_not_loaded(study, tmp_path):
    import shutil

    from lbp_outcome.errors import UnreadableFile

    copy = tmp_path / "model"
    shutil.copytree(study / "models" / "clinical" / "final", copy)
    card = copy / "card.json"
    card.write_text(card.read_text().replace('"patients": ', '"patients": 1'))
    with pytest.raises(
        UnreadableFile, match=r"card.json is not the file that was saved"
    ):
        load_registered(str(copy))


def test_the_same_plan_gives_the_same_predictions(workplace, study, predictions):
    again = run_study(workplace / "plan.yaml", workplace / "again").parent
    pd.testing.assert_frame_equal(
        predictions, pd.read_parquet(again / "predictions.parquet")
    )


def test_a_folder_of_somebody_else_is_never_replaced(workplace, tracked, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InvalidChoice, match="holds other things"):
        run_study(workplace / "plan.yaml", tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_an_outcome_among_the_predictors_stops_the_study(workplace, tracked, tmp_path):
    plan = (workplace / "plan.yaml").read_text().replace("[age,", "[zcq_2of3, age,")
    (workplace / "leak.yaml").write_text(plan)
    with pytest.raises(CheckFailed, match=r"LBP101 .*'zcq_2of3' is an outcome"):
        run_study(workplace / "leak.yaml", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert list(tmp_path.iterdir()) == []


@dataclass
class _Memory:
    """Remembers the outcome of every patient it was shown."""

    outcome: dict
    otherwise: float

    def predict(self, data):
        return np.array(
            [self.outcome.get(p, self.otherwise) for p in data.held_out.patients]
        )

    def save(self, folder):
        (folder / "memory.json").write_text("{}")


def _memorise(data, settings, seed):
    known = dict(zip(data.train.patients, data.train.outcome, strict=True))
    return _Memory(outcome=known, otherwise=float(np.mean(list(known.values()))))


def test_a_model_that_memorises_patients_scores_at_chance(tmp_path):
    if "memory" not in MODELS:
        MODELS.add(
            ModelRecipe(
                name="memory", data="tabular", fit=_memorise, load=lambda folder: None
            )
        )
    rng = np.random.default_rng(0)
    patients = tuple(f"sub-{i}" for i in range(120))
    outcome = rng.permutation(np.repeat([0.0, 1.0], [40, 80]))
    view = CohortView(
        patients=patients,
        predictors=(Predictor(name="age", unit=Unit.YEAR),),
        table=rng.normal(size=(120, 1)),
        outcome=outcome,
    )
    folds = nested_folds(patients, outcome, outer=5, inner=2, repeats=1, seed=0)
    plan = ModelPlan(name="memory", method="memory")
    score, fold_of = np.full(120, np.nan), np.full(120, -1)
    for fold in folds:
        score[fold.held_out] = refit(fold_work(plan, fold, 0), view, tmp_path).predicted
        fold_of[fold.held_out] = fold.fold
    assert auc_within_folds(outcome, score, fold_of) == 0.5
