"""Shapley values of boosted trees, from the trees themselves."""

import numpy as np

from lbp_outcome.contracts import FoldData, TableExplanation, TreeModel


def tree_shapley(model: TreeModel, data: FoldData) -> TableExplanation:
    """Return exact path-dependent TreeSHAP values [log-odds, or unit of the outcome].

    XGBoost computes them; the shap library would only call the same function
    (Lundberg et al., Nat Mach Intell 2020, doi:10.1038/s42256-019-0138-9).
    """
    import xgboost

    table = xgboost.DMatrix(data.held_out.table, missing=np.nan, nthread=1)
    values = model.booster.predict(table, pred_contribs=True).astype(float)
    return TableExplanation(
        contributions=values[:, :-1],
        reference=values[:, -1],
        scale="log-odds" if model.predicts == "binary" else "outcome",
    )
