"""Ridge regression of a number, such as pain a year after surgery."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lbp_outcome.contracts import FoldData, ModelRecipe, Settings
from models import MODELS
from models._additive import FittedAdditive, load_additive
from models._outcome import continuous_outcome
from models._ridge import ridge_linear
from models._score import Design
from models._settings import read_settings


@dataclass(frozen=True, kw_only=True)
class RidgeSettings:
    """How much the regression distrusts the data.

    Attributes:
        penalty: On the squared weights per standard deviation; large values shrink
            them towards the average. With p predictors that explain a share R2 of the
            variance, p * (1 - R2) / R2 is about right: the default is for 16 and 0.14.
    """

    penalty: float = 100.0


def fit(data: FoldData, settings: Settings, seed: int) -> FittedAdditive:
    """Fit the regression; there is one optimum, so the seed changes nothing.

    Predictions are not held within the range of the outcome: near its ends that would
    hide that the model is wrong there.

    Raises:
        InvalidChoice: The outcome cannot be learned from.
        UnknownName: A setting it does not have.
    """
    return fit_all(data, [settings], seed)[0]


def fit_all(
    data: FoldData, settings: Sequence[Settings], seed: int
) -> Sequence[FittedAdditive]:
    """Fit one regression per setting, from one decomposition of the table.

    Raises:
        InvalidChoice: The outcome cannot be learned from.
        UnknownName: A setting it does not have.
    """
    penalties = [read_settings(RidgeSettings, each).penalty for each in settings]
    outcome = continuous_outcome(data.train)
    design = Design.learn(data.train.predictors, data.train.table)
    weights = ridge_linear(design.columns, outcome, penalties)
    return [
        FittedAdditive(model="ridge", predicts="continuous", score=score)
        for score in design.scores(weights)
    ]


def load(folder: Path) -> FittedAdditive:
    """Read back what was saved, to the last bit.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged.
    """
    return load_additive(folder, "ridge", "continuous")


RIDGE = MODELS.add(
    ModelRecipe(
        name="ridge",
        data="tabular",
        fit=fit,
        fit_all=fit_all,
        load=load,
        grid=tuple({"penalty": p} for p in (100.0, 3.0, 10.0, 30.0, 300.0, 1000.0)),
        predicts="continuous",
        reference="doi:10.1080/00401706.1970.10488634",
    )
)
