"""Shapley values: how far each predictor moves a prediction, and which way."""

import numpy as np

from explain import EXPLANATIONS
from explain._permutation_shapley import permutation_shapley
from explain._tree_shapley import tree_shapley
from lbp_outcome.contracts import (
    AdditiveModel,
    FittedModel,
    FoldData,
    TableExplanation,
    TableExplanationMethod,
    TreeModel,
)


def attribute(model: FittedModel, data: FoldData) -> TableExplanation:
    """Return what each predictor adds to each held-out patient's prediction.

    Exact for boosted trees and for additive models, in log-odds or in the unit of a
    continuous outcome; sampled for all others, in probability. Correlated predictors
    share credit in ways no method can settle, and a contribution is an association, not
    an effect of changing it.

    Raises:
        InvalidChoice: The patients have other predictors than the model, or a sampled
            explanation is asked for without training patients.
    """
    model.predict(data)  # refuses predictors that the model does not know
    if isinstance(model, TreeModel):
        return tree_shapley(model, data)
    if isinstance(model, AdditiveModel):
        return TableExplanation(
            contributions=model.terms(data),
            reference=np.full(len(data.held_out), model.intercept),
            scale="log-odds" if model.predicts == "binary" else "outcome",
        )
    return permutation_shapley(model, data)


def suits(model: FittedModel) -> bool:
    """Whether it can explain the model: any model, also one that sees images."""
    return True


SHAPLEY = EXPLANATIONS.add(
    TableExplanationMethod(
        name="shapley",
        attribute=attribute,
        suits=suits,
        complete=True,
        reference="doi:10.48550/arXiv.1705.07874",
    )
)
