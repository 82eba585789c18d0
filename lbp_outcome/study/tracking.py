"""Everything a study does, kept in MLflow: study, model and fold runs."""

import importlib.metadata
import logging
import os
import platform
import subprocess
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lbp_outcome

DEFAULT_URI = "sqlite:///mlruns/mlflow.db"
SQLITE = "sqlite:///"


def use_tracking_store() -> str:
    """Point MLflow at `MLFLOW_TRACKING_URI`, or at `mlruns/` in this folder."""
    import mlflow

    _quiet()
    uri = os.environ.get("MLFLOW_TRACKING_URI", DEFAULT_URI)
    if uri.startswith(SQLITE):
        _home(uri).mkdir(parents=True, exist_ok=True)
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    return uri


def use_experiment(name: str) -> None:
    """Make the experiment the current one, creating it on first use."""
    import mlflow

    uri = use_tracking_store()
    if uri.startswith(SQLITE) and not mlflow.get_experiment_by_name(name):
        # MLflow's own choice of a place for artifacts changed between versions
        artifacts = (_home(uri) / "artifacts").resolve()
        mlflow.create_experiment(name, artifact_location=artifacts.as_uri())
    mlflow.set_experiment(name)


def _home(uri: str) -> Path:
    """Return the folder of an sqlite database."""
    return Path(uri.removeprefix(SQLITE)).parent


@contextmanager
def run(name: str, *, tags: Mapping[str, str], nested: bool = False) -> Iterator[str]:
    """Open an MLflow run and yield its id; a failure marks the run as failed."""
    import mlflow

    with mlflow.start_run(run_name=name, nested=nested, tags=dict(tags)) as opened:
        yield opened.info.run_id


@contextmanager
def reopened(run_id: str) -> Iterator[None]:
    """Go on with a run inside the current one."""
    import mlflow

    with mlflow.start_run(run_id=run_id, nested=True):
        yield


def log_text(text: str, name: str) -> None:
    """Keep a text with the current run."""
    import mlflow

    mlflow.log_text(text, name)


def log_params(params: Mapping[str, Any]) -> None:
    """Keep parameters of the current run."""
    import mlflow

    mlflow.log_params({key: _short(value) for key, value in params.items()})


def log_metrics(metrics: Mapping[str, float | None], step: int | None = None) -> None:
    """Keep metrics of the current run; those without a value are left out."""
    import mlflow

    given = {key: value for key, value in metrics.items() if value is not None}
    mlflow.log_metrics(given, step=step)


def log_files(*paths: Path, folder: str | None = None) -> None:
    """Keep files with the current run."""
    import mlflow

    for path in paths:
        if path.is_dir():
            mlflow.log_artifacts(str(path), artifact_path=folder)
        else:
            mlflow.log_artifact(str(path), artifact_path=folder)


def code_version() -> str:
    """Return the package version, with the commit when run from a checkout."""
    here = Path(lbp_outcome.__file__).parent
    try:
        commit = subprocess.run(
            ["git", "-C", str(here), "describe", "--always", "--dirty"],
            capture_output=True,
            text=True,
            check=True,
            timeout=5,
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return lbp_outcome.__version__
    return f"{lbp_outcome.__version__}+{commit}"


def environment() -> str:
    """Return the Python version and every installed package with its version."""
    found = {
        dist.metadata["Name"]: dist.version
        for dist in importlib.metadata.distributions()
        if dist.metadata["Name"]
    }
    lines = [f"{name}=={found[name]}" for name in sorted(found, key=str.lower)]
    return f"# Python {platform.python_version()}\n" + "\n".join(lines) + "\n"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 500 else text[:497] + "..."


def _quiet() -> None:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    warnings.filterwarnings(
        "ignore", message=".*Add type hints to the `predict` method.*"
    )
