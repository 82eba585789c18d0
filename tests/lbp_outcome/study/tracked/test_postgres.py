"""A study works against an MLflow server whose database is PostgreSQL."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from lbp_outcome.study.folder import StudyFolder
from lbp_outcome.study.run import run_study
from lbp_outcome.study.tracked.registration import load_registered
from lbp_outcome.study.tracked.release import release

psycopg2 = pytest.importorskip("psycopg2", reason="psycopg2 is not installed")
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
pytestmark = pytest.mark.skipif(not PROGRAMS, reason="PostgreSQL is not installed")

PLAN = """\
name: tiny
cohort: {cohort}
predictors: {{clinical: [age, sex, leg_pain_baseline]}}
models: [{{name: clinical, method: logistic}}]
validation: {{outer: 2, inner: 2, repeats: 1, bootstrap: 200, permutations: 0}}
"""
PATIENCE = 90
"""Seconds after which a server that does not answer is given up."""


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def until(answers, what, running):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and running.poll() is None:
        if answers():
            return
        time.sleep(0.2)
    pytest.fail(f"{what} does not answer")


@pytest.fixture(scope="module")
def shelter():
    """A folder that the user of the database may enter; pytest's own are closed."""
    home = Path(tempfile.mkdtemp(prefix="lbp-postgres-"))
    if os.getuid() == 0:
        shutil.chown(home, "postgres", "postgres")
    yield home
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def started(shelter):
    """Start programs that are ended, with all that they started, after the tests."""
    running = []

    def start(command, **options):
        running.append(
            subprocess.Popen(
                [str(word) for word in command],
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                **options,
            )
        )
        return running[-1]

    yield start
    for process in reversed(running):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)


@pytest.fixture(scope="module")
def database(started, shelter):
    """A PostgreSQL of its own; it refuses to run as root."""
    whose = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    tools, data, port = PROGRAMS[-1].parent, shelter / "data", free_port()
    initdb = [*whose, tools / "initdb", "-N", "-D", data, "-A", "trust", "-U", "lbp"]
    made = started(initdb, cwd=shelter)
    assert made.wait(PATIENCE) == 0
    options = ["-p", port, "-k", shelter, "-h", "127.0.0.1", "-F"]
    server = started([*whose, tools / "postgres", "-D", data, *options], cwd=shelter)
    uri = f"postgresql://lbp@127.0.0.1:{port}/postgres"
    until(lambda: connects(uri), "PostgreSQL", server)
    return uri


def connects(uri):
    try:
        psycopg2.connect(uri).close()
    except psycopg2.OperationalError:
        return False
    return True


@pytest.fixture(scope="module")
def tracking_server(started, database, tmp_path_factory):
    home, port = tmp_path_factory.mktemp("server"), free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--workers", "1"]
    command += ["--host", "127.0.0.1", "--port", port]
    # without a driver's name SQLAlchemy 2.1 would take psycopg 3
    store = database.replace("postgresql:", "postgresql+psycopg2:")
    command += ["--backend-store-uri", store, "--artifacts-destination", home]
    quiet = {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }
    server = started(command, env=os.environ | quiet, cwd=home)
    uri = f"http://127.0.0.1:{port}"
    until(lambda: healthy(f"{uri}/health"), "MLflow", server)
    return uri


def healthy(address):
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, TimeoutError):
        return False


@pytest.fixture(scope="module")
def finished(workplace, tracking_server, tmp_path_factory):
    """A study that was run against the server."""
    home = tmp_path_factory.mktemp("study")
    file = home / "tiny.yaml"
    file.write_text(PLAN.format(cohort=workplace / "cohort"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", tracking_server)
        yield run_study(file, home / "results").parent


def test_runs_lie_in_postgresql(finished, database):
    run = StudyFolder.open(str(finished)).results["provenance"]["mlflow_run"]
    assert mlflow.get_run(run).info.status == "FINISHED"
    with psycopg2.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM tags WHERE key = 'study_run' AND value = %s", (run,)
        )
        models = len(StudyFolder.open(str(finished)).models)
        assert cursor.fetchone() == (models * (1 + 2),)
    connection.close()


def test_results_and_fold_models_come_back_from_the_server(finished):
    here = StudyFolder.open(str(finished))
    patient = pd.read_parquet(finished / "predictions.parquet")["patient"][0]
    there = StudyFolder.open(here.results["provenance"]["mlflow_run"])
    assert there.results == here.results
    name, model = there.model_not_trained_on("clinical", patient)
    assert name.startswith("repeat-0-fold-")
    _, same = here.model_not_trained_on("clinical", patient)
    assert model.card.to_json() == same.card.to_json()


def test_a_registered_model_is_released_and_read_back(finished):
    assert release("tiny-clinical", "champion", simulated=True).version == 1
    ours = load_registered("tiny-clinical@champion")
    pyfunc = mlflow.pyfunc.load_model("models:/tiny-clinical@champion")
    row = {name: known.low for name, known in ours.card.ranges.items()}
    answer = pyfunc.predict(pd.DataFrame([row]))
    assert 0 <= answer["low"][0] <= answer["probability"][0] <= answer["high"][0] <= 1
