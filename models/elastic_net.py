"""Elastic-net logistic regression: keeps the predictors that earn their place."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from lbp_outcome.contracts import FoldData, ModelRecipe, Settings
from models import MODELS
from models._additive import FittedAdditive, FittedSelection, load_additive
from models._outcome import binary_outcome
from models._score import Design, LinearScore
from models._settings import read_settings
from models._sparse import sparse_logistic


@dataclass(frozen=True, kw_only=True)
class ElasticNetSettings:
    """How much the regression trusts the data, and how strictly it selects.

    Attributes:
        C: Inverse of the penalty; small values leave nothing but the base rate.
        lasso_share: Share of the penalty that selects: 1 is the lasso, which picks one
            of several predictors that say the same; 0 is ridge, which keeps all.
    """

    C: float = 0.1
    lasso_share: float = 0.5


def fit(data: FoldData, settings: Settings, seed: int) -> FittedSelection:
    """Fit the regression; there is one optimum, so the seed changes nothing.

    What it selects changes from sample to sample: in 160 patients a predictor left out
    is not shown to be useless.

    Raises:
        InvalidChoice: The outcome cannot be learned from, or a setting is out of range.
        UnknownName: A setting it does not have.
    """
    return fit_all(data, [settings], seed)[0]


def fit_all(
    data: FoldData, settings: Sequence[Settings], seed: int
) -> Sequence[FittedSelection]:
    """Fit one regression per setting; those of one share of the lasso all at once.

    Raises:
        InvalidChoice: The outcome cannot be learned from, or a setting is out of range.
        UnknownName: A setting it does not have.
    """
    chosen = [read_settings(ElasticNetSettings, each) for each in settings]
    outcome = binary_outcome(data.train)
    design = Design.learn(data.train.predictors, data.train.table)
    found: dict[ElasticNetSettings, LinearScore] = {}
    for share, group in groupby(_in_order(chosen), lambda each: each.lasso_share):
        each = list(group)
        strengths = [item.C for item in each]
        weights = sparse_logistic(design.columns, outcome, strengths, share)
        found |= dict(zip(each, design.scores(weights), strict=True))
    return [
        FittedSelection(
            additive=FittedAdditive(
                model="elastic_net", predicts="binary", score=found[each]
            )
        )
        for each in chosen
    ]


def load(folder: Path) -> FittedSelection:
    """Read back what was saved, to the last bit.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged.
    """
    return FittedSelection(additive=load_additive(folder, "elastic_net", "binary"))


def _in_order(chosen: Sequence[ElasticNetSettings]) -> list[ElasticNetSettings]:
    return sorted(set(chosen), key=lambda each: (each.lasso_share, each.C))


ELASTIC_NET = MODELS.add(
    ModelRecipe(
        name="elastic_net",
        data="tabular",
        fit=fit,
        fit_all=fit_all,
        load=load,
        grid=tuple({"C": strength} for strength in (0.1, 0.03, 0.06, 0.2, 0.4, 1.0)),
        reference="doi:10.1111/j.1467-9868.2005.00503.x",
    )
)
