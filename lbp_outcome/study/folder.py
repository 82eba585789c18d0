"""The folder of a study's results, and how to find things in it again."""

import atexit
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from lbp_outcome.errors import InvalidChoice, LbpError, suggestion
from lbp_outcome.study.outcome_model import OutcomeModel

RESULTS = "results.json"
PREDICTIONS = "predictions.parquet"
MODELS_FOLDER = "models"
FINAL = "final"


def fold_name(repeat: int, fold: int) -> str:
    """Return how the model of a fold is called: `repeat-0-fold-3`."""
    return f"repeat-{repeat}-fold-{fold}"


@dataclass(frozen=True, kw_only=True)
class StudyFolder:
    """The results of a study, on disk or fetched from MLflow.

    Attributes:
        home: The folder.
        results: What `results.json` holds.
    """

    home: Path
    results: Mapping[str, Any]

    @classmethod
    def open(cls, run: str) -> "StudyFolder":
        """Open a folder of results, or fetch those of an MLflow run.

        Args:
            run: Folder that `lbp run` made, or the id of the study's MLflow run, or
                of a run below it.

        Raises:
            InvalidChoice: It is neither.
        """
        if (Path(run) / RESULTS).is_file():
            return cls._read(Path(run))
        return cls._read(_fetch(run))

    @classmethod
    def _read(cls, home: Path) -> "StudyFolder":
        results = json.loads((home / RESULTS).read_text(encoding="utf-8"))
        return cls(home=home, results=results)

    @property
    def cohort(self) -> Path:
        """The cohort folder that the study was run on."""
        return Path(self.results["provenance"]["cohort"])

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models, in the order of the plan."""
        return tuple(self.results["models"])

    def model_not_trained_on(
        self, model: str, patient: str
    ) -> tuple[str, OutcomeModel]:
        """Return a model that has never seen the patient, and how it is called.

        That is the model of the fold that held the patient out; for a patient outside
        the study, the model fitted to all patients.
        """
        name = self._held_out_in(model, patient)
        return name, OutcomeModel.load(self._model_files(model, name))

    def _held_out_in(self, model: str, patient: str) -> str:
        rows = pd.read_parquet(self.home / PREDICTIONS)
        rows = rows[(rows["model"] == model) & (rows["patient"] == patient)]
        if rows.empty:
            return FINAL
        first = rows.sort_values("repeat").iloc[0]
        return fold_name(int(first["repeat"]), int(first["fold"]))

    def _model_files(self, model: str, name: str) -> Path:
        on_disk = self.home / MODELS_FOLDER / model / name
        if on_disk.is_dir():
            return on_disk
        return _fetch_model(self.results["provenance"]["mlflow_run"], model, name)


def _fetch(run: str) -> Path:
    import mlflow
    from mlflow.exceptions import MlflowException

    from lbp_outcome.study.tracked.tracking import use_tracking_store

    use_tracking_store()
    try:
        found = mlflow.get_run(run)
        study = found.data.tags.get("study_run", run)
        home = mlflow.artifacts.download_artifacts(run_id=study, dst_path=_scratch())
    except MlflowException:
        raise InvalidChoice(
            f"{run}: this is neither a folder with {RESULTS} nor an MLflow run that "
            "is kept here"
        ) from None
    if not (Path(home) / RESULTS).is_file():
        raise InvalidChoice(f"{run}: this MLflow run did not finish a study")
    return Path(home)


def _fetch_model(study_run: str, model: str, name: str) -> Path:
    import mlflow

    from lbp_outcome.study.tracked.tracking import runs_with, use_tracking_store

    use_tracking_store()
    which = {"kind": "model"} if name == FINAL else {"kind": "fold", **_numbers(name)}
    runs = runs_with({"study_run": study_run, "model": model, **which})
    if not runs:
        raise LbpError(f"MLflow keeps no {name} of {model} for study run {study_run}")
    return Path(
        mlflow.artifacts.download_artifacts(
            run_id=runs[0].info.run_id, artifact_path=name, dst_path=_scratch()
        )
    )


def _numbers(name: str) -> dict[str, str]:
    """Read `repeat-0-fold-3` back into its numbers, as tags of a run."""
    _, repeat, _, fold = name.split("-")
    return {"repeat": repeat, "fold": fold}


def _scratch() -> str:
    """A folder that goes when the program ends: what is fetched is about patients."""
    made = tempfile.mkdtemp(prefix="lbp-study-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def named_model(study: StudyFolder, model: str) -> str:
    """Return the model's name if the study has it.

    Raises:
        InvalidChoice: It has none of that name.
    """
    if model not in study.models:
        hint = suggestion(model, study.models)
        raise InvalidChoice(f"the study has no model {model!r}.{hint}")
    return model
