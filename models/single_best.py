"""The single best predictor: what one measurement achieves, chosen fairly."""

from dataclasses import dataclass
from pathlib import Path

from lbp_outcome.contracts import FoldData, ModelRecipe, Settings
from lbp_outcome.statistics.discrimination import auc
from models import MODELS
from models._additive import FittedAdditive, FittedSelection, load_additive
from models._outcome import binary_outcome
from models._ridge import ridge_logistic
from models._settings import read_settings
from models._single import single_score


@dataclass(frozen=True, kw_only=True)
class SingleBestSettings:
    """How much the one weight is trusted.

    Attributes:
        C: Inverse of the ridge penalty; keeps the weight finite where the predictor
            tells all patients apart.
    """

    C: float = 1.0


def fit(data: FoldData, settings: Settings, seed: int) -> FittedSelection:
    """Choose the predictor whose AUC is farthest from 0.5, and regress on it alone.

    The comparator of every model that uses more: what the others add must be worth the
    asking and the measuring. The seed changes nothing.

    Raises:
        InvalidChoice: The outcome cannot be learned from, or there is no predictor.
        UnknownName: A setting it does not have.
    """
    chosen = read_settings(SingleBestSettings, settings)
    outcome = binary_outcome(data.train)
    score = single_score(
        data,
        lambda column: abs(auc(outcome, column) - 0.5),
        lambda column: ridge_logistic(column, outcome, [chosen.C])[0],
    )
    additive = FittedAdditive(model="single_best", predicts="binary", score=score)
    return FittedSelection(additive=additive)


def load(folder: Path) -> FittedSelection:
    """Read back what was saved, to the last bit.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged.
    """
    return FittedSelection(additive=load_additive(folder, "single_best", "binary"))


SINGLE_BEST = MODELS.add(
    ModelRecipe(
        name="single_best",
        data="tabular",
        fit=fit,
        load=load,
        reference="doi:10.1136/bmj-2023-078378",  # TRIPOD+AI
    )
)
