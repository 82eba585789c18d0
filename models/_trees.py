"""Gradient-boosted trees of XGBoost, whatever the outcome."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import xgboost

from lbp_outcome.contracts import FoldData, OutcomeKind, Predictions, Settings
from lbp_outcome.errors import InvalidChoice, UnreadableFile
from lbp_outcome.io.atomic import atomic_file
from lbp_outcome.view import Predictor
from models._predictors import expect
from models._saved import SavedModel
from models._settings import read_settings

TREES = "trees.ubj"


@dataclass(frozen=True, kw_only=True)
class BoostedSettings:
    """How many trees, and how freely they grow.

    Attributes:
        trees: Number of trees.
        depth: Splits from root to leaf; 1 allows no interaction of predictors.
        learning_rate: Share of each tree that is added.
        row_share: Share of patients each tree sees.
        column_share: Share of predictors each tree sees.
        ridge: Penalty on leaf values.
        device: Where trees are grown: `cpu`, `cuda`, or `auto` for CUDA where there is
            one. For hundreds of patients the CPU is faster; trees grown on the two
            differ a little. Predictions are always made on the CPU.
    """

    trees: int = 100
    depth: int = 2
    learning_rate: float = 0.05
    row_share: float = 0.8
    column_share: float = 0.8
    ridge: float = 2.0
    device: Literal["cpu", "cuda", "auto"] = "cpu"


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedTrees:
    """The trees, and what they were grown on.

    Attributes:
        model: Name on the shelf of models.
        predicts: Whether the outcome is a yes or no, or a number.
        predictors: What it was fitted on.
        booster: The XGBoost trees, in log-odds or in the unit of the outcome.
    """

    model: str
    predicts: OutcomeKind
    predictors: tuple[Predictor, ...]
    booster: xgboost.Booster

    @property
    def selected(self) -> tuple[str, ...]:
        """Names of the predictors that some tree splits on."""
        split = self.booster.get_score(importance_type="weight")
        names = enumerate(item.name for item in self.predictors)
        return tuple(name for column, name in names if f"f{column}" in split)

    def predict(self, data: FoldData) -> Predictions:
        """Return each held-out patient's probability of the outcome, or its value.

        Raises:
            InvalidChoice: The patients have other predictors than the model.
        """
        expect(self.predictors, data.held_out.predictors)
        if len(data.held_out) == 0:
            return np.empty(0)  # XGBoost would warn of an empty table
        found = self.booster.predict(_matrix(data.held_out.table))
        return np.asarray(found, dtype=float)

    def save(self, folder: Path) -> None:
        """Write the trees as UBJSON and a card beside them."""
        with atomic_file(Path(folder) / TREES) as path:
            self.booster.save_model(path)
        SavedModel(model=self.model, predictors=self.predictors, fitted={}).write(
            folder
        )


GRID: tuple[Settings, ...] = (
    {"trees": 100, "depth": 2},
    {"trees": 30, "depth": 2},
    {"trees": 100, "depth": 1},
    {"trees": 300, "depth": 1},
)


def grow(
    data: FoldData,
    outcome: np.ndarray,
    settings: Settings,
    seed: int,
    *,
    model: str,
    predicts: OutcomeKind,
) -> FittedTrees:
    """Grow the trees, starting from the mean outcome, on one processor core.

    Raises:
        InvalidChoice: There is no predictor, or CUDA is asked for and absent.
        UnknownName: A setting it does not have.
    """
    chosen = read_settings(BoostedSettings, settings)
    if not data.train.predictors:
        raise InvalidChoice("Boosted trees need at least one predictor to split on.")
    objective = "binary:logistic" if predicts == "binary" else "reg:squarederror"
    with xgboost.config_context(verbosity=0):  # where it lacks a GPU, we say so
        booster = xgboost.train(
            {"objective": objective, **_parameters(chosen, outcome, seed)},
            _matrix(data.train.table, outcome),
            num_boost_round=chosen.trees,
        )
    if chosen.device == "cuda" and not _on_cuda(booster):
        raise InvalidChoice(
            "device = 'cuda': there is no CUDA device here; use 'cpu', or 'auto' for "
            "CUDA only where there is one."
        )
    booster.set_param({"device": "cpu"})
    return FittedTrees(
        model=model,
        predicts=predicts,
        predictors=data.train.predictors,
        booster=booster,
    )


def load_trees(folder: Path, model: str, predicts: OutcomeKind) -> FittedTrees:
    """Read back what was saved.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged.
    """
    card = SavedModel.read(folder, model)
    booster = xgboost.Booster({"nthread": 1})
    try:
        booster.load_model(Path(folder) / TREES)
    except xgboost.core.XGBoostError:
        raise UnreadableFile(f"{folder}: {TREES} is damaged.") from None
    if booster.num_features() != len(card.predictors):
        raise UnreadableFile(
            f"{folder}: the trees use {booster.num_features()} predictors, the card "
            f"names {len(card.predictors)}."
        )
    return FittedTrees(
        model=model, predicts=predicts, predictors=card.predictors, booster=booster
    )


def _on_cuda(booster: xgboost.Booster) -> bool:
    """Whether the trees grew on a GPU: XGBoost without one turns to the CPU."""
    config = json.loads(booster.save_config())
    return str(config["learner"]["generic_param"]["device"]).startswith("cuda")


def _parameters(
    chosen: BoostedSettings, outcome: np.ndarray, seed: int
) -> dict[str, Any]:
    return {
        "device": "cpu" if chosen.device == "cpu" else "cuda",
        "base_score": float(outcome.mean()),
        "max_depth": chosen.depth,
        "eta": chosen.learning_rate,
        "subsample": chosen.row_share,
        "colsample_bytree": chosen.column_share,
        "lambda": chosen.ridge,
        "tree_method": "hist",
        "nthread": 1,  # beside torch, more threads cost a hundredfold
        "seed": seed,
        "verbosity": 0,
    }


def _matrix(table: np.ndarray, outcome: np.ndarray | None = None) -> xgboost.DMatrix:
    return xgboost.DMatrix(table, label=outcome, missing=np.nan, nthread=1)
