"""Shallow gradient-boosted trees, which take gaps in the table as they are."""

from pathlib import Path

from lbp_outcome.contracts import FoldData, ModelRecipe, Settings
from models import MODELS
from models._outcome import binary_outcome
from models._trees import GRID, FittedTrees, grow, load_trees


def fit(data: FoldData, settings: Settings, seed: int) -> FittedTrees:
    """Grow the trees; the seed decides which patients and predictors each tree sees.

    Raises:
        InvalidChoice: The outcome cannot be learned from, there is no predictor, or
            CUDA is asked for and absent.
        UnknownName: A setting it does not have.
    """
    outcome = binary_outcome(data.train)
    return grow(data, outcome, settings, seed, model="boosted", predicts="binary")


def load(folder: Path) -> FittedTrees:
    """Read back what was saved.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged.
    """
    return load_trees(folder, "boosted", "binary")


BOOSTED = MODELS.add(
    ModelRecipe(
        name="boosted",
        data="tabular",
        fit=fit,
        load=load,
        grid=GRID,
        reference="doi:10.1145/2939672.2939785",
    )
)
