"""Ridge logistic regression: the model that 160 patients can carry."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lbp_outcome.contracts import FoldData, ModelRecipe, Settings
from models import MODELS
from models._additive import FittedAdditive, load_additive
from models._outcome import binary_outcome
from models._ridge import ridge_logistic
from models._score import Design
from models._settings import read_settings


@dataclass(frozen=True, kw_only=True)
class LogisticSettings:
    """How much the regression trusts the data.

    Attributes:
        C: Inverse of the ridge penalty; small values shrink the weights towards the
            base rate. The default suits some 100 events on standardised predictors.
    """

    C: float = 0.1


def fit(data: FoldData, settings: Settings, seed: int) -> FittedAdditive:
    """Fit the regression; there is one optimum, so the seed changes nothing.

    Raises:
        InvalidChoice: The outcome cannot be learned from, or C is not above zero.
        UnknownName: A setting it does not have.
    """
    return fit_all(data, [settings], seed)[0]


def fit_all(
    data: FoldData, settings: Sequence[Settings], seed: int
) -> Sequence[FittedAdditive]:
    """Fit one regression per setting, all at once.

    Raises:
        InvalidChoice: The outcome cannot be learned from, or a C is not above zero.
        UnknownName: A setting it does not have.
    """
    strengths = [read_settings(LogisticSettings, each).C for each in settings]
    outcome = binary_outcome(data.train)
    design = Design.learn(data.train.predictors, data.train.table)
    weights = ridge_logistic(design.columns, outcome, strengths)
    return [
        FittedAdditive(model="logistic", predicts="binary", score=score)
        for score in design.scores(weights)
    ]


def load(folder: Path) -> FittedAdditive:
    """Read back what was saved, to the last bit.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged.
    """
    return load_additive(folder, "logistic", "binary")


LOGISTIC = MODELS.add(
    ModelRecipe(
        name="logistic",
        data="tabular",
        fit=fit,
        fit_all=fit_all,
        load=load,
        grid=({"C": 0.1}, {"C": 0.01}, {"C": 0.03}, {"C": 0.3}, {"C": 1.0}),
        reference="doi:10.2307/2347628",
    )
)
