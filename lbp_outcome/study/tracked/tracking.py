"""The seam to MLflow: where it is, and runs that are written in few strokes."""

import getpass
import logging
import os
import re
import sqlite3
import tempfile
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from lbp_outcome.errors import InvalidChoice, LbpError
from lbp_outcome.study.tracked.provenance import code_commit

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import DatasetInput, Metric
    from mlflow.entities import Run as StoredRun

DEFAULT_URI = "sqlite:///mlruns/mlflow.db"
SQLITE = "sqlite:///"
NOTE = "mlflow.note.content"
PARENT = "mlflow.parentRunId"
AT_A_TIME = 500
"""Metrics that MLflow is sent in one stroke; it takes 1000 entries of all kinds."""

LONGEST = 500
"""Letters of a parameter that are kept; MLflow's tables show fewer."""

Status = Literal["FINISHED", "FAILED", "KILLED", "RUNNING"]


class Figure(NamedTuple):
    """One number of a run; `step` orders the numbers of a series."""

    name: str
    value: float
    step: int = 0


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run in MLflow.

    Attributes:
        id: How MLflow calls it.
        files: Where its files go (URI).
    """

    id: str
    files: str


def use_tracking_store() -> str:
    """Point MLflow at `MLFLOW_TRACKING_URI`, or at `mlruns/` in this folder."""
    import mlflow

    _quiet()
    uri = os.environ.get("MLFLOW_TRACKING_URI", DEFAULT_URI)
    if uri.startswith(SQLITE):
        _open_for_many(_database(uri))
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    return uri


def use_experiment(name: str, note: str = "") -> str:
    """Return the id of an experiment, which is made on first use.

    Raises:
        LbpError: MLflow does not answer.
        InvalidChoice: The experiment was deleted.
    """
    from mlflow.exceptions import MlflowException

    uri = use_tracking_store()
    try:
        return _experiment(uri, name, note)
    except MlflowException as error:
        what = " ".join(str(error.message).split())[:200]
        raise LbpError(f"MLflow at {without_password(uri)}: {what}") from None


def start(
    experiment: str, name: str, tags: Mapping[str, str], parent: Run | None = None
) -> Run:
    """Begin a run, below another one if `parent` is given."""
    given = {**_origin(), **tags}
    if parent is not None:
        given[PARENT] = parent.id
    made = client().create_run(experiment, run_name=name, tags=given)
    return as_run(made)


def go_on(run_id: str) -> Run | None:
    """Take up a run that was stopped; None where MLflow no longer keeps it."""
    from mlflow.exceptions import MlflowException

    try:
        found = client().get_run(run_id)
    except MlflowException:
        return None
    if found.info.lifecycle_stage != "active":
        return None
    client().update_run(run_id, status="RUNNING")
    return as_run(found)


def as_run(found: "StoredRun") -> Run:
    """Return what is needed to write to a run."""
    return Run(id=str(found.info.run_id), files=str(found.info.artifact_uri))


def write(
    run: Run,
    *,
    params: Mapping[str, object] | None = None,
    metrics: Iterable[Figure] = (),
    tags: Mapping[str, str] | None = None,
) -> None:
    """Add parameters, numbers and tags to a run, all in one stroke if they fit."""
    from mlflow.entities import Param, RunTag

    kept = [Param(name, _short(value)) for name, value in (params or {}).items()]
    labels = [RunTag(name, value) for name, value in (tags or {}).items()]
    first, *others = _strokes(metrics) or [[]]
    client().log_batch(run.id, metrics=first, params=kept, tags=labels)
    for more in others:
        client().log_batch(run.id, metrics=more)


def drop_tag(run: Run, name: str) -> None:
    """Take a tag off a run, if it has it."""
    if name in client().get_run(run.id).data.tags:
        client().delete_tag(run.id, name)


def finish(run: Run, status: Status = "FINISHED") -> None:
    """End a run."""
    client().set_terminated(run.id, status)


def keep(run: Run, *paths: Path, folder: str | None = None) -> None:
    """Copy files, or all that lies in a folder, to the files of a run."""
    # the client would ask the database again for every run where its files go
    from mlflow.store.artifact.artifact_repository_registry import (
        get_artifact_repository,
    )

    shelf = get_artifact_repository(run.files)
    for path in paths:
        if path.is_dir():
            shelf.log_artifacts(str(path), artifact_path=folder)
        else:
            shelf.log_artifact(str(path), artifact_path=folder)


def keep_texts(run: Run, texts: Mapping[str, str]) -> None:
    """Keep texts as files of a run, by file name."""
    with tempfile.TemporaryDirectory() as scratch:
        for name, text in texts.items():
            (Path(scratch) / name).write_text(text, encoding="utf-8")
        keep(run, Path(scratch))


def name_data(run: Run, data: Sequence["DatasetInput"]) -> None:
    """Say which patients a run was made with."""
    client().log_inputs(run.id, datasets=list(data))


@contextmanager
def current(run: Run) -> Iterator[None]:
    """Make a run the current one, for those parts of MLflow that ask for one."""
    import mlflow

    with mlflow.start_run(run_id=run.id, nested=True):
        yield


def runs_with(tags: Mapping[str, str]) -> list["StoredRun"]:
    """Return every run with these tags, the newest first."""
    import mlflow

    return list(
        mlflow.search_runs(
            search_all_experiments=True,
            filter_string=" and ".join(f"tags.`{k}` = '{v}'" for k, v in tags.items()),
            output_format="list",
        )
    )


def client() -> "MlflowClient":
    """Return what speaks to MLflow."""
    import mlflow

    return mlflow.MlflowClient()


def without_password(uri: str) -> str:
    """Hide the name and the password in an address.

    >>> without_password("https://ann:secret@mlflow.example/x")
    'https://***@mlflow.example/x'
    """
    return re.sub(r"//[^/@]*@", "//***@", uri)


def key(name: str) -> str:
    """Return a name in letters that MLflow takes for a metric.

    >>> key("auc (external)")
    'auc _external_'
    """
    return re.sub(r"[^\w.\-/ ]", "_", name)


def _experiment(uri: str, name: str, note: str) -> str:
    found = client().get_experiment_by_name(name)
    if found is None:
        # the page then shows runs and models, not traces of language models
        tags = {NOTE: note, "mlflow.experimentKind": "custom_model_development"}
        made = client().create_experiment(name, _place_for_files(uri), tags)
        return str(made)
    if found.lifecycle_stage != "active":
        raise InvalidChoice(
            f"the MLflow experiment {name!r} was deleted: restore it with 'mlflow "
            f"experiments restore -x {found.experiment_id}', or rename the study"
        )
    return str(found.experiment_id)


def _place_for_files(uri: str) -> str | None:
    """MLflow's own choice changed between versions; a server chooses itself."""
    if not uri.startswith(SQLITE):
        return None
    return (_database(uri).parent / "artifacts").resolve().as_uri()


def _open_for_many(database: Path) -> None:
    """Let the page be read while a study writes, and write without long waits.

    A write-ahead log needs one flush of the disk where SQLite's default needs three.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(database)) as opened:
        try:
            opened.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            return  # somebody else writes now; everything works without it


def _database(uri: str) -> Path:
    return Path(uri.removeprefix(SQLITE))


def _origin() -> dict[str, str]:
    """Who ran what; MLflow's own choice would name local paths."""
    found = {"mlflow.source.name": "lbp run", "mlflow.source.type": "LOCAL"}
    if commit := code_commit():
        found["mlflow.source.git.commit"] = commit
    try:
        found["mlflow.user"] = getpass.getuser()
    except (KeyError, OSError):
        return found  # a container without names
    return found


def _strokes(metrics: Iterable[Figure]) -> list[list["Metric"]]:
    from mlflow.entities import Metric

    now = int(1000 * time.time())
    found = [Metric(key(m.name), m.value, now, m.step) for m in metrics]
    return [found[i : i + AT_A_TIME] for i in range(0, len(found), AT_A_TIME)]


def _short(value: object) -> str:
    words = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return words if len(words) <= LONGEST else words[: LONGEST - 3] + "..."


def _quiet() -> None:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    warnings.filterwarnings(
        "ignore", message=".*Add type hints to the `predict` method.*"
    )
