"""Models in MLflow's registry: written from code and native files, read the same way.

MLflow can load them as `mlflow.pyfunc`, by running `served_model.py`. This package
reads the model's own files instead and runs nothing that lies beside them.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lbp_outcome import __version__
from lbp_outcome.errors import LbpError, UnreadableFile, suggestion
from lbp_outcome.io.manifest import MANIFEST, sha256
from lbp_outcome.study.outcome_model import CARD, ModelCard, OutcomeModel
from lbp_outcome.study.rows import FILES, NO_PREDICTOR
from lbp_outcome.study.tracked.answers import answer_columns
from lbp_outcome.study.tracked.card_page import card_summary
from lbp_outcome.study.tracked.tracking import client, use_tracking_store

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion
    from mlflow.models import ModelSignature

CODE = Path(__file__).with_name("served_model.py")
PART = "model"
"""Name of the model's files among the artifacts of a registered model."""

MANIFEST_TAG = "manifest_sha256"
"""Tag of a version: the SHA-256 sum of the list of its files' sums."""


def registered_name(card: ModelCard) -> str:
    """Return the name in the registry: study and model."""
    return f"{card.study}-{card.name}"


def register(folder: Path, card: ModelCard, tags: Mapping[str, str]) -> "ModelVersion":
    """Register a saved model in the current MLflow run and return its version.

    Args:
        folder: Where `keep_model` wrote it.
        card: Its card.
        tags: What the registry shows beside it.
    """
    import mlflow

    name = registered_name(card)
    logged = mlflow.pyfunc.log_model(
        name=PART,
        python_model=str(CODE),
        artifacts={PART: str(folder)},
        signature=_signature(card),
        input_example=_example(card),
        pip_requirements=[f"lbp-outcome=={__version__}"],
        metadata={"simulated": card.simulated, "outcome": card.outcome},
    )
    if not client().search_registered_models(f"name = '{name}'"):
        client().create_registered_model(name, description=card.statement)
    return client().create_model_version(
        name,
        logged.model_uri,
        run_id=logged.run_id,
        model_id=logged.model_id,
        tags={**tags, MANIFEST_TAG: sha256(folder / MANIFEST)},
        description=card_summary(card),
    )


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
    return load_version(registered_version(reference))


def registered_version(reference: str) -> "ModelVersion":
    """Find `name`, `name/version` or `name@alias` in the registry.

    Raises:
        LbpError: There is no such model; names the nearest.
    """
    from mlflow.exceptions import MlflowException

    use_tracking_store()
    reference = reference.removeprefix("models:/")
    try:
        if "@" in reference:
            return client().get_model_version_by_alias(*reference.rsplit("@", 1))
        if "/" in reference:
            return client().get_model_version(*reference.rsplit("/", 1))
        return _newest(reference)
    except MlflowException as error:
        raise LbpError(
            f"the model {reference!r} cannot be loaded: {error.message}"
        ) from None


def load_version(version: "ModelVersion") -> OutcomeModel:
    """Load a version of a registered model, if its files are as they were.

    Raises:
        LbpError: Its files are gone.
        UnreadableFile: A file of the model was changed.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    uri = f"models:/{version.name}/{version.version}"
    try:
        with tempfile.TemporaryDirectory() as scratch:
            home = mlflow.artifacts.download_artifacts(uri, dst_path=scratch)
            folder = _part(Path(home))
            _require_listed(folder, version)
            return OutcomeModel.load(folder)
    except (MlflowException, OSError) as error:
        what = getattr(error, "message", type(error).__name__)
        raise LbpError(f"the files of {uri} cannot be read: {what}") from None


def _newest(name: str) -> "ModelVersion":
    versions = client().search_model_versions(f"name = '{name}'")
    if not versions:
        names = [model.name for model in client().search_registered_models()]
        hint = suggestion(name, names) if names else " Run a study first."
        raise LbpError(f"No registered model is named {name!r}.{hint}")
    return max(versions, key=lambda version: int(version.version))


def _part(home: Path) -> Path:
    cards = sorted(home.rglob(CARD))
    if len(cards) != 1:
        raise UnreadableFile(
            f"{home.name}: this registered model was not made by `lbp run`"
        )
    return cards[0].parent


def _require_listed(folder: Path, version: "ModelVersion") -> None:
    """Whoever changes files and their list of sums would have to change the tag too."""
    noted, listed = version.tags.get(MANIFEST_TAG), folder / MANIFEST
    if noted is not None and listed.is_file() and sha256(listed) != noted:
        raise UnreadableFile(
            f"{version.name} version {version.version}: {MANIFEST} is not the file "
            "that was saved; do not use this model, and run its study again"
        )


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
    return ModelSignature(
        inputs=Schema(inputs or [ColSpec("double", NO_PREDICTOR, required=False)]),
        outputs=Schema([ColSpec("double", name) for name in answer_columns(card)]),
    )
