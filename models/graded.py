"""Ridge regression of how clearly a patient passes or misses a yes-or-no outcome.

A verdict throws away who passed by a hair and who by a mile. A regression of the margin
keeps it, and so learns from 160 patients about as much as a logistic regression from
half as many again.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from lbp_outcome.contracts import FoldData, ModelRecipe, Settings
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.view import CohortView
from models import MODELS
from models._additive import FittedAdditive, load_additive
from models._margin import margin_scores
from models._outcome import binary_outcome
from models._score import Design
from models._settings import read_settings
from models.ridge import RidgeSettings


def fit(data: FoldData, settings: Settings, seed: int) -> FittedAdditive:
    """Fit the regression; there is one optimum, so the seed changes nothing.

    Raises:
        InvalidChoice: The outcome cannot be learned from, or it has no margin.
        UnknownName: A setting it does not have.
    """
    return fit_all(data, [settings], seed)[0]


def fit_all(
    data: FoldData, settings: Sequence[Settings], seed: int
) -> Sequence[FittedAdditive]:
    """Fit one regression per setting, from one decomposition of the table.

    Raises:
        InvalidChoice: The outcome cannot be learned from, or it has no margin.
        UnknownName: A setting it does not have.
    """
    penalties = [read_settings(RidgeSettings, each).penalty for each in settings]
    binary_outcome(data.train)
    margin = _margin(data.train)
    design = Design.learn(data.train.predictors, data.train.table)
    return [
        FittedAdditive(model="graded", predicts="binary", score=score)
        for score in margin_scores(design, margin, penalties)
    ]


def load(folder: Path) -> FittedAdditive:
    """Read back what was saved, to the last bit.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged.
    """
    return load_additive(folder, "graded", "binary")


def _margin(train: CohortView) -> Float[np.ndarray, " patients"]:
    if train.margin is None:
        raise InvalidChoice(
            "This outcome does not say by how much a patient passes or misses it; use "
            "'logistic', or give its definition a margin."
        )
    return train.margin


GRADED = MODELS.add(
    ModelRecipe(
        name="graded",
        data="tabular",
        fit=fit,
        fit_all=fit_all,
        load=load,
        grid=tuple({"penalty": p} for p in (100.0, 30.0, 300.0, 1000.0)),
        reference="doi:10.1002/sim.5354",  # the distributional approach
    )
)
