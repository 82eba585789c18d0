"""One small study of simulated tables, run once for all tests that need one."""

import os

import pytest

from lbp_outcome.simulate.cohort import simulate_cohort
from lbp_outcome.study.run import run_study

PLAN = """\
name: small
cohort: cohort
outcome: zcq_2of3
predictors:
  clinical: [age, sex, smoker, depression, zcq_symptom_severity_baseline]
models:
  - {name: base_rate, method: base_rate, reads: []}
  - {name: clinical, method: logistic, reads: [clinical]}
  - {name: boosted, method: boosted, reads: [clinical]}
validation: {outer: 4, inner: 2, repeats: 2, bootstrap: 300, permutations: 3}
seed: 3
"""


@pytest.fixture(scope="session")
def workplace(tmp_path_factory):
    """A folder with a cohort of tables and its own MLflow database."""
    home = tmp_path_factory.mktemp("workplace")
    simulate_cohort(home / "cohort", patients=60, seed=5, tables_only=True)
    (home / "plan.yaml").write_text(PLAN)
    return home


@pytest.fixture(scope="session")
def tracked(workplace):
    before = os.environ.get("MLFLOW_TRACKING_URI")
    os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{workplace}/tracking/mlflow.db"
    yield
    if before is None:
        del os.environ["MLFLOW_TRACKING_URI"]
    else:
        os.environ["MLFLOW_TRACKING_URI"] = before


@pytest.fixture(scope="session")
def study(workplace, tracked):
    """The folder of a finished study."""
    return run_study(workplace / "plan.yaml", workplace / "results").parent
