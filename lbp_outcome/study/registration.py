"""Models in MLflow's registry: written from code and native files, read the same way.

MLflow can load them as `mlflow.pyfunc`, by running `served_model.py`. This package
reads the model's own files instead and runs nothing that lies beside them.
"""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lbp_outcome.errors import LbpError, UnreadableFile, suggestion
from lbp_outcome.study.outcome_model import CARD, ModelCard, OutcomeModel
from lbp_outcome.study.rows import FILES, NO_PREDICTOR
from lbp_outcome.study.tracking import use_tracking_store

CODE = Path(__file__).with_name("served_model.py")
if TYPE_CHECKING:
    from mlflow.models import ModelSignature

PART = "model"
"""Name of the model's files among the artifacts of a registered model."""


def registered_name(card: ModelCard) -> str:
    """Return the name in the registry: study and model."""
    return f"{card.study}-{card.name}"


def register(folder: Path, card: ModelCard) -> str:
    """Register a saved model in the current MLflow run and return its name.

    Args:
        folder: Where `OutcomeModel.save` wrote it.
        card: Its card.
    """
    import mlflow

    name = registered_name(card)
    logged = mlflow.pyfunc.log_model(
        name=PART,
        python_model=str(CODE),
        artifacts={PART: str(folder)},
        signature=_signature(card),
        input_example=_example(card),
        pip_requirements=["lbp-outcome"],
        metadata={"simulated": card.simulated, "outcome": card.outcome},
    )
    client = mlflow.MlflowClient()
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name, description=card.statement)
    client.create_model_version(name, logged.model_uri, run_id=logged.run_id)
    return name


def load_registered(reference: str) -> OutcomeModel:
    """Load a model by `name`, `name/version`, `name@alias` or its folder.

    The newest version is taken when none is named. No pickle is read and no code from
    the registry is run.

    Raises:
        LbpError: There is no such model; names the nearest.
        UnreadableFile: A file of the model was changed.
    """
    if (Path(reference) / CARD).is_file():
        return OutcomeModel.load(Path(reference))
    import mlflow
    from mlflow.exceptions import MlflowException

    use_tracking_store()
    reference = reference.removeprefix("models:/")
    try:
        uri = f"models:/{_with_version(reference)}"
        with tempfile.TemporaryDirectory() as scratch:
            home = mlflow.artifacts.download_artifacts(uri, dst_path=scratch)
            return OutcomeModel.load(_part(Path(home)))
    except MlflowException as error:
        raise LbpError(
            f"the model {reference!r} cannot be loaded: {error.message}"
        ) from None


def _part(home: Path) -> Path:
    cards = sorted(home.rglob(CARD))
    if len(cards) != 1:
        raise UnreadableFile(
            f"{home.name}: this registered model was not made by `lbp run`"
        )
    return cards[0].parent


def _with_version(reference: str) -> str:
    if "/" in reference or "@" in reference:
        return reference
    import mlflow

    client = mlflow.MlflowClient()
    versions = client.search_model_versions(f"name = '{reference}'")
    if not versions:
        names = [model.name for model in client.search_registered_models()]
        hint = suggestion(reference, names) if names else " Run a study first."
        raise LbpError(f"No registered model is named {reference!r}.{hint}")
    return f"{reference}/{max(int(version.version) for version in versions)}"


def _example(card: ModelCard) -> pd.DataFrame:
    """Return a patient with the median of every predictor."""
    middle = {item.name: _median(card, item.name) for item in card.predictors}
    return pd.DataFrame([middle or {NO_PREDICTOR: 0.0}])


def _median(card: ModelCard, name: str) -> float:
    known = card.quantiles.get(name, (0.0,))
    return float(known[len(known) // 2])


def _signature(card: ModelCard) -> "ModelSignature":
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    inputs = [ColSpec("double", item.name, required=False) for item in card.predictors]
    if "images" in card.reads:
        inputs += [ColSpec("string", name, required=False) for name in FILES]
    outputs = ("probability", "low", "high", "uncalibrated")
    return ModelSignature(
        inputs=Schema(inputs or [ColSpec("double", NO_PREDICTOR, required=False)]),
        outputs=Schema([ColSpec("double", name) for name in outputs]),
    )
