"""The single best predictor of a number: what one measurement achieves."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lbp_outcome.contracts import FoldData, ModelRecipe, Settings
from models import MODELS
from models._additive import FittedAdditive, FittedSelection, load_additive
from models._outcome import continuous_outcome
from models._ridge import ridge_linear
from models._settings import read_settings
from models._single import single_score


@dataclass(frozen=True, kw_only=True)
class SingleBestLinearSettings:
    """How much the one weight is distrusted.

    Attributes:
        penalty: On the squared weight; 0 is least squares.
    """

    penalty: float = 0.0


def fit(data: FoldData, settings: Settings, seed: int) -> FittedSelection:
    """Choose the predictor that explains most of the outcome, and regress on it alone.

    The comparator of every model that uses more. The seed changes nothing.

    Raises:
        InvalidChoice: The outcome cannot be learned from, or there is no predictor.
        UnknownName: A setting it does not have.
    """
    chosen = read_settings(SingleBestLinearSettings, settings)
    outcome = continuous_outcome(data.train)
    centred = outcome - outcome.mean()
    score = single_score(
        data,
        # Columns have SD 1 or are constant: this ranks as the correlation does.
        lambda column: float(abs(np.sum(column * centred))),
        lambda column: ridge_linear(column, outcome, [chosen.penalty])[0],
    )
    additive = FittedAdditive(
        model="single_best_linear", predicts="continuous", score=score
    )
    return FittedSelection(additive=additive)


def load(folder: Path) -> FittedSelection:
    """Read back what was saved, to the last bit.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged.
    """
    additive = load_additive(folder, "single_best_linear", "continuous")
    return FittedSelection(additive=additive)


SINGLE_BEST_LINEAR = MODELS.add(
    ModelRecipe(
        name="single_best_linear",
        data="tabular",
        fit=fit,
        load=load,
        predicts="continuous",
        reference="doi:10.1136/bmj-2023-078378",  # TRIPOD+AI
    )
)
