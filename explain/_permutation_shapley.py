"""Shapley values of any model, by permuting which predictors are known."""

import warnings
from dataclasses import dataclass, replace
from types import ModuleType

import numpy as np
from jaxtyping import Float

from lbp_outcome.contracts import (
    FittedModel,
    FoldData,
    ReferredModel,
    TableExplanation,
)
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.progress import progress
from lbp_outcome.view import CohortView, PatientImages

PERMUTATIONS = 5
"""Random orders of the predictors, each walked forwards and backwards."""


@dataclass(frozen=True, kw_only=True)
class _Fold:
    train: CohortView
    held_out: CohortView


def permutation_shapley(
    model: FittedModel, data: FoldData, seed: int = 0
) -> TableExplanation:
    """Return sampled Shapley values against a typical patient [probability].

    They add up exactly. A patient's images stay as they are, so that with a network
    each patient has a reference of its own: the prediction from these images and a
    typical patient's table.

    Raises:
        InvalidChoice: The model knows no typical patient, and there are no training
            patients to find one.
    """
    typical = _typical(model, data.train)
    explained = [
        _one(model, data, row, typical, seed)
        for row in progress(range(len(data.held_out)), "Explaining")
    ]
    return TableExplanation(
        contributions=np.array([values for values, _ in explained]).reshape(
            data.held_out.table.shape
        ),
        reference=np.array([reference for _, reference in explained], dtype=float),
        scale="probability",
    )


def _typical(model: FittedModel, train: CohortView) -> Float[np.ndarray, " predictors"]:
    if isinstance(model, ReferredModel):
        return model.typical
    if len(train) == 0:
        raise InvalidChoice(
            "The model knows no typical patient, and there are no training patients "
            "to find one among; explain it where it was fitted."
        )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
        median: np.ndarray = np.nanmedian(train.table, axis=0)
    return median


def _one(
    model: FittedModel, data: FoldData, row: int, typical: np.ndarray, seed: int
) -> tuple[np.ndarray, float]:
    def probability(rows: np.ndarray) -> np.ndarray:
        return model.predict(_Fold(train=data.train, held_out=_variants(view, rows)))

    view, background = data.held_out.take([row]), typical[None]
    reference, count = float(probability(background)[0]), len(typical)
    if count == 0:
        return np.empty(0), reference
    shap = _shap()
    masker = shap.maskers.Independent(background)
    explainer = shap.explainers.Permutation(probability, masker, seed=seed)
    evaluations = PERMUTATIONS * (2 * count + 1)
    found = explainer(view.table, max_evals=evaluations, silent=True)
    return np.asarray(found.values, dtype=float)[0], reference


def _variants(
    view: CohortView, rows: Float[np.ndarray, "variants predictors"]
) -> CohortView:
    """Return one patient as many, who differ in the table only."""
    names = tuple(f"{view.patients[0]}~{index}" for index in range(len(rows)))
    images = view.images.get(view.patients[0], PatientImages())
    return replace(
        view, patients=names, table=rows, images=dict.fromkeys(names, images)
    )


def _shap() -> ModuleType:
    with warnings.catch_warnings():
        # At import, shap asks matplotlib for something on its way out.
        warnings.filterwarnings("ignore", "The set_.* function will be deprecated")
        import shap
    module: ModuleType = shap
    return module
