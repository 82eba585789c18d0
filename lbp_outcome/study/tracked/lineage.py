"""Which patients a run was made with, as MLflow's data lineage: never their data."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lbp_outcome.study.data import StudyData
from lbp_outcome.study.findings.external import ExternalCohort
from lbp_outcome.view import Predictor

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput

CONTEXT = "mlflow.data.context"
DIGEST_LETTERS = 16
"""Letters of the fingerprint that name a data set; MLflow takes at most 36."""


def training_data(
    data: StudyData, predictors: Sequence[Predictor], outcome: str
) -> "DatasetInput":
    """Describe the patients that models were trained on and validated with.

    Only names, counts and the fingerprint are told. The predictors are those of the
    study, or those that one model reads.
    """
    return _described(
        name=data.cohort.folder.name,
        fingerprint=data.fingerprint,
        context="training",
        predictors=predictors,
        outcome=outcome,
        profile={"num_rows": len(data.view), "events": data.events},
        simulated=data.cohort.simulated,
    )


def external_data(
    cohort: ExternalCohort, predictors: Sequence[Predictor], outcome: str
) -> "DatasetInput":
    """Describe the patients of another cohort that models were tried on."""
    return _described(
        name=cohort.name,
        fingerprint=cohort.fingerprint,
        context="external validation",
        predictors=predictors,
        outcome=outcome,
        profile={"num_rows": cohort.patients},
        simulated=cohort.simulated,
    )


def _described(
    *,
    name: str,
    fingerprint: str,
    context: str,
    predictors: Sequence[Predictor],
    outcome: str,
    profile: dict[str, int | None],
    simulated: bool,
) -> "DatasetInput":
    from mlflow.entities import Dataset, DatasetInput, InputTag
    from mlflow.types import ColSpec, Schema

    columns = [*(predictor.name for predictor in predictors), outcome]
    schema = Schema([ColSpec("double", column) for column in columns])
    source = {"tags": {"cohort": name, "simulated": simulated, "sha256": fingerprint}}
    described = Dataset(
        name=name,
        digest=fingerprint[:DIGEST_LETTERS],
        source_type="code",  # the data themselves are nowhere that MLflow can reach
        source=json.dumps(source),
        schema=json.dumps({"mlflow_colspec": schema.to_dict()}),
        profile=json.dumps(profile),
    )
    return DatasetInput(described, tags=[InputTag(CONTEXT, context)])
